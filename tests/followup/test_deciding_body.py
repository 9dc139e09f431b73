"""The body that decides is the framework's: its name is in states, buttons, messages and papers."""

from dataclasses import replace

import pytest

from followup import workflow
from followup.documents.statement.draft import build_statement
from followup.models import Event, FollowUp
from followup.report.asked_decision import asked_decision
from followup.report.building import build_report
from organisation.models import Unit
from programmes.models import Framework
from tests.factories import make_unit
from tests.fixtures import client_of
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def climate_year(open_year) -> FollowUp:
    """A year under review of a programme that the climate committee decides on."""
    committee = make_unit("Klimatnämnden", kind=Unit.Kind.COMMITTEE)
    Framework.objects.update(deciding_body=committee, requires_texts=False)
    FollowUp.objects.filter(pk=open_year.pk).update(state=FollowUp.State.UNDER_REVIEW)
    return FollowUp.objects.get(pk=open_year.pk)


def test_the_state_names_the_body(climate_year):
    climate_year.state = FollowUp.State.PROPOSED
    assert climate_year.get_state_display() == "Föreslagen till klimatnämnden"
    assert climate_year.state_in_text == "föreslagen till klimatnämnden"


def test_the_state_of_a_programme_without_a_chosen_body_names_the_board(open_year):
    open_year.state = FollowUp.State.PROPOSED
    assert open_year.get_state_display() == "Föreslagen till kommunstyrelsen"


def test_the_event_names_the_body(climate_year):
    event = Event(follow_up=climate_year, action="withdraw_proposal")
    assert event.get_action_display() == "tog tillbaka förslaget till klimatnämnden"


def test_pages_of_the_reviewer_name_the_body(climate_year, reviewer):
    client = client_of(reviewer)
    assert "Föreslå till klimatnämnden" in html_of(client.get("/granskning/huddinge-2018-2021/2021/"))
    page = html_of(client.post("/granskning/huddinge-2018-2021/2021/lage/", {"action": "propose"}))
    assert "<h1>Föreslå uppföljningen 2021 till klimatnämnden</h1>" in page
    assert "kommunstyrelsen " not in page.lower()


def test_the_history_keeps_the_body_that_was_proposed_to(climate_year, reviewer, monkeypatch):
    freely = replace(workflow.YEAR_TRANSITIONS["propose"], obstacles=lambda year: [])
    monkeypatch.setitem(workflow.YEAR_TRANSITIONS, "propose", freely)
    workflow.perform(climate_year, "propose", by=reviewer)
    assert climate_year.history.first().history_change_reason == "Föreslå till klimatnämnden"
    assert workflow.step_made("Föreslå till klimatnämnden") == "föreslogs till klimatnämnden"
    assert workflow.step_made("Föreslå till kommunstyrelsen") == "föreslogs till kommunstyrelsen"


def test_papers_name_the_body(climate_year):
    report = build_report(climate_year)
    statement = build_statement(report)
    assert (statement.board, statement.administration) == ("Klimatnämnden", "klimatnämndens förvaltning")
    assert asked_decision(report).heading == "Förslag till beslut i klimatnämnden"


def test_a_new_case_is_for_the_body(climate_year, secretary):
    client_of(secretary).post("/beslut/huddinge-2018-2021/2021/nytt/")
    assert climate_year.decisions.get().body == "Klimatnämnden"


def test_a_renamed_body_is_named_anew(climate_year):
    Unit.objects.filter(name="Klimatnämnden").update(name="Miljönämnden")
    assert FollowUp.objects.get(pk=climate_year.pk).body.genitive == "miljönämndens"
