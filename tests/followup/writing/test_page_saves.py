"""Saves after a lost response: the page's newer text is saved, and texts of other writers are not overwritten."""

import pytest

from followup.models import MeasureEntry, SubGoalEntry
from followup.workflow import perform
from followup.writing.page_saves import PARAMETER, PageSave
from organisation.models import User
from programmes.models import Indicator, IndicatorValue
from tests.fixtures import client_of, make_user
from tests.pages import html_of

ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
AUTOSAVE = f"{ENTRY}autospara/"
PAGE, OTHER_TAB = "0123456789ab", "ba9876543210"


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


@pytest.fixture
def colleague(huddinge) -> User:
    return make_user("colleague", unit="kommunstyrelsen")


def sent(comment: str, number: int, *, page: str = PAGE, version: int = 1) -> dict[str, object]:
    """Return a save of the goal as the script of the page posts it, with the `version` known to the page."""
    fields = {"version": version, "assessment": "", "forecast": "", "comment": comment}
    return {f"goal-{name}": value for name, value in fields.items()} | {PARAMETER: f"{page} {number}"}


def stored(entry: SubGoalEntry) -> tuple[str, int]:
    entry.refresh_from_db()
    return (entry.comment, entry.version)


@pytest.mark.parametrize(("address", "status"), [(AUTOSAVE, 200), (ENTRY, 302)], ids=["autosave", "save"])
def test_a_page_whose_responses_were_lost_continues_its_own_text(address, status, official, entry):
    client = client_of(official)
    client.post(AUTOSAVE, sent("Fler", 1))
    client.post(AUTOSAVE, sent("Fler känner", 3))
    assert client.post(address, sent("Färre känner sig trygga.", 4)).status_code == status
    assert stored(entry) == ("Färre känner sig trygga.", 4)
    assert [row.comment for row in entry.history.all()][:2] == ["Färre känner sig trygga.", "Fler känner"]


def test_the_response_brings_the_version_of_the_latest_save(official, entry):
    client = client_of(official)
    client.post(AUTOSAVE, sent("Fler", 1))
    html = html_of(client.post(AUTOSAVE, sent("Fler känner", 2)))
    assert 'name="goal-version" value="3"' in html


def test_an_ordinary_save_continues_after_a_lost_response(official, entry):
    client = client_of(official)
    client.post(ENTRY, sent("Fler", 1))
    assert client.post(AUTOSAVE, sent("Fler känner", 2)).status_code == 200
    assert stored(entry) == ("Fler känner", 3)


@pytest.mark.parametrize("address", [AUTOSAVE, ENTRY], ids=["autosave", "save"])
def test_another_tab_of_the_same_user_is_a_conflict(address, official, entry):
    client = client_of(official)
    client.post(AUTOSAVE, sent("Skrivet i den andra fliken.", 1, page=OTHER_TAB))
    response = client.post(address, sent("Skrivet här.", 9))
    html = html_of(response)
    assert response.status_code == 409
    assert "du har själv sparat under tiden, i en annan flik" in html.lower()
    assert "Någon annan" not in html
    assert stored(entry) == ("Skrivet i den andra fliken.", 2)


def test_the_conflict_page_names_the_writer_of_each_field(official, colleague, entry, open_year):
    measure = MeasureEntry.objects.get(
        follow_up=open_year, measure__sub_goal=entry.sub_goal, measure__units__slug="kommunstyrelsen"
    )
    client_of(colleague).post(ENTRY, sent("Kollegans ord.", 1, page=OTHER_TAB))
    fields = {"version": 1, "progress": "ongoing", "stop_reason": ""}
    of_measure = {f"measure-{measure.pk}-{name}": value for name, value in fields.items()}
    done = f"measure-{measure.pk}-done"
    client = client_of(official)
    client.post(ENTRY, of_measure | {done: "I en annan flik.", PARAMETER: f"{OTHER_TAB} 1"})
    response = client.post(ENTRY, sent("Mina ord.", 1) | of_measure | {done: "Här."})
    html = html_of(response)
    assert [(conflict.name, conflict.writer) for conflict in response.context["conflicts"]] == [
        ("goal-comment", colleague),
        (done, official),
    ]
    assert "Någon annan har sparat under tiden" in html
    assert "Sparat av Colleague." in html
    assert "Sparat av du själv" not in html
    assert "Du sparade själv, i en annan flik." in html


