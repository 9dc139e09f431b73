"""Search in the texts of the year, its areas, guidelines, decisions and notes, on SQLite and PostgreSQL alike."""

import csv
import io
from importlib import import_module

import pytest
from django.db import connection

from followup.models import AreaEntry, Decision, FollowUp, GuidelineEntry, ProtocolNote
from followup.reading.search import Criteria
from followup.reading.text_search import SOURCES, TextHits
from programmes.fulltext import matching
from programmes.models import Guideline, ResponsibilityArea
from tests.fixtures import PROGRAMME, client_of, reopened
from tests.pages import html_of


@pytest.fixture
def texts(huddinge):
    """One text of each kind with the word "fläderbuske", which no other text has."""
    follow_up = FollowUp.objects.get(programme=huddinge, year=2021)
    area = AreaEntry.objects.get(follow_up=follow_up, area__number=2)
    guideline = GuidelineEntry.objects.filter(follow_up=follow_up).order_by("guideline__number")[0]
    AreaEntry.objects.filter(pk=area.pk).update(summary="Fläderbuskarna klipptes.")
    GuidelineEntry.objects.filter(pk=guideline.pk).update(comment="Fläderbusken växte.")
    FollowUp.objects.filter(pk=follow_up.pk).update(circumstances="Året präglades av fläderbuskar.")
    case = Decision.objects.create(
        follow_up=follow_up, number=9, title="Ärendet om 2021", deliberation="Fläderbuskar diskuterades."
    )
    ProtocolNote.objects.create(decision=case, order=1, name="Anna Ask", party="S", text="En fläderbuske till.")
    return case


def found(user, **criteria) -> list[tuple[str, str, str]]:
    hits = TextHits(Criteria(**criteria), FollowUp.objects.visible_to(user), user)
    assert len(hits) == len(list(hits)) == hits.up_to(1_000)
    return [(hit.kind, hit.title, hit.address) for hit in hits]


YEAR = f"{PROGRAMME}2021/"
ORDINARY = [
    ("Årets texter", "Årets förutsättningar", f"{YEAR}rapport/#forutsattningar"),
    ("Ansvarsområde", "2. Bekämpa och förebygga våld i nära relationer", f"{YEAR}omrade/2/"),
    ("Riktlinje", "Klotterrelaterad skadegörelse", f"{YEAR}rapport/#riktlinje-1"),
]
OF_CASE = [
    ("Beslut", "Ärendet om 2021", f"{YEAR}beslut/9/protokollsutdrag/"),
    ("Protokollsanteckning", "Anna Ask (S)", f"{YEAR}beslut/9/protokollsutdrag/#anteckning-1"),
]


@pytest.mark.parametrize("q", ["fläderbuske", "FLÄDERBUSKARNA", "fläderbusk"])
def test_every_kind_of_text_is_found_in_all_forms_of_a_word(texts, secretary, q):
    hits = found(secretary, q=q)
    assert [hit[0] for hit in hits] == [hit[0] for hit in ORDINARY + OF_CASE]
    assert [hit[2] for hit in hits] == [hit[2] for hit in ORDINARY + OF_CASE]


def test_a_case_that_is_being_prepared_is_found_by_its_secretary_alone(texts, official, secretary):
    assert [hit[0] for hit in found(official, q="fläderbuske")] == [hit[0] for hit in ORDINARY]
    assert len(found(secretary, q="fläderbuske")) == 5


def test_a_planned_year_is_found_by_its_planners_alone(texts, official, reviewer):
    FollowUp.objects.filter(year=2021).update(state="planned")
    assert found(official, q="fläderbuske") == []
    assert len(found(reviewer, q="fläderbuske")) == 3


def test_texts_of_a_correction_are_not_found_before_it_is_decided(huddinge, reviewer):
    FollowUp.objects.filter(pk=reopened(2020).pk).update(summary="Fläderbusken är struken.")
    assert found(reviewer, q="fläderbuske") == []
    FollowUp.objects.filter(year=2020).update(state="decided")
    assert len(found(reviewer, q="fläderbuske")) == 1


def test_guidelines_and_areas_are_found_by_their_own_texts_every_year(huddinge, official):
    ResponsibilityArea.objects.filter(number=3).update(overarching_sub_goal="Rönnbär åt alla.")
    Guideline.objects.filter(number=2).update(description="Rönnar planteras.")
    years = FollowUp.objects.visible_to(official).count()
    kinds = [hit[0] for hit in found(official, q="rönn")]
    assert kinds.count("Riktlinje") == years
    kinds = [hit[0] for hit in found(official, q="rönnbär")]
    assert kinds == ["Ansvarsområde"] * years


