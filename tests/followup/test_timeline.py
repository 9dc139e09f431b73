"""The history of a goal in words."""

import pytest

from followup.models import FollowUp, SubGoalEntry
from followup.textdiff import Piece
from followup.timeline import FieldChange, history_of_goal
from followup.workflow import perform
from organisation.models import Unit
from programmes.models import Measure
from tests.followup.conftest import PROGRAMME, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    entry = SubGoalEntry.objects.select_related("follow_up", "sub_goal__area").get(
        follow_up=open_year, sub_goal__area__number=1, sub_goal__number=1
    )
    entry.save()  # the rows were copied into the test without their history
    return entry


def latest(entry: SubGoalEntry):
    return history_of_goal(entry.sub_goal, FollowUp.objects.all())[0]


def test_a_text_and_a_choice(entry, official):
    entry.comment, entry.assessment = "Åtta vandringar.", "met"
    entry._history_user = official
    entry._change_reason = "Rättelse"
    entry.save()
    moment = latest(entry)
    assert (moment.who, moment.what, moment.verb, moment.reason) == (
        "Official",
        "Mål 1.1, svar för 2021",
        "ändrades",
        "Rättelse",
    )
    assert set(moment.changes) == {
        FieldChange("bedömning av året", "–", "Uppfyllt", ()),
        FieldChange("kommentar", "–", "Åtta vandringar.", (Piece("added", "Åtta vandringar."),)),
    }


def test_a_step_of_the_workflow(entry, official):
    SubGoalEntry.objects.filter(pk=entry.pk).update(assessment="met", forecast="will", comment="Klart.")
    entry.refresh_from_db()
    entry.save()
    perform(entry, "submit", by=official)
    moment = latest(entry)
    assert (moment.who, moment.reason) == ("Official", "Lämna in")
    assert moment.changes == (FieldChange("läge", "Utkast", "Inlämnad", ()),)


def test_units_by_their_names(entry):
    measure = Measure.objects.get(sub_goal=entry.sub_goal, number=2)
    measure.save()
    measure.units.add(Unit.objects.get(slug="socialnamnden"))
    change = latest(entry).changes[0]
    assert (change.label, change.old) == ("ansvariga enheter", "Natur- och byggnadsnämnden")
    assert set(change.new.split(", ")) == {"Natur- och byggnadsnämnden", "Socialnämnden"}


def test_a_save_without_a_change_is_not_told(entry):
    before = len(history_of_goal(entry.sub_goal, FollowUp.objects.all()))
    entry.save()
    assert len(history_of_goal(entry.sub_goal, FollowUp.objects.all())) == before


def test_the_page_marks_differences_for_eye_and_ear(entry, official):
    entry.comment = "Ny text."
    entry.save()
    html = client_of(official).get(f"{PROGRAMME}mal/1.1/historik/").content.decode()
    assert '<ins><span class="visually-hidden">tillagt: </span>Ny text.' in html


def test_a_planned_years_answers_are_not_shown_to_others(entry, official, reviewer):
    FollowUp.objects.filter(year=2021).update(state="planned")
    url = f"{PROGRAMME}mal/1.1/historik/"
    assert "svar för 2021" not in client_of(official).get(url).content.decode()
    assert "svar för 2021" in client_of(reviewer).get(url).content.decode()