def test_a_colleagues_save_in_between_is_never_overwritten(official, colleague, entry):
    client = client_of(official)
    client.post(AUTOSAVE, sent("Fler", 1))
    client_of(colleague).post(AUTOSAVE, sent("Kollegans ord.", 1, page=OTHER_TAB, version=2))
    response = client.post(AUTOSAVE, sent("Fler känner", 2))
    assert response.status_code == 409
    assert "någon annan har sparat under tiden" in html_of(response)
    assert stored(entry) == ("Kollegans ord.", 3)


def test_a_request_that_was_delayed_does_not_overwrite_the_newer_text(official, entry):
    client = client_of(official)
    client.post(AUTOSAVE, sent("Fler känner", 2))
    assert client.post(AUTOSAVE, sent("Fler", 1)).status_code == 409
    assert stored(entry) == ("Fler känner", 2)


def test_another_user_on_the_same_page_is_another_writer(official, colleague, entry):
    client_of(official).post(AUTOSAVE, sent("Fler", 1))
    assert client_of(colleague).post(AUTOSAVE, sent("Fler känner", 2)).status_code == 409
    assert stored(entry) == ("Fler", 2)


def test_a_change_outside_the_page_is_a_conflict(official, entry):
    """The change is made by an import or in the administration, by the same user."""
    client = client_of(official)
    client.post(AUTOSAVE, sent("Fler", 1))
    entry.refresh_from_db()
    entry.comment, entry.version, entry._history_user = "Ur filen.", 3, official
    entry.save()
    assert client.post(AUTOSAVE, sent("Fler känner", 2)).status_code == 409
    assert stored(entry) == ("Ur filen.", 3)


def test_a_handed_in_answer_stays_handed_in_after_a_lost_response(official, entry):
    client = client_of(official)
    data = sent("Klart.", 1) | {"goal-assessment": "met", "goal-forecast": "will"}
    client.post(AUTOSAVE, data)
    entry.refresh_from_db()
    perform(entry, "submit", by=official)
    response = client.post(AUTOSAVE, data | {"goal-comment": "Klart. Mer.", PARAMETER: f"{PAGE} 2"})
    assert response.status_code == 409
    assert stored(entry) == ("Klart.", 3)


def test_an_outcome_continues_after_a_lost_response(official, entry):
    indicator = Indicator.objects.get(sub_goal=entry.sub_goal, number=1)
    prefix = f"outcome-{indicator.pk}"
    client = client_of(official)
    for number, value in ((1, "66"), (2, "67")):
        data = {f"{prefix}-version": 0, f"{prefix}-value": value, PARAMETER: f"{PAGE} {number}"}
        assert client.post(f"{ENTRY}indikator/1/autospara/", data).status_code == 200
    outcome = IndicatorValue.objects.get(indicator=indicator, year=2021)
    assert (outcome.value, outcome.version) == (67, 2)


@pytest.mark.parametrize("parameter", ["", "kort 1", f"{PAGE} -1", f"{PAGE} ett", f"{PAGE}", "x" * 5000, f"{PAGE} 1 1"])
def test_a_parameter_of_another_form_is_ignored(parameter, official, entry):
    assert PageSave.sent_in({PARAMETER: parameter}) is None
    client = client_of(official)
    client.post(AUTOSAVE, sent("Fler", 1) | {PARAMETER: parameter})
    assert client.post(AUTOSAVE, sent("Färre", 2) | {PARAMETER: parameter}).status_code == 409
    assert stored(entry) == ("Fler", 2)
