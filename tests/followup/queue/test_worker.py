"""The worker that makes the PDFs: in the test's own process, and as the process that it is."""

import io
import logging
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pypdf import PdfReader

from followup import worker
from followup.models import FollowUp, Rendering
from followup.queue.jobs import requeue
from followup.queue.pdf_jobs import call_worker, request_pdf, take_next
from followup.queue.requester import BOARD
from followup.report.building import build_report
from followup.report.report import Report
from followup.worker import make_pdfs
from tests.factories import answer_all, make_area, make_goal, make_measure, make_programme, open_year
from tests.fixtures import HUDDINGE


def ask(year: int = 2020) -> Rendering:
    follow_up = FollowUp.objects.select_related("programme").get(year=year)
    return request_pdf(follow_up, lambda: build_report(follow_up), timezone.now(), BOARD)


@pytest.fixture
def restless(monkeypatch):
    """Signs of life come so often that a test need not wait for them."""
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.05)


def test_it_makes_what_waits_and_ends(huddinge):
    ask(2019), ask(2020)
    assert make_pdfs() == 2
    for rendering in Rendering.objects.select_related("follow_up"):
        assert (rendering.state, rendering.source, rendering.slot) == ("done", "", None)
        assert rendering.took > timedelta(0)
        first_page = PdfReader(io.BytesIO(rendering.content)).pages[0].extract_text()
        assert f"Uppföljning{rendering.follow_up.year}av" in "".join(first_page.split())
    assert make_pdfs() == 0


def test_the_command_says_how_many_it_made(huddinge, capsys):
    call_command("render_queued", only="pdfs")
    assert capsys.readouterr().out == "0 filer skapades.\n"


def test_a_failure_is_logged_and_the_next_one_is_made(huddinge, caplog):
    broken = ask(2019)
    Rendering.objects.filter(pk=broken.pk).update(source='{"schema": 0}')
    ask(2020)
    assert make_pdfs() == 1
    broken.refresh_from_db()
    assert (broken.state, broken.problem) == ("failed", "Ett fel uppstod när filen skulle skapas.")
    [entry] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert entry.getMessage().startswith(f"Rendering {broken.pk}, Uppföljning 2019,")
    assert "Rapporten har schemaversion 0" in entry.getMessage()


def uncleaned(monkeypatch) -> None:
    """Let texts through as they were stored by a version that did not clean them: WeasyPrint refuses some."""
    monkeypatch.setattr("followup.documents.report.html.legible", str)
    monkeypatch.setattr("followup.documents.report.pdf.legible", str)


@pytest.fixture
def small(db) -> Report:
    """A report that is drawn quickly: two goals with a measure each."""
    programme = make_programme()
    area = make_area(programme)
    for _ in range(2):
        make_measure(make_goal(area))
    follow_up = open_year(programme)
    answer_all(follow_up)
    return build_report(follow_up)


def ask_for(report: Report) -> Rendering:
    return request_pdf(FollowUp.objects.get(year=report.year), lambda: report, timezone.now(), BOARD)


def test_a_failure_names_the_texts_that_caused_it(small, caplog, monkeypatch):
    uncleaned(monkeypatch)
    monkeypatch.setattr(worker, "SEARCH_SECONDS", 600)
    [area] = small.areas
    goal = replace(area.sub_goals[1], text="Torget \u2029är tryggt.")
    area = replace(area, sub_goals=(area.sub_goals[0], goal))
    rendering = ask_for(replace(small, overarching_goal="Alla \u2029är trygga.", areas=(area,)))
    assert make_pdfs() == 0
    rendering.refresh_from_db()
    assert (rendering.state, rendering.slot) == ("failed", None)
    assert rendering.problem == "Ett fel uppstod när filen skulle skapas."
    assert rendering.failing_texts == [
        {"name": "Hela året, det övergripande målet", "goal": "", "anchor": "uppdraget"},
        {"name": "Mål 1.2, texten", "goal": "1.2", "anchor": "mal-1.2"},
    ]
    assert "AssertionError" in caplog.text
    assert multiprocessing.active_children() == []
    # Asked for again, it starts without them.
    requeue(rendering, timezone.now())
    rendering.refresh_from_db()
    assert (rendering.state, rendering.failing_texts) == ("waiting", [])


def draw_or_die(source: str) -> bytes:
    """Draw as an engine that dies of a text, which no exception tells of."""
    if "dödar" in source:
        os.kill(os.getpid(), signal.SIGKILL)
    return b"%PDF-"


def test_a_text_that_kills_the_process_is_named(small, monkeypatch):
    monkeypatch.setitem(worker.DRAW, "report", draw_or_die)
    rendering = ask_for(replace(small, summary="Det dödar."))
    assert make_pdfs() == 0
    rendering.refresh_from_db()
    assert "Kanske räckte inte serverns minne." in rendering.problem
    assert [text["name"] for text in rendering.failing_texts] == ["Hela året, sammanfattningen"]


def test_the_search_for_the_text_ends_in_time(small, restless, monkeypatch, caplog):
    def draw_slowly_in_parts(source: str) -> bytes:
        if "dödar" not in source:
            time.sleep(60)
        return draw_or_die(source)

    monkeypatch.setitem(worker.DRAW, "report", draw_slowly_in_parts)
    monkeypatch.setattr(worker, "SEARCH_SECONDS", 0.1)
    rendering = ask_for(replace(small, summary="Det dödar."))
    assert make_pdfs() == 0
    rendering.refresh_from_db()
    assert (rendering.state, rendering.failing_texts) == ("failed", [])
    assert "was ended" in caplog.text
    assert multiprocessing.active_children() == []


