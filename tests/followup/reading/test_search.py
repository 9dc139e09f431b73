"""Search by words and filters, on SQLite and PostgreSQL alike, and the search page."""

import csv
import io
import unicodedata
from importlib import import_module

import openpyxl
import pytest
from django.apps import apps
from django.db import connection

from followup.models import FollowUp, MeasureEntry, MeasureEntryWords, SubGoalEntry, SubGoalEntryWords
from followup.reading.search import Criteria, find_goals, find_measures
from followup.templatetags.excerpts import excerpt, marked
from programmes.fulltext import all_of
from programmes.models import Measure, Programme, SubGoal
from tests.fixtures import client_of, make_draft, reopened, undecided
from tests.followup.reading.test_dashboards import grow
from tests.pages import html_of

URL = "/sok/"
FEW = "/sok/?q=trygg&programme=huddinge-2018-2021&year=2021"


@pytest.fixture
def goal(huddinge) -> SubGoalEntry:
    """Goal 1.1 as it was answered in 2020, with words that no other text has."""
    undecided(2020)
    reopened(2020)
    entry = SubGoalEntry.objects.get(follow_up__year=2020, sub_goal__area__number=1, sub_goal__number=1)
    SubGoalEntry.objects.filter(pk=entry.pk).update(comment="Två nya lekparker invigdes. Örnen häckade åter.")
    return entry


def codes(entries) -> list[tuple[int, str]]:
    return [(entry.follow_up.year, entry.item.code) for entry in entries]


@pytest.mark.parametrize("q", ["lekparker", "lekpark", "LEKPARKEN", "örn", "ÖRNEN", "nya lekparker", "lekpark trygga"])
def test_a_word_is_found_in_all_its_forms(goal, q):
    assert codes(find_goals(Criteria(q=q), FollowUp.objects.all())) == [(2020, "1.1")]


@pytest.mark.parametrize("q", ["lek", "parker", "lekparker obefintligt", "%", "' OR 1=1 --"])
def test_what_is_not_there_is_not_found(goal, q):
    found = find_goals(Criteria(q=q, year=2020, area=1), FollowUp.objects.all())
    # A search without a single word asks for nothing.
    assert codes(found) == ([] if q != "%" else [(2020, f"1.{number}") for number in range(1, 7)])


def test_a_measure_is_found_by_its_text_by_what_was_done_and_by_why_it_was_stopped(huddinge):
    undecided(2020)
    reopened(2020)
    first, second, third = MeasureEntry.objects.filter(follow_up__year=2020).order_by("measure_id")[:3]
    Measure.objects.filter(pk=first.measure_id).update(text="Plantera fläderbuskar.")
    MeasureEntry.objects.filter(pk=second.pk).update(done="Fläderbusken blommade.")
    MeasureEntry.objects.filter(pk=third.pk).update(stop_reason="Fläderbuskarna vissnade.")
    found = find_measures(Criteria(q="fläderbuske", year=2020), FollowUp.objects.all())
    assert {entry.pk for entry in found} == {first.pk, second.pk, third.pk}


@pytest.mark.parametrize(
    ("criteria", "kept"),
    [
        ({"year": 2019}, {"follow_up__year": 2019}),
        ({"area": 2}, {"sub_goal__area__number": 2}),
        ({"unit": "socialnamnden"}, {"sub_goal__units__slug": "socialnamnden"}),
        ({"assessment": "met"}, {"assessment": "met"}),
        ({"forecast": "partly"}, {"forecast": "partly"}),
        ({"area": 1, "assessment": "partly"}, {"sub_goal__area__number": 1, "assessment": "partly"}),
    ],
)
def test_each_filter_of_goals(huddinge, criteria, kept):
    found = {entry.pk for entry in find_goals(Criteria(**criteria), FollowUp.objects.all())}
    assert found == set(SubGoalEntry.objects.filter(**kept).values_list("pk", flat=True)) != set()


def test_a_goal_has_the_perspectives_of_its_measures(huddinge):
    found = find_goals(Criteria(perspective="barnperspektiv", year=2020), FollowUp.objects.all())
    marked = SubGoal.objects.filter(measures__perspectives__slug="barnperspektiv").distinct()
    assert {entry.sub_goal_id for entry in found} == {goal.pk for goal in marked}
    assert len(found) == len(marked)


