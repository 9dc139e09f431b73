"""Opening a year: confirmed first, and taken back while nobody has written."""

from datetime import date

import pytest

from followup.models import Comment, FollowUp, MeasureEntry, SubGoalEntry
from followup.workflow import RefusedError, open_follow_up, perform
from organisation.roles import REVIEWER, SECRETARY
from tests.factories import make_area, make_goal, make_measure, make_programme, make_unit
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

LIST = "/granskning/trygghet/2022/"
OPEN = f"{LIST}oppna/"


@pytest.fixture
def reviewer():
    return make_user("reviewer", role=REVIEWER)


@pytest.fixture
def planned() -> FollowUp:
    programme = make_programme("Trygghet", slug="trygghet")
    area = make_area(programme)
    make_measure(make_goal(area, units=[make_unit("Kulturnämnden")]))
    make_goal(area, "Parkerna är trygga.")
    days = {"opens_on": date(2022, 11, 1), "due_on": date(2023, 1, 15)}
    return open_follow_up(FollowUp(programme=programme, year=2022, state="planned", **days), by=None)


def state_of(year: FollowUp) -> str:
    return FollowUp.objects.get(pk=year.pk).state


def test_opening_asks_first_and_shows_the_effect(planned, reviewer):
    client = client_of(reviewer)
    html = html_of(client.post(f"{LIST}lage/", {"action": "open", "comment": "Dags."}))
    assert state_of(planned) == "planned"
    assert "Öppna uppföljningen 2022?" in html
    assert "<dd>2 mål och 1 åtgärd</dd>" in html
    assert "<dd>15 januari 2023</dd>" in html
    assert "<dd>Kulturnämnden</dd>" in html
    assert "<li>1.2 Parkerna är trygga.</li>" in html
    assert ">Dags.</textarea>" in html
    client.post(OPEN, {"comment": "Dags."})
    assert state_of(planned) == "open"
    assert planned.events.get().comment == "Dags."


def test_the_opening_is_taken_back_while_nobody_has_written(planned, reviewer):
    perform(planned, "open", by=reviewer)
    client = client_of(reviewer)
    assert "Ta tillbaka öppnandet" in html_of(client.get(LIST))
    client.post(f"{LIST}lage/", {"action": "cancel_opening"})
    assert state_of(planned) == "planned"
    assert planned.events.last().action == "cancel_opening"
    perform(planned, "open", by=reviewer)
    assert SubGoalEntry.objects.count() == 2


def write_answer() -> None:
    SubGoalEntry.objects.filter(sub_goal__number=1).update(comment="Torgen är ljusa.")


def save_empty_answer() -> None:
    entry = MeasureEntry.objects.get()
    entry.version += 1
    entry.save()


def write_comment() -> None:
    entry = SubGoalEntry.objects.first()
    Comment.objects.create(entry=entry, comment="När är det klart?", by=make_user("official"))


@pytest.mark.parametrize("write", [write_answer, save_empty_answer, write_comment])
def test_the_opening_stays_when_somebody_has_written(write, planned, reviewer):
    perform(planned, "open", by=reviewer)
    write()
    client = client_of(reviewer)
    assert "Ta tillbaka öppnandet" not in html_of(client.get(LIST))
    client.post(f"{LIST}lage/", {"action": "cancel_opening"})
    assert state_of(planned) == "open"
    with pytest.raises(RefusedError, match="någon har redan skrivit i uppföljningen"):
        perform(planned, "cancel_opening", by=reviewer)


def test_an_open_year_is_not_opened_again(planned, reviewer):
    perform(planned, "open", by=reviewer)
    response = client_of(reviewer).get(OPEN, follow=True)
    [message] = response.context["messages"]
    assert str(message) == "Uppföljningen kan inte öppnas: läget är öppen."


def test_a_secretary_opens_no_year(planned):
    client = client_of(make_user("secretary", role=SECRETARY))
    assert client.get(OPEN).status_code == 403
    assert client.post(OPEN).status_code == 403
    assert state_of(planned) == "planned"