def test_a_worker_told_to_stop_while_it_searches_gives_the_rendering_back(small, monkeypatch):
    def stop(*args: object) -> None:
        raise SystemExit

    ask_for(replace(small, summary="Det dödar."))
    monkeypatch.setitem(worker.DRAW, "report", draw_or_die)
    monkeypatch.setattr(worker, "_find_failing_texts", stop)
    with pytest.raises(SystemExit):
        make_pdfs()
    assert Rendering.objects.get().state == "waiting"


def test_what_takes_too_long_is_stopped(huddinge, restless, settings):
    settings.RENDER_TIME_LIMIT = 0
    ask()
    assert make_pdfs() == 0
    assert "längre tid än 0 sekunder" in Rendering.objects.get().problem
    assert multiprocessing.active_children() == []


def test_a_child_that_dies_is_a_failure_at_once(huddinge, caplog):
    ask()

    def kill_child() -> None:
        while not (children := multiprocessing.active_children()):
            time.sleep(0.01)
        os.kill(children[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_child)
    killer.start()
    assert make_pdfs() == 0
    killer.join()
    assert "Kanske räckte inte serverns minne." in Rendering.objects.get().problem
    assert "exit code -9" in caplog.text


def test_a_worker_that_was_held_to_be_dead_leaves_the_rendering_alone(huddinge, restless, monkeypatch):
    ask()

    def beat_after_another_took_over(rendering: Rendering, now) -> bool:
        Rendering.objects.update(attempts=2, slot=0)
        return beat(rendering, now)

    beat = worker.beat
    monkeypatch.setattr(worker, "beat", beat_after_another_took_over)
    assert worker.make(take_next(timezone.now())) is False
    rendering = Rendering.objects.get()
    assert (rendering.state, rendering.attempts) == ("running", 2)
    assert multiprocessing.active_children() == []


def test_a_worker_told_to_stop_gives_the_rendering_back(huddinge, restless, monkeypatch):
    ask()

    def stop(*args: object) -> bool:
        raise SystemExit

    monkeypatch.setattr(worker, "beat", stop)
    with pytest.raises(SystemExit):
        make_pdfs()
    assert Rendering.objects.get().state == "waiting"
    assert multiprocessing.active_children() == []


@pytest.fixture
def loaded(transactional_db) -> None:
    """The real programme, where the work's own transactions are the outermost."""
    call_command("import_programme", str(HUDDINGE), without_pdf=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="A full disk is easily had on SQLite alone")
def test_a_full_disk_leaves_no_half_file(loaded, monkeypatch, caplog):
    # Larger than the empty pages that earlier tests have left in the database's file.
    monkeypatch.setitem(worker.DRAW, "report", lambda source: bytes(50_000_000))
    ask()
    rendering = take_next(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        [pages] = cursor.fetchone()
        cursor.execute("PRAGMA max_page_count")
        [usual] = cursor.fetchone()
        # Room for the words of the failure, not for the file.
        cursor.execute(f"PRAGMA max_page_count = {pages + 10}")
        try:
            assert worker.make(rendering) is False
        finally:
            cursor.execute(f"PRAGMA max_page_count = {usual}")
    rendering.refresh_from_db()
    assert (rendering.state, rendering.content) == ("failed", None)
    assert rendering.problem == "Servern kunde inte spara filen."
    assert "database or disk is full" in caplog.text


def start(database_url: str, only: str = "pdfs") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "render_queued", "--only", only],
        cwd=django_settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's process is in the tests below")
def test_as_a_process_on_sqlite(loaded, tmp_path: Path):
    ask()
    database = tmp_path / "db.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(database)])
    process = start(f"sqlite:///{database}")
    assert process.communicate(timeout=120)[0] == "1 filer skapades.\n"
    [[state, head]] = sqlite3.connect(database).execute("SELECT state, substr(content, 1, 5) FROM followup_rendering")
    assert (state, head) == ("done", b"%PDF-")


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It did not happen.")


@pytest.fixture
def database_url(loaded) -> str:
    """The test's own database, as another process finds it."""
    to = connection.settings_dict
    return f"postgres://{to['USER']}:{to['PASSWORD']}@{to['HOST']}:{to['PORT']}/{to['NAME']}"


on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="Once, in the run on PostgreSQL")


def children() -> set[str]:
    """Return the ids of the processes that this one has started, other tests' included."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_page_starts_the_process(database_url, settings, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.RENDER_ON_DEMAND = True
    ask()
    others = children()
    call_worker(timezone.now())
    [worker] = children() - others
    assert os.getpriority(os.PRIO_PROCESS, int(worker)) > os.getpriority(os.PRIO_PROCESS, 0)  # pages go first
    wait_until(lambda: Rendering.objects.get().is_done)
    # An ended process stays a child until its parent has asked for its exit code.
    wait_until(lambda: worker not in children())


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_takes_its_child_with_it_and_another_one_takes_up(database_url):
    ask()
    process = start(database_url)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    wait_until(children.read_text)
    child = int(children.read_text())
    process.kill()
    process.communicate()
    wait_until(lambda: not Path(f"/proc/{child}").exists())
    assert Rendering.objects.get().state == "running"
    assert take_next(timezone.now()) is None
    Rendering.objects.update(beat_at=timezone.now() - timedelta(minutes=1))
    assert start(database_url).communicate(timeout=120)[0] == "1 filer skapades.\n"
    rendering = Rendering.objects.get()
    assert (rendering.state, rendering.attempts) == ("done", 2)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_told_to_stop_it_gives_the_rendering_back_at_once(database_url):
    ask()
    process = start(database_url)
    wait_until(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text)
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 0
    assert Rendering.objects.get().state == "waiting"
