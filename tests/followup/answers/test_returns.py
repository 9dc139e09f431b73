"""Returned answers are handed in only after a change, or after confirmation."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from followup.answers.returns import returns_of
from followup.answers.worklist import work_of
from followup.models import MeasureEntry, SubGoalEntry
from followup.workflow import perform, perform_all
from followup.writing.attachments import attach
from programmes.models import Indicator
from tests.fixtures import as_fetched, client_of
from tests.followup.answers.test_worklist import LIST, TODAY, entry_of
from tests.followup.writing.test_attachments import pdf
from tests.pages import html_of

SLUG = "huddinge-2018-2021"
ENTRY = f"/mina-uppfoljningar/{SLUG}/2021/1.1/"
ASK = f"{ENTRY}lamna-in/"
ALL = f"/mina-uppfoljningar/{SLUG}/2021/lamna-in/kommunstyrelsen/"


@pytest.fixture
def goal(open_year) -> SubGoalEntry:
    return entry_of(open_year, "1.1")


@pytest.fixture
def measure(open_year) -> MeasureEntry:
    return open_year.measureentry_set.select_related("measure__sub_goal__area", "follow_up").get(
        measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=1
    )


@pytest.fixture
def returned(official, reviewer, goal, measure) -> SubGoalEntry:
    """Goal 1.1 and measure 1.1.1, complete, handed in, and returned together with one comment."""
    SubGoalEntry.objects.filter(pk=goal.pk).update(assessment="met", forecast="will", comment="Klart.")
    MeasureEntry.objects.filter(pk=measure.pk).update(progress="done")
    for answer in (goal, measure):
        answer.refresh_from_db()
    perform_all([goal, measure], "submit", by=official)
    perform_all([goal, measure], "return", by=reviewer, comment="Hur många nåddes?")
    return goal


def page_of(client) -> dict[str, object]:
    return as_fetched(client.get(ENTRY).context["forms"])


def states(*answers) -> list[str]:
    for answer in answers:
        answer.refresh_from_db()
    return [answer.state for answer in answers]


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_unchanged_returned_answers_are_named_and_not_handed_in(official, returned, measure):
    response = client_of(official).post(ALL, follow=True)
    assert states(returned, measure) == ["returned", "returned"]
    handed_in, left_out = messages_of(response)
    assert handed_in.endswith("svar är inlämnade för granskning.")
    assert left_out == (
        "Inte inlämnat: Mål 1.1 och åtgärd 1.1.1. Granskaren har lämnat tillbaka det, och inget är ändrat sedan dess. "
        "Läs granskarens kommentar nedan och ändra svaret först."
    )


def test_answers_changed_after_the_return_are_handed_in(official, returned, measure):
    client = client_of(official)
    client.post(ENTRY, page_of(client) | {"goal-comment": "Tolv procent fler."})
    response = client.post(ALL, follow=True)
    assert states(returned, measure) == ["submitted", "returned"]
    assert "Inte inlämnat: Åtgärd 1.1.1." in messages_of(response)[-1]


def test_only_unchanged_answers_give_a_message_instead_of_403(official, returned, open_year):
    client = client_of(official)
    client.post(ALL, follow=True)
    [message] = messages_of(client.post(ALL, follow=True))
    assert message.startswith("Inte inlämnat: Mål 1.1")


def test_a_reverted_change_counts_as_unchanged(official, returned):
    client = client_of(official)
    page = page_of(client)
    client.post(ENTRY, page | {"goal-comment": "Fel fält."})
    client.post(ENTRY, page_of(client) | {"goal-comment": page["goal-comment"]})
    client.post(ALL)
    assert states(returned) == ["returned"]


def test_an_attachment_or_an_outcome_is_a_change_of_the_goal(official, returned, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    [before] = returns_of([returned])
    assert before.unchanged == (returned,)
    attach(returned, SimpleUploadedFile("a.pdf", pdf()), by=official)
    [after] = returns_of([returned])
    assert (after.unchanged, after.is_answered) == ((), True)


def test_an_outcome_is_a_change_of_the_goal(official, returned):
    indicator = Indicator.objects.get(sub_goal=returned.sub_goal, number=1)
    data = {f"outcome-{indicator.pk}-version": 0, f"outcome-{indicator.pk}-value": "66"}
    assert client_of(official).post(f"{ENTRY}indikator/1/autospara/", data).status_code == 200
    [one] = returns_of([returned])
    assert one.unchanged == ()


def test_handing_in_unchanged_asks_first_and_shows_the_reviewers_comment(official, returned, measure):
    client = client_of(official)
    response = client.post(ENTRY, page_of(client) | {"submit": "1"})
    assert response.url == ASK
    html = html_of(client.get(ASK))
    assert "Hur många nåddes?" in html
    assert "<strong>Mål 1.1 och åtgärd 1.1.1</strong> återlämnades" in html
    assert html.count("Hur många nåddes?") == 1
    assert states(returned, measure) == ["returned", "returned"]
    assert client.post(ASK).url == LIST
    assert states(returned, measure) == ["submitted", "submitted"]


def test_one_change_answers_a_return_of_several_answers(official, returned, measure):
    client = client_of(official)
    response = client.post(ENTRY, page_of(client) | {"goal-comment": "Tolv procent fler.", "submit": "1"})
    assert response.url == LIST
    assert states(returned, measure) == ["submitted", "submitted"]


def test_no_confirmation_without_unchanged_returned_answers(official, goal):
    client = client_of(official)
    assert client.get(ASK).url == ENTRY
    assert client.post(ASK).url == f"{ENTRY}?saknas=1"
    assert states(goal) == ["draft"]


def test_only_reporters_confirm_and_only_in_an_open_year(other_official, official, returned):
    assert client_of(other_official).post(ASK).status_code == 403
    type(returned.follow_up).objects.filter(pk=returned.follow_up_id).update(state="proposed")
    response = client_of(official).post(ASK)
    assert response.status_code == 403
    assert "Läget är: Föreslagen till kommunstyrelsen." in html_of(response)


def test_handing_in_twice_gives_a_message(official, returned):
    client = client_of(official)
    client.post(ASK)
    response = client.post(ASK, follow=True)
    assert messages_of(response)[-1] == "Det finns inget att lämna in: svaret är redan inlämnat."


def test_returned_answers_come_first_with_the_reviewers_comment(official, reviewer, open_year):
    before = [task.entry for task in work_of(official, TODAY)[0].tasks]
    last = next(task.entry for task in reversed(work_of(official, TODAY)[0].tasks) if task.entry in task.own)
    SubGoalEntry.objects.filter(pk=last.pk).update(assessment="met", forecast="will", comment="Klart.")
    last.refresh_from_db()
    perform(last, "submit", by=official)
    perform(last, "return", by=reviewer, comment="Hur många nåddes?")
    after = [task.entry for task in work_of(official, TODAY)[0].tasks]
    assert after == [last, *(entry for entry in before if entry != last)]
    html = html_of(client_of(official).get(LIST))
    assert html.index("Hur många nåddes?") < html.index(before[0].get_absolute_url())
    assert ", inte ändrad sedan dess" in html
    assert "Ett återlämnat svar är inte ändrat och lämnas inte in på det här sättet." in html