def test_a_measure_has_the_assessment_of_its_goal_the_same_year(huddinge):
    found = find_measures(Criteria(assessment="met", progress="done"), FollowUp.objects.all())
    expected = [
        entry.pk
        for entry in MeasureEntry.objects.filter(progress="done").select_related("measure", "follow_up")
        if SubGoalEntry.objects.filter(
            follow_up=entry.follow_up, sub_goal=entry.measure.sub_goal_id, assessment="met"
        ).exists()
    ]
    assert sorted(entry.pk for entry in found) == sorted(expected) != []


def test_years_and_programmes_that_one_may_not_see_are_not_found(goal, official, reviewer):
    planned = FollowUp.objects.get(year=2021)
    SubGoalEntry.objects.filter(follow_up=planned, sub_goal=goal.sub_goal_id).update(comment="Nya lekparker.")
    SubGoalEntry.objects.filter(pk=goal.pk).update(comment="")
    FollowUp.objects.filter(pk=planned.pk).update(state="planned")
    assert "Inget passar det du söker" in html_of(client_of(official).get("/sok/?q=lekpark"))
    assert "/mal/1.1/#ar-2021" in html_of(client_of(reviewer).get("/sok/?q=lekpark"))
    make_draft(Programme.objects.get())
    html = html_of(client_of(official).get(URL))
    assert "Mål (0)" in html
    assert "huddinge-2018-2021" not in html


def test_the_page_shows_what_was_found_and_leads_there(goal, official):
    html = html_of(client_of(official).get("/sok/?q=lekparken&year=2020"))
    assert '<a href="/program/huddinge-2018-2021/mal/1.1/#ar-2020">' in html
    assert "Två nya <mark>lekparker</mark> invigdes." in html
    assert "Mål (1)" in html
    assert "Åtgärder (0)" in html
    assert html.count('class="excerpt"') == 1
    assert 'href="?q=lekparken&amp;year=2020&amp;show=measures"' in html


def test_what_was_not_written_has_no_excerpt(official, goal):
    SubGoalEntry.objects.filter(pk=goal.pk).update(comment="")
    html = html_of(client_of(official).get("/sok/?q=utomhus+helger&year=2020"))
    assert html.count('class="goal-row"') == 1
    assert 'class="excerpt"' not in html


def test_what_was_looked_for_is_marked_where_it_stands(official, goal):
    SubGoalEntry.objects.filter(pk=goal.pk).update(comment=f"{'Ord. ' * 300}Här invigdes en lekpark <b> till.")
    SubGoal.objects.filter(pk=goal.sub_goal_id).update(text="Lekparker & torg är trygga.")
    html = html_of(client_of(official).get("/sok/?q=lekparker&year=2020"))
    assert "</span> <mark>Lekparker</mark> &amp; torg är trygga.</a>" in html
    assert f"… {'Ord. ' * 7}Här invigdes en <mark>lekpark</mark> &lt;b&gt; till." in html


@pytest.mark.parametrize(
    ("words", "texts", "shown"),
    [
        (["trygg"], ["", "Det är tryggt och tryggare."], "Det är <mark>tryggt</mark> och <mark>tryggare</mark>."),
        (["stopp"], ["Klart.", "Det blev stopp."], "Det blev <mark>stopp</mark>."),
        (["annat"], ["", "Här finns det inte.", "Inte här heller."], "Här finns det inte."),
        ([], ["Ett tecken: %"], "Ett tecken: %"),
        (["slut"], [" ".join(["ord"] * 39 + ["slut"])], " ".join(["ord"] * 39 + ["<mark>slut</mark>"])),
        (["slut"], [" ".join(["ord"] * 40 + ["slut"])], " ".join(["…", *["ord"] * 10, "<mark>slut</mark>"])),
        (["början"], [" ".join(["början"] + ["ord"] * 40)], " ".join(["<mark>början</mark>", *["ord"] * 39, "…"])),
        (["ord"], [""], ""),
    ],
)
def test_an_excerpt_is_of_the_first_place_that_answers(words, texts, shown):
    assert excerpt(words, *texts) == shown


