"""The register of cases and the pages of units: rows, access and number of queries."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followup.models import Decision, FollowUp
from organisation.models import Unit
from programmes.models import Programme
from tests.fixtures import PROGRAMME, a_decision, client_of
from tests.pages import html_of

HUDDINGE = "huddinge-2018-2021"


def decide(follow_up: FollowUp, **facts: Any) -> Decision:
    """Record a decision whose number and words are in no other decision."""
    own = {
        "registration_number": "KS-2019/77.1",
        "statement_date": date(2019, 1, 7),
        "meeting_date": date(2019, 2, 4),
        "decision_text": "Lägesbilden godkänns.",
    }
    return a_decision(follow_up, **own | facts)


def make_decided_years(number: int, start: int = 0) -> list[Decision]:
    """Make `number` decided years, each of its own programme, that concern kommunstyrelsen."""
    unit = Unit.objects.get(slug="kommunstyrelsen")
    decisions = []
    for index in range(start, start + number):
        programme = Programme.objects.create(
            title=f"Plan {index}",
            slug=f"plan-{index}",
            first_year=2018,
            last_year=2018,
            overarching_goal="Trygghet.",
            state="active",
        )
        goal = programme.areas.create(number=1, name="Område").sub_goals.create(number=1, text="Mål")
        goal.units.add(unit)
        follow_up = FollowUp.objects.create(
            programme=programme, year=2018, state="proposed", opens_on=date(2018, 1, 1), due_on=date(2018, 2, 1)
        )
        decisions.append(decide(follow_up, paragraph=f"{7 + index}"))
        FollowUp.objects.filter(pk=follow_up.pk).update(state="decided")
    return decisions


@pytest.fixture
def matter(huddinge) -> Decision:
    """Return a decision of a year, with a number and words that are in no other."""
    return make_decided_years(1)[0]


def rows_found(client, query: str) -> list[str]:
    """Return programme and year of each row."""
    html = html_of(client.get(f"/arenden/?{query}"))
    return re.findall(r'<h3><a href="/program/([^"]+)/">', html)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [f"{HUDDINGE}/2021", f"{HUDDINGE}/2020", f"{HUDDINGE}/2019", "plan-0/2018", f"{HUDDINGE}/2018"]),
        ("dnr=KS-2021/307.173", [f"{HUDDINGE}/2020"]),
        ("dnr=ks-2019/77", ["plan-0/2018"]),
        ("dnr=%20KS-2019/77.1%20", ["plan-0/2018"]),
        ("year=2019", [f"{HUDDINGE}/2019"]),
        ("q=l%C3%A4gesbilden", ["plan-0/2018"]),
        ("q=godk%C3%A4nns+L%C3%A4gesbilden", ["plan-0/2018"]),
        ("q=Program+trygghet", [f"{HUDDINGE}/2021", f"{HUDDINGE}/2020", f"{HUDDINGE}/2019", f"{HUDDINGE}/2018"]),
        ("dnr=KS-2021&year=2020&q=huddinge", [f"{HUDDINGE}/2020"]),
        ("dnr=KS-2021&year=2018", []),
        ("q=%25", []),
    ],
)
def test_search_by_number_year_and_words(matter, official, query, rows):
    assert rows_found(client_of(official), query) == rows


def test_the_row_names_the_decision_and_leads_to_it(matter, official):
    html = html_of(client_of(official).get("/arenden/?dnr=KS-2019/77.1"))
    assert ">Kommunstyrelsen 4 februari 2019 § 7</a>: godkänns" in html
    assert 'href="/program/plan-0/2018/beslut/1/protokollsutdrag/"' in html
    assert client_of(official).get("/program/plan-0/2018/beslut/1/protokollsutdrag/").status_code == 200


def test_invented_decisions_are_marked(matter, official):
    client = client_of(official)
    invented = html_of(client.get("/arenden/?year=2019"))
    assert 'godkänns <span class="example-mark">Exempel</span>' in invented
    assert "notice-example" in invented
    assert "notice-example" not in html_of(client.get("/arenden/?dnr=KS-2021/307"))


def test_a_case_that_is_being_prepared_is_in_no_search(matter, official):
    decide(FollowUp.objects.get(year=2021), registration_number="KS-HEMLIGT", recorded_at=None, paragraph="99")
    client = client_of(official)
    assert rows_found(client, "dnr=KS-HEMLIGT") == []
    assert "KS-HEMLIGT" not in html_of(client.get("/arenden/"))
    assert client.get(f"{PROGRAMME}2021/beslut/1/protokollsutdrag/").status_code == 404


@pytest.mark.parametrize("year", ["tvåtusen", "1", "99999999999999999999"])
def test_a_year_that_cannot_be_read_is_explained(matter, official, year):
    html = html_of(client_of(official).get("/arenden/", {"year": year}))
    assert "field-errors" in html
    assert "0 ärenden" in html


def test_pages_keep_the_search(matter, official):
    make_decided_years(60, start=1)
    html = html_of(client_of(official).get("/arenden/?q=plan&page=2"))
    assert "Sida 2 av 3" in html
    assert 'href="?q=plan&amp;page=3"' in html
    assert client_of(official).get("/arenden/?q=plan&page=hundra").status_code == 200


@pytest.mark.parametrize(("url", "most"), [("/arenden/?q=plan", 12), ("/enheter/kommunstyrelsen/", 26)])
def test_one_row_and_fifty_cost_the_same(matter, official, url, most):
    client = client_of(official)
    with CaptureQueriesContext(connection) as one:
        assert client.get(url).status_code == 200
    make_decided_years(49, start=1)
    with CaptureQueriesContext(connection) as fifty:
        html = html_of(client.get(url))
    assert html.count("Plan ") >= 20
    assert len(fifty) == len(one) <= most


def test_a_unit_has_the_decisions_that_concern_it(matter, official):
    client = client_of(official)
    html = html_of(client.get("/enheter/kommunstyrelsen/"))
    assert "Kommunstyrelsen 4 februari 2019 § 7" in html
    assert f"{PROGRAMME}2021/" not in re.findall(r'<h3><a href="([^"]+)"', html)
    stranger = Unit.objects.create(name="Överförmyndarnämnden", slug="overformyndarnamnden", kind="committee")
    html = html_of(client.get(f"/enheter/{stranger.slug}/"))
    assert "Inget beslut rör enheten ännu" in html
    assert "Överförmyndarnämnden har inga mål eller åtgärder att följa upp ännu." in html


def test_units_of_before_are_kept_with_their_successors(huddinge, official):
    old = Unit.objects.get(slug="huge-fastigheter")
    old.valid_to = date(2020, 12, 31)
    old.save()
    new = Unit.objects.create(name="Huge Bostäder AB", slug="huge-bostader", kind="company")
    old.successors.add(new)
    html = " ".join(html_of(client_of(official).get("/enheter/")).split())
    former = html[html.index("Tidigare enheter") :]
    assert "till 31 december 2020; efterträdd av Huge Bostäder AB" in former
    assert "Huge Fastigheter AB" in former
    assert "Huge Bostäder AB" in html[: html.index("Tidigare enheter")]
    assert "Huge Fastigheter AB" in html_of(client_of(official).get("/enheter/huge-bostader/"))