@pytest.mark.parametrize(
    ("criteria", "number"),
    [
        ({"year": 2019}, 0),
        ({"year": 2021}, 3),
        ({"programme": "finns-inte"}, 0),
        ({"area": 2}, 1),
        ({"area": 1}, 0),
        ({"unit": "socialnamnden"}, 0),
        ({"assessment": "met"}, 0),
    ],
)
def test_each_filter(texts, official, criteria, number):
    assert len(found(official, q="fläderbuske", **criteria)) == number


def test_without_words_every_written_text_is_found(huddinge, official):
    hits = TextHits(Criteria(), FollowUp.objects.visible_to(official), official)
    assert len(hits) > 25
    assert all(any(hit.texts) for hit in hits)
    assert [hit.address for start in range(0, len(hits), 7) for hit in hits[start : start + 7]] == [
        hit.address for hit in hits
    ]
    years = [hit.follow_up.year for hit in hits]
    assert years == sorted(years, reverse=True)


def test_the_page_opens_the_first_tab_with_hits_and_marks_them(texts, official):
    html = html_of(client_of(official).get("/sok/?q=fläderbuske"))
    assert "Mål (0)" in html
    assert "Åtgärder (0)" in html
    assert 'href="?q=fl%C3%A4derbuske&amp;show=texts" aria-current="page">Texter (3)</a>' in html
    assert f'<a href="{YEAR}rapport/#forutsattningar">' in html
    assert "Året präglades av <mark>fläderbuskar</mark>." in html
    assert "Inget passar" not in html


def test_an_empty_tab_says_where_the_hits_are(texts, official):
    html = html_of(client_of(official).get("/sok/?q=fläderbuske&show=goals"))
    assert "Inga träffar här" in html
    assert '<a href="?q=fl%C3%A4derbuske&amp;show=texts">Texter</a>.' in html
    assert "Inget passar" not in html


def test_the_addresses_show_the_texts(texts, secretary):
    client = client_of(secretary)
    for _, _, address in found(secretary, q="fläderbuske"):
        page, _, anchor = address.partition("#")
        response = client.get(page)
        html = html_of(response)
        assert response.status_code == 200
        assert "läderbusk" in html
        assert not anchor or f'id="{anchor}"' in html


def test_a_csv_file_of_the_texts(texts, official):
    response = client_of(official).get("/sok/resultat.csv?q=fläderbuske&show=texts")
    assert response["Content-Disposition"] == 'attachment; filename="sokning-texter.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [(row["År"], row["Typ"]) for row in rows] == [("2021", hit[0]) for hit in ORDINARY]
    assert "Fläderbuskarna klipptes." in rows[1]["Text"]


def test_the_number_of_queries_does_not_depend_on_the_number_of_hits(texts, official, django_assert_max_num_queries):
    client = client_of(official)
    address = "/sok/?q=fläderbuske&show=texts"
    with django_assert_max_num_queries(18) as few:
        client.get(address)
    AreaEntry.objects.filter(follow_up__year=2021).update(summary="Fläderbuskar.")
    with django_assert_max_num_queries(18) as many:
        response = client.get(address)
    assert response.context["page"].paginator.count == 7
    assert len(few) == len(many)


def test_the_indexes_have_the_fields_that_are_searched():
    migration = import_module("followup.migrations.0019_search_indexes_of_texts")
    indexed = {model: fields for _, model, fields in migration.TEXTS}
    searched = {source.model.__name__: source.fields for source in SOURCES}
    searched |= {source.item_model.__name__: source.item_fields for source in SOURCES if source.item_model}
    assert indexed == searched


def test_postgresql_searches_texts_by_index(texts, secretary):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no full-text index here.")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    for source in SOURCES:
        plan = matching(source.model.objects.all(), ["fläderbuske"], source.fields).explain()
        assert f"{source.model.__name__.lower()}_texts" in plan


def test_a_note_is_linked_by_its_position_in_the_minutes(texts, secretary):
    """Removing and moving notes leaves gaps in their order."""
    note = texts.notes.get()
    type(note).objects.filter(pk=note.pk).update(order=7)
    for order in (3, 12):
        texts.notes.create(order=order, name="Bo Berg", party="M", text="Inget.")
    (hit,) = [hit for hit in found(secretary, q="fläderbuske") if hit[0] == "Protokollsanteckning"]
    assert hit[2] == f"{YEAR}beslut/9/protokollsutdrag/#anteckning-2"
    extract = html_of(client_of(secretary).get(f"{YEAR}beslut/9/protokollsutdrag/"))
    assert "En fläderbuske till." in extract.split('id="anteckning-2"')[1].split('id="anteckning-3"')[0]