@pytest.mark.parametrize("q", ["", "trygg"])
def test_pages_are_all_that_was_found_in_order(huddinge, q):
    """Also where two programmes have one name and the same years."""
    for year in (2020, 2021):
        other = Programme.objects.create(
            title=huddinge.title, slug=f"annat-{year}", first_year=2018, last_year=2021, state="active"
        )
        goal = other.areas.create(number=1, name="Område").sub_goals.create(number=1, text="Trygga torg.")
        of_year = FollowUp.objects.create(programme=other, year=year, opens_on="2021-01-01", due_on="2021-02-01")
        SubGoalEntry.objects.create(follow_up=of_year, sub_goal=goal)
    found = find_goals(Criteria(q=q), FollowUp.objects.all())
    entries = list(found)
    assert len(found) == len(entries) == len({entry.pk for entry in entries}) > 9
    assert (len(entries) == SubGoalEntry.objects.count()) == (q == "")

    def place(entry):
        programme, goal = entry.follow_up.programme, entry.sub_goal
        return (
            -entry.follow_up.year,
            -programme.first_year,
            programme.title,
            programme.pk,
            goal.area.number,
            goal.number,
        )

    assert entries == sorted(entries, key=place)
    assert [entry for start in range(0, len(found), 3) for entry in found[start : start + 3]] == entries
    assert found[len(entries) : len(entries) + 3] == []
    assert [found.up_to(limit) for limit in (1, len(entries), 1000)] == [1, len(entries), len(entries)]


def test_the_other_tab_is_counted_no_further_than_is_told(official, monkeypatch):
    monkeypatch.setattr("followup.reading.search_views.COUNT_LIMIT", 5)
    html = html_of(client_of(official).get("/sok/?year=2020"))
    assert "Mål (24)" in html
    assert "Åtgärder (fler än 5)" in html
    html = html_of(client_of(official).get("/sok/?year=2020&show=measures"))
    assert "Mål (fler än 5)" in html
    assert f"Åtgärder ({MeasureEntry.objects.filter(follow_up__year=2020).count()})" in html


def test_pages_carry_the_search(official):
    response = client_of(official).get("/sok/?show=measures&q=att")
    page = response.context["page"]
    assert page.paginator.num_pages > 1
    assert 'href="?show=measures&amp;q=att&amp;page=2"' in html_of(response)
    last = client_of(official).get("/sok/?show=measures&q=att&page=9999").context["page"]
    assert last.number == page.paginator.num_pages


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("/sok/?year=abc", "Välj ett giltigt alternativ. abc finns inte bland tillgängliga alternativ."),
        ("/sok/?assessment=bra", "Välj ett giltigt alternativ. bra finns inte bland tillgängliga alternativ."),
        ("/sok/?unit=finns-inte", "Välj ett giltigt alternativ. finns-inte finns inte bland tillgängliga alternativ."),
        ("/sok/?area=99", "Välj ett giltigt alternativ. 99 finns inte bland tillgängliga alternativ."),
        (f"/sok/?q={'x' * 10_000}", "Säkerställ att detta värde har som mest 200 tecken (den har 10000)."),
        ("/sok/?page=-5", ""),
        ("/sok/?page=abc", ""),
        ("/sok/?show=nonsense", ""),
        ("/sok/?q=<script>alert(1)</script>", ""),
    ],
)
def test_nonsense_gives_a_sensible_page(official, address, problem):
    response = client_of(official).get(address)
    html = html_of(response)
    assert response.status_code == 200
    assert problem in html
    assert "<script>" not in html


@pytest.mark.parametrize("address", [FEW, f"{FEW}&show=measures"])
def test_at_most_fifteen_queries_whatever_the_number_of_rows(
    address, official, open_year, django_assert_max_num_queries
):
    client = client_of(official)
    SubGoal.objects.filter(area__number=1, number=1).update(text="trygg")
    Measure.objects.filter(sub_goal__area__number=1, number=1).update(text="trygg")
    with django_assert_max_num_queries(15) as few:
        client.get(address)
    grow(open_year)
    SubGoal.objects.update(text="trygg")
    Measure.objects.update(text="trygg")
    with django_assert_max_num_queries(15) as many:
        response = client.get(address)
    assert response.context["page"].paginator.count > 50
    assert len(few) == len(many)


HERE = "programme=huddinge-2018-2021&year=2020&area=1"


def test_what_was_found_as_a_workbook(goal, official):
    response = client_of(official).get(f"/sok/resultat.xlsx?{HERE}&q=lekpark")
    assert response["Content-Disposition"] == 'attachment; filename="sokning-mal.xlsx"'
    workbook = openpyxl.load_workbook(io.BytesIO(response.content))
    header, *rows = workbook["Mål"].iter_rows(values_only=True)
    record = dict(zip(header, rows[0], strict=True))
    assert len(rows) == 1
    assert (record["År"], record["Område nr"], record["Mål nr"]) == (2020, 1, 1)
    assert record["Kommentar"] == "Två nya lekparker invigdes. Örnen häckade åter."
    assert record["Bedömning"] == goal.assessment_step.word
    assert list(workbook["Urval"].iter_rows(values_only=True))[1:] == [
        ("Sök i mål, åtgärder, kommentarer, årets texter och beslut", "lekpark"),
        ("Program", "Program för trygghet och säkerhet 2018–2021"),
        ("År", "2020"),
        ("Ansvarsområde", "1. Trygghetsskapande och brottsförebyggande arbete"),
        ("Antal rader", 1),
    ]


