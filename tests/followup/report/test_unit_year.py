"""A unit's year: what it shows, on the page and as a document of its own."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from followup.models import FollowUp, Rendering, SubGoalEntry
from followup.report.archive import report_of
from followup.report.serialization import from_current_json, to_json
from followup.report.unit_year import UnitYear, unit_year
from followup.scales import change_between
from followup.worker import make_pdfs
from organisation.models import Unit
from programmes.models import Measure, SubGoal
from tests.factories import SCALES
from tests.fixtures import client_of, reopened
from tests.followup.reading.test_dashboards import grow
from tests.pages import html_of

PAGE = "/enheter/socialnamnden/huddinge-2018-2021/"


def year_of(slug: str, year: int) -> UnitYear:
    follow_up = FollowUp.objects.select_related("programme").get(year=year)
    return unit_year(Unit.objects.get(slug=slug), follow_up, report_of(follow_up))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("partly", "met", "Förbättrad"),
        ("not_met", "partly", "Förbättrad"),
        ("met", "met", "Oförändrad"),
        ("met", "not_met", "Försämrad"),
        ("cannot_assess", "met", None),
        ("met", "", None),
        ("not_applicable", "not_applicable", None),
    ],
)
def test_better_and_worse(before, after, change):
    found = change_between(SCALES.assessment.step(before), SCALES.assessment.step(after))
    assert (found.word if found else None) == change


def test_what_it_holds_is_the_units_own(huddinge):
    year = year_of("socialnamnden", 2020)
    own = SubGoal.objects.filter(units__slug="socialnamnden")
    assert {row.goal.code for row in year.goals if row.answers_for_goal} == {goal.code for goal in own}
    measures = Measure.objects.filter(units__slug="socialnamnden", entries__follow_up__year=2020)
    assert {row.measure.code for row in year.measures} == {measure.code for measure in measures}
    assert sum(item.number for item in year.assessments) == len(year.goals)
    assert [(d.meeting, d.outcome) for d in year.decisions] == [("Kommunstyrelsen 5 maj 2021 § 24", "Godkänns")]


def test_it_compares_with_the_year_before(huddinge):
    year = year_of("socialnamnden", 2020)
    [row] = [row for row in year.goals if row.goal.code == "1.3"]
    assert year.year_before == 2019
    assert (row.before.assessment.word, row.goal.assessment.word, row.change.word) == (
        "Delvis uppfyllt",
        "Ej uppfyllt",
        "Försämrad",
    )
    assert [(item.step.word, item.number) for item in year.changes] == [
        ("Förbättrad", 2),
        ("Oförändrad", 4),
        ("Försämrad", 1),
    ]
    assert year_of("socialnamnden", 2018).year_before is None


def test_a_renamed_unit_finds_itself_in_an_old_report(huddinge):
    unit = Unit.objects.get(slug="socialnamnden")
    unit.save()  # the fixture copies rows without their history
    unit.name = "Nämnden för individ och familj"
    unit.save()
    assert year_of("socialnamnden", 2020).unit == "Socialnämnden"
    assert year_of("socialnamnden", 2021).unit == "Nämnden för individ och familj"


def test_it_goes_through_the_queue_unchanged(huddinge):
    year = year_of("socialnamnden", 2020)
    assert from_current_json(UnitYear, to_json(year)) == year


def test_the_page_of_an_open_year_says_what_is_missing(official):
    html = html_of(client_of(official).get("/enheter/kommunstyrelsen/"))
    assert "Uppföljning 2021 av Program för trygghet och säkerhet 2018–2021" in html
    assert "Ska vara ifylld senast" in html
    assert 'id="saknas"' in html
    assert "bedömning, prognos, kommentar" in html
    decided = html_of(client_of(official).get(f"{PAGE}2020/"))
    assert 'id="saknas"' not in decided
    assert '<a href="/program/huddinge-2018-2021/2020/beslut/1/">Kommunstyrelsen 5 maj 2021 § 24</a>' in decided


def test_a_unit_without_a_part_is_told_so(official):
    Unit.objects.create(name="Nämnden för inget", slug="inget", kind="committee")
    html = html_of(client_of(official).get("/enheter/inget/"))
    assert "Nämnden för inget har inga mål eller åtgärder att följa upp ännu." in html
    response = client_of(official).get("/enheter/inget/huddinge-2018-2021/2020/")
    assert response.status_code == 404
    assert "Nämnden för inget ansvarar inte för något i rapporten." in html_of(response)


def test_the_document_is_the_units_own_and_made_by_the_queue(official):
    client = client_of(official)
    waiting = client.get(f"{PAGE}2020.pdf")
    assert (waiting.status_code, waiting["Refresh"]) == (202, f"3; url={PAGE}2020.pdf")
    assert "Socialnämnden: uppföljning 2020" in html_of(waiting)
    assert make_pdfs() == 1
    response = client.get(f"{PAGE}2020.pdf")
    assert response["Content-Disposition"] == 'inline; filename="socialnamnden-huddinge-2018-2021-2020.pdf"'
    pdf = PdfReader(io.BytesIO(response.content))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert pdf.metadata.title == year_of("socialnamnden", 2020).title
    assert "Målen jämfört med 2019" in text
    assert client.get(f"{PAGE}2020.pdf", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_a_document_that_failed_can_be_asked_for_again(official):
    client = client_of(official)
    client.get(f"{PAGE}2020.pdf")
    Rendering.objects.update(state="failed", problem="Det gick fel.", finished_at="2021-01-01T00:00Z")
    failed = client.get(f"{PAGE}2020.pdf")
    assert failed.status_code == 503
    assert "Det gick fel." in html_of(failed)
    assert client.post(f"{PAGE}2020.pdf").url == f"{PAGE}2020.pdf"
    assert Rendering.objects.get().state == "waiting"


def test_the_same_number_of_queries_whatever_the_number_of_rows(official, open_year):
    client, address = client_of(official), "/enheter/kommunstyrelsen/huddinge-2018-2021/2021/"
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    unit = Unit.objects.get(slug="kommunstyrelsen")
    grow(open_year)
    for goal in SubGoal.objects.exclude(units=unit):
        goal.units.add(unit)
    with CaptureQueriesContext(connection) as many:
        response = client.get(address)
    assert len(response.context["year"].goals) > 50
    assert len(few) == len(many) < 30


def test_a_correction_in_progress_does_not_change_a_decided_year(official):
    reopened(2020)
    SubGoalEntry.objects.filter(follow_up__year=2020).update(comment="Ändrad under rättelsen.")
    assert "Ändrad under rättelsen." not in html_of(client_of(official).get(f"{PAGE}2020/"))
