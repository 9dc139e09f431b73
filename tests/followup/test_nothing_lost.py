"""Whatever several people do with one goal, in whatever order and from pages however old: no text is ever lost."""

import re

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followup.models import Event, MeasureEntry, SubGoalEntry
from organisation.models import User
from organisation.roles import REVIEWER
from tests.fixtures import as_fetched, client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
REVIEW = "/granskning/huddinge-2018-2021/2021/1.1/"

OFFICIALS_STEPS = ("open", "write before", "write after", "cut", "judge", "autosave", "save", "submit", "withdraw")
steps = st.one_of(
    st.tuples(
        st.sampled_from(["hanna", "olle"]),
        st.sampled_from(OFFICIALS_STEPS),
        st.sampled_from(["mine", "theirs", "both"]),
    ),
    st.tuples(st.just("greta"), st.sampled_from(["return", "approve"]), st.just("")),
)


@pytest.fixture
def people(huddinge) -> dict[str, User]:
    return {
        "hanna": make_user("hanna", unit="kommunstyrelsen"),
        "olle": make_user("olle", unit="kommunstyrelsen"),
        "greta": make_user("greta", role=REVIEWER),
    }


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    """Goal 1.1 with a measure of its own: all that handing in asks for but a judgement and a comment."""
    entry = open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)
    entry.forecast = "will"
    entry.save()  # gives the entry its first row of history, as opening a year does
    MeasureEntry.objects.filter(measure__sub_goal=entry.sub_goal, follow_up=open_year).update(progress="ongoing")
    return entry


def words_are_in(words: list[str], text: str) -> bool:
    """All of the words, in their order, perhaps with others between them."""
    rest = iter(text.split())
    return all(word in rest for word in words)


class Office:
    """The people with a page open each, and every text that they were told is saved."""

    def __init__(self, people: dict[str, User], entry: SubGoalEntry) -> None:
        self.clients: dict[str, Client] = {name: client_of(user) for name, user in people.items()}
        self.pages: dict[str, dict[str, str]] = {}
        self.acknowledged: list[list[str]] = []
        self.entry = entry
        self.words = 0

    def do(self, who: str, step: str, pick: str) -> None:
        if who == "greta":
            read = self.clients[who].get(REVIEW).context["seen"]
            self.clients[who].post(REVIEW, {"action": step, "seen": read, "comment": "Mer om vad som hände."})
            return
        if who not in self.pages or step == "open":
            self.open(who)
        getattr(self, step.replace(" ", "_"))(who, pick)

    def open(self, who: str, pick: str = "") -> None:
        forms = self.clients[who].get(ENTRY).context["forms"]
        self.pages[who] = {name: str(value) for name, value in as_fetched(forms).items()}

    def word(self) -> str:
        self.words += 1
        return f"ord{self.words}"

    def write_before(self, who: str, pick: str) -> None:
        self.change(who, lambda text: f"{self.word()} {text}".strip())

    def write_after(self, who: str, pick: str) -> None:
        self.change(who, lambda text: f"{text} {self.word()}".strip())

    def cut(self, who: str, pick: str) -> None:
        self.change(who, lambda text: " ".join(text.split()[1:]))

    def change(self, who: str, edit) -> None:
        page = self.pages[who]
        if "goal-comment" in page:
            page["goal-comment"] = edit(page["goal-comment"])

    def judge(self, who: str, pick: str) -> None:
        if "goal-assessment" in self.pages[who]:
            chosen = {"mine": "met", "theirs": "partly", "both": ""}[pick]
            self.pages[who]["goal-assessment"] = chosen

    def autosave(self, who: str, pick: str) -> None:
        page = self.pages[who]
        response = self.clients[who].post(f"{ENTRY}autospara/", page)
        assert response.status_code in (200, 409, 422)
        if response.status_code == 200:
            self.acknowledge(page)
            page["goal-version"] = re.search(r'name="goal-version" value="(\d+)"', html_of(response))[1]

    def save(self, who: str, pick: str, **also: str) -> None:
        page = self.pages[who]
        response = self.clients[who].post(ENTRY, page | also)
        while response.status_code == 409 and "conflicts" in response.context:
            # Nobody else acts meanwhile, so one answer to the conflict page is enough.
            page = self.settle(response, pick)
            response = self.clients[who].post(ENTRY, page)
        if response.status_code == 302:
            self.acknowledge(page)
        else:
            # What was locked when the page was fetched and is open now is missing from what was sent: told, not saved.
            assert response.status_code in (409, 422)
            assert words_are_in(page.get("goal-comment", "").split(), re.sub(r"<[^>]+>", " ", html_of(response)))
        self.open(who)

    def submit(self, who: str, pick: str) -> None:
        self.save(who, pick, submit="1")

    def settle(self, response, pick: str) -> dict[str, str]:
        """What the conflict page sends when its reader has chosen."""
        page = dict(response.context["unchanged"])
        for conflict in response.context["conflicts"]:
            both = f"{conflict.theirs} {conflict.mine}".strip() if conflict.is_text else conflict.mine
            page[conflict.name] = {"mine": conflict.mine, "theirs": conflict.theirs, "both": both}[pick]
        return page

    def withdraw(self, who: str, pick: str) -> None:
        self.clients[who].post(f"{ENTRY}ta-tillbaka/")

    def acknowledge(self, page: dict[str, str]) -> None:
        if "goal-comment" not in page:
            return
        self.acknowledged.append(page["goal-comment"].split())
        self.entry.refresh_from_db()
        assert self.entry.comment == page["goal-comment"]


def history_adds_up(entry: SubGoalEntry, acknowledged: list[list[str]]) -> None:
    entry.refresh_from_db()
    records = list(entry.history.order_by("history_date", "history_id"))
    for words in acknowledged:
        assert any(words_are_in(words, record.comment) for record in records), words
    newest = records[-1]
    assert (newest.comment, newest.assessment, newest.state, newest.version) == (
        entry.comment,
        entry.assessment,
        entry.state,
        entry.version,
    )
    versions = [record.version for record in records]
    assert versions == sorted(set(versions))
    state = "draft"
    for event in Event.objects.filter(sub_goal_entry=entry):
        assert event.from_state == state
        state = event.to_state
    assert state == entry.state


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=st.lists(steps, min_size=6, max_size=25))
def test_no_text_is_lost_and_history_adds_up(people, entry, script):
    with transaction.atomic():
        office = Office(people, entry)
        for who, step, pick in script:
            office.do(who, step, pick)
        history_adds_up(entry, office.acknowledged)
        transaction.set_rollback(True)


def test_the_words_that_were_cut_are_in_history(people, entry):
    """One long script, so that what the random ones may seldom reach is tried every time."""
    office = Office(people, entry)
    for who, step, pick in [
        ("hanna", "write after", ""),
        ("hanna", "autosave", ""),
        ("olle", "open", ""),
        ("hanna", "write before", ""),
        ("hanna", "autosave", ""),
        ("olle", "cut", ""),
        ("olle", "autosave", ""),
        ("olle", "write after", ""),
        ("olle", "save", "mine"),
        ("hanna", "judge", "mine"),
        ("hanna", "submit", "both"),
        ("greta", "return", ""),
        ("olle", "open", ""),
        ("olle", "cut", ""),
        ("olle", "autosave", ""),
        ("hanna", "submit", "theirs"),
        ("olle", "withdraw", ""),
        ("hanna", "submit", "mine"),
        ("greta", "approve", ""),
    ]:
        office.do(who, step, pick)
    history_adds_up(entry, office.acknowledged)
    assert entry.state == "approved"
    assert len(office.acknowledged) == 7