def test_what_was_found_as_csv_is_every_row_of_all_pages_and_no_formula(goal, official):
    MeasureEntry.objects.filter(follow_up__year=2020).update(done="=1+1; och\nmer")
    response = client_of(official).get("/sok/resultat.csv?year=2020&show=measures&page=2")
    assert response.content.startswith(b"\xef\xbb\xbfProgram;")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == MeasureEntry.objects.filter(follow_up__year=2020).count() > 25
    assert {row["Vad som har gjorts"] for row in rows} == {"'=1+1; och\nmer"}
    assert rows[0]["Åtgärd nr"] == "1"


def test_a_file_of_too_many_rows_is_refused_on_the_page(goal, official, monkeypatch):
    monkeypatch.setattr("followup.reading.search_views.ROWS_IN_FILE", 5)
    response = client_of(official).get("/sok/resultat.csv?year=2020")
    assert response.status_code == 422
    assert "Filer rymmer högst 5 rader." in html_of(response)
    assert "resultat.xlsx" not in html_of(response)


@pytest.fixture
def postgresql(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no full-text index here.")


def test_postgresql_searches_by_index(postgresql):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    for words, index in ((SubGoalEntryWords, "sub_goal_entry_words"), (MeasureEntryWords, "measure_entry_words")):
        assert index in words.objects.filter(words=all_of(["nya", "lekparker"])).explain()


def found_words(word):
    """Return the entries of goals and measures that have the word in the word index."""
    return [
        list(words.objects.filter(words=all_of([word])).order_by("pk").values_list("entry", "follow_up"))
        for words in (SubGoalEntryWords, MeasureEntryWords)
    ]


def test_words_follow_whatever_changes_them(postgresql, huddinge):
    undecided(2020)
    reopened(2020)
    goal = SubGoalEntry.objects.filter(follow_up__year=2020).first()
    measure = MeasureEntry.objects.filter(follow_up__year=2020).first()
    SubGoalEntry.objects.filter(pk=goal.pk).update(comment="Fläderbuskar.")
    MeasureEntry.objects.filter(pk=measure.pk).update(done="Rönnbär.", stop_reason="Fläderbusken.")
    assert found_words("fläderbuske") == [
        [(goal.pk, goal.follow_up_id)],
        [(measure.pk, measure.follow_up_id)],
    ]
    # A goal's or measure's own text is found in all its years, those that are decided too.
    SubGoal.objects.filter(pk=goal.sub_goal_id).update(text="Rönnar.")
    Measure.objects.filter(pk=measure.measure_id).update(text="Rönnen.")
    years = [
        list(entries.order_by("pk").values_list("pk", "follow_up"))
        for entries in (
            SubGoalEntry.objects.filter(sub_goal=goal.sub_goal_id),
            MeasureEntry.objects.filter(measure=measure.measure_id),
        )
    ]
    assert found_words("rönn") == years
    assert found_words("fläderbuske") == [[(goal.pk, goal.follow_up_id)], [(measure.pk, measure.follow_up_id)]]
    SubGoalEntry.objects.filter(pk=goal.pk).update(comment="")
    measure.delete()
    assert found_words("fläderbuske") == [[], []]


def test_words_of_entries_that_were_there_before(postgresql, huddinge):
    before = [list(words.objects.order_by("pk").values()) for words in (SubGoalEntryWords, MeasureEntryWords)]
    SubGoalEntryWords.objects.all().delete()
    MeasureEntryWords.objects.filter(pk__gt=before[1][10]["entry_id"]).delete()
    fill = import_module("followup.migrations.0013_words_of_earlier_entries").fill
    with connection.schema_editor() as editor:
        fill(apps, editor)
    after = [list(words.objects.order_by("pk").values()) for words in (SubGoalEntryWords, MeasureEntryWords)]
    assert after == before
    assert [len(rows) for rows in after] == [SubGoalEntry.objects.count(), MeasureEntry.objects.count()]


@pytest.mark.django_db
def test_a_common_word_asks_for_nothing(goal):
    found = find_goals(Criteria(q="nya och lekparker"), FollowUp.objects.all())
    assert codes(found) == [(2020, "1.1")]


@pytest.mark.parametrize(
    ("written", "q"),
    [
        ("Zebrabinde\u00adstreck", "zebrabindestreck"),
        (unicodedata.normalize("NFD", "Kvällsöppet ungdomshäng"), "kvällsöppet"),
        ("Kvällsöppet ungdomshäng", unicodedata.normalize("NFD", "kvällsöppet")),
        ("Zebratra\ufb01k", "zebratrafik"),
        ("Zebratrafik", "zebratra\ufb01k"),
        ("Noll\u200bbreddstecknet", "nollbreddstecknet"),
    ],
)
def test_invisible_differences_of_spelling_do_not_count(huddinge, written, q):
    undecided(2020)
    reopened(2020)
    entry = SubGoalEntry.objects.filter(follow_up__year=2020).first()
    # As release 0.2 stored it: not cleaned on its way in.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE followup_subgoalentry SET comment = %s WHERE id = %s", [written, entry.pk])
    assert [found.pk for found in find_goals(Criteria(q=q), FollowUp.objects.all())] == [entry.pk]


def test_a_hit_is_marked_through_a_soft_hyphen():
    assert marked("Zebrabinde\u00adstrecken", ["zebrabindestreck"]) == "<mark>Zebrabinde\u00adstrecken</mark>"


@pytest.fixture
def corrected(huddinge) -> SubGoalEntry:
    """Goal 1.1 of 2020, decided, while a correction of its comment is being written."""
    entry = SubGoalEntry.objects.get(follow_up__year=2020, sub_goal__area__number=1, sub_goal__number=1)
    reopened(2020)
    SubGoalEntry.objects.filter(pk=entry.pk).update(comment="Två nya lekparker invigdes.", assessment="not_met")
    return entry


def test_what_is_written_in_a_correction_is_neither_found_nor_shown(corrected, official, reviewer):
    decided = corrected.comment
    for user in (official, reviewer):
        client = client_of(user)
        assert "lekparker" not in html_of(client.get("/sok/?q=lekparker&year=2020")).split("<main")[1].replace(
            'value="lekparker"', ""
        ).replace("q=lekparker", "")
    shown = {
        entry.item.code: entry.comment for entry in find_goals(Criteria(year=2020, area=1), FollowUp.objects.all())
    }
    assert shown["1.1"] == decided
    assert codes(find_goals(Criteria(q="lekparker"), FollowUp.objects.all())) == []
    assert (2020, "1.1") not in codes(find_goals(Criteria(assessment="not_met"), FollowUp.objects.all()))
    assert (2020, "1.1") in codes(find_goals(Criteria(assessment=corrected.assessment), FollowUp.objects.all()))
    word = max(decided.rstrip(".").split(), key=len).strip(".,")
    assert (2020, "1.1") in codes(find_goals(Criteria(q=word), FollowUp.objects.all()))


def test_measures_of_a_year_under_correction_are_found_by_what_was_decided(corrected):
    measure = MeasureEntry.objects.filter(follow_up__year=2020, measure__sub_goal=corrected.sub_goal_id).first()
    decided = measure.progress
    other = next(key for key in ("done", "ongoing", "not_started") if key != decided)
    MeasureEntry.objects.filter(pk=measure.pk).update(progress=other, done="Fläderbusken blommade.")
    years = FollowUp.objects.filter(year=2020)
    assert codes(find_measures(Criteria(q="fläderbuske"), years)) == []
    by_status = {key: {entry.pk for entry in find_measures(Criteria(progress=key), years)} for key in (decided, other)}
    assert (measure.pk in by_status[decided], measure.pk in by_status[other]) == (True, False)
    judged = find_measures(Criteria(assessment=corrected.assessment), years)
    assert measure.pk in {entry.pk for entry in judged}


def test_a_decided_year_is_shown_in_the_words_that_were_decided(official):
    goal = SubGoal.objects.get(area__number=1, number=1)
    decided = goal.text
    goal.text = "Alla torg är ljusa."
    goal.save()
    html = html_of(client_of(official).get("/sok/?year=2020&area=1&programme=huddinge-2018-2021"))
    assert decided in html
    assert "Alla torg är ljusa." not in html
