"""The web server or the database is killed in the middle of work: what was acknowledged is there, nothing is half.

Real processes, ended by signal 9 while they work; afterwards they are started again and every answer is accounted for.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.followup.board import CASE, FILLED
from tests.installation import DEMO, Browser, Installation, Postgres, Server, kill_all, wait_until

ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/{}/"
WRITERS = 4
RECORD = f"{CASE}for-in/"
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"


class Writer(threading.Thread):
    """An official writing word after word in one goal, autosaving each. `acknowledged` has the confirmed saves."""

    def __init__(self, server: Server, session: str, goal: str) -> None:
        super().__init__()
        self.browser, self.goal, self.page = Browser(server, session), goal, ENTRY.format(goal)
        self.acknowledged: list[str] = []
        self.refused: set[int] = set()
        self.words: list[str] = []
        self.version = "1"
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set() and len(self.words) < 500:
            self.words.append(f"ord{len(self.words)}")
            self.save(self.words[-1])

    def save(self, word: str) -> None:
        """Try until the word is acknowledged, or the writer is told to stop."""
        while not self.ended.is_set():
            try:
                fields = {"goal-version": self.version, "goal-comment": " ".join(self.words)}
                answer = self.browser.post(f"{self.page}autospara/", fields)
            except (OSError, http.client.HTTPException):
                self.look_again()
                continue
            if answer.status == 200:
                self.acknowledged.append(word)
                self.version = answer.fields()["goal-version"]
                return
            self.refused.add(answer.status)
            self.look_again()

    def look_again(self) -> None:
        """Open the page again, as after a failed save: it says which version is stored."""
        time.sleep(0.1)
        try:
            self.version = self.browser.get(self.page).fields().get("goal-version", self.version)
        except (OSError, http.client.HTTPException):
            return


@contextmanager
def writing(server: Server, site: Installation) -> Iterator[list[Writer]]:
    [session] = site.sessions("official")
    goals = site.python(
        "from datetime import date\n"
        "from followup.models import SubGoalEntry\n"
        "from organisation.models import User\n"
        "mine = SubGoalEntry.objects.reported_by(User.objects.get(username='official'), date.today())\n"
        "for entry in mine.filter(follow_up__year=2021).select_related('sub_goal__area'):\n"
        "    print(entry.sub_goal.code)"
    ).split()
    writers = [Writer(server, session, goal) for goal in goals[:WRITERS]]
    assert len(writers) == WRITERS
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.ended.set()
        for writer in writers:
            writer.join()


def have_saved(writers: list[Writer], number: int) -> None:
    """Wait until each has had so many words more acknowledged."""
    goals = [(writer, len(writer.acknowledged) + number) for writer in writers]
    wait_until(lambda: all(len(writer.acknowledged) >= goal for writer, goal in goals), 60)


def stored(site: Installation, goals: list[str]) -> dict[str, list[str]]:
    said = site.python(
        "from followup.models import SubGoalEntry\n"
        "for entry in SubGoalEntry.objects.filter(follow_up__year=2021).select_related('sub_goal__area'):\n"
        "    assert not entry.comment or entry.history.latest('history_id').comment == entry.comment\n"
        "    print(entry.sub_goal.code, entry.comment.replace('\\n', ' '))"
    )
    texts = dict(line.partition(" ")[::2] for line in said.splitlines())
    return {goal: texts[goal].split() for goal in goals}


def account_for(writers: list[Writer], site: Installation) -> None:
    """Every word that a writer was told is saved is stored, and in the latest row of the history too."""
    texts = stored(site, [writer.goal for writer in writers])
    assert {w.goal: [word for word in w.acknowledged if word not in texts[w.goal]] for w in writers} == {
        writer.goal: [] for writer in writers
    }


def test_the_web_server_is_killed_while_officials_write(site):
    with site.server() as server, writing(server, site) as writers:
        have_saved(writers, 5)
        server.kill()
        with site.server(port=server.port):
            have_saved(writers, 3)
    account_for(writers, site)


def test_the_database_is_killed_while_officials_write(site, postgres):
    with site.server() as server, writing(server, site) as writers:
        have_saved(writers, 5)
        postgres.kill()
        wait_until(lambda: all(503 in writer.refused for writer in writers))
        postgres.start()
        have_saved(writers, 3)
    account_for(writers, site)
    # Told to come back, and not that the site is broken. (409: what was on its way had been stored.)
    assert {status for writer in writers for status in writer.refused} <= {503, 409}


def outcome(site: Installation, postgres: Postgres) -> tuple[str, str]:
    """How many rows say that the year is decided, of each kind, and what checking the chain says."""
    rows = postgres.query(
        site.database,
        "SELECT (SELECT count(*) FROM followup_decision d JOIN followup_followup f ON f.id = d.follow_up_id"
        "  WHERE f.year = 2022 AND d.recorded_at IS NOT NULL),"
        " (SELECT count(*) FROM followup_followup WHERE year = 2022 AND state = 'decided'),"
        " (SELECT count(*) FROM followup_decidedreport r JOIN followup_decision d ON d.id = r.decision_id"
        "  JOIN followup_followup f ON f.id = d.follow_up_id WHERE f.year = 2022)",
    )
    return rows, site.manage("verify_reports", check=False).stdout


NOTHING, WHOLE = "0|0|0", "1|1|1"


def record(browser: Browser) -> str:
    """Save the filled-in case, go on to the page that asks, and confirm. Return the address that this leads to."""
    browser.post(CASE, FILLED | {"record": "1", "version": browser.get(CASE).fields()["version"]})
    return browser.post(RECORD, {"version": browser.get(RECORD).fields()["version"]}).headers.get("Location", "")


@pytest.mark.parametrize("victim", ["web server", "database"])
def test_killed_while_the_decision_is_recorded(site, postgres, victim):
    [session] = site.sessions("secretary")
    with site.server(RENDER_ON_DEMAND="1") as server:
        browser = Browser(server, session)
        went_to: list[str] = []

        def decide() -> None:
            with suppress(OSError, http.client.HTTPException, KeyError):
                went_to.append(record(browser))

        thread = threading.Thread(target=decide)
        thread.start()
        # The case is saved, and the report is laid out; or a little later, it is being stored.
        saved = "SELECT count(*) FROM followup_decision WHERE paragraph = '31'"
        wait_until(lambda: postgres.query(site.database, saved) == "1")
        if victim == "database":
            wait_until(lambda: postgres.query(site.database, BUSY) != "0" or not thread.is_alive())
            postgres.kill()
            postgres.start()
        else:
            server.kill()
        thread.join()
    rows, said = outcome(site, postgres)
    assert rows in (NOTHING, WHOLE)
    assert "inget skiljer" in said
    if went_to and "/beslut/1/" in went_to[0]:  # the secretary was told that it is done
        assert rows == WHOLE
    with site.server(RENDER_ON_DEMAND="1") as server:
        browser = Browser(server, session)

        def decide_again() -> bool:
            """Until then she is told to wait: the queue holds on for a while to a worker that has died."""
            if outcome(site, postgres)[0] == NOTHING:
                record(browser)
            return outcome(site, postgres)[0] == WHOLE

        wait_until(decide_again)
        rows, said = outcome(site, postgres)
        assert "inget skiljer" in said


@pytest.mark.parametrize("victim", ["command", "database"])
def test_killed_while_a_programme_is_imported(empty_site, postgres, victim):
    load = ("import_programme", str(DEMO), "--without-pdf")
    command = empty_site.start(*load)
    # It has written something: its transaction has a number.
    wait_until(lambda: postgres.query(empty_site.database, BUSY) != "0" or command.poll() is not None)
    assert command.poll() is None
    if victim == "database":
        postgres.kill()
        assert command.wait(30) != 0
        postgres.start()
    else:
        kill_all(command.pid)
        command.wait()
    count = "SELECT (SELECT count(*) FROM programmes_programme), (SELECT count(*) FROM organisation_unit)"
    assert postgres.query(empty_site.database, count) == "0|0"
    empty_site.manage(*load)
    assert postgres.query(empty_site.database, count).startswith("1|")
