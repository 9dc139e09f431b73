"""The child process that reads a file: its limits, and the queue of PDFs that never waits for it."""

import multiprocessing
import time

import pytest
from django.db import connections
from django.utils import timezone

from followup import worker
from followup.intake import jobs
from followup.models import Workbook
from followup.queue.pdf_jobs import request_pdf
from followup.queue.requester import BOARD
from followup.report.building import build_report
from organisation.models import User
from tests.factories import make_programme, open_year
from tests.followup.intake.workbooks import FLAT, content_of, workbook

pytestmark = pytest.mark.django_db(transaction=True)

# As it is before the tests' fixture replaces it.
read_in_child = worker.read_in_child


@pytest.fixture(autouse=True)
def real_child(monkeypatch) -> None:
    monkeypatch.setattr(worker, "read_in_child", read_in_child)
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.05)


@pytest.fixture
def waiting() -> Workbook:
    user = User.objects.create_user("greta", is_superuser=True)
    held = Workbook.objects.create(name="plan.xlsx", content=content_of(workbook(Blad1=FLAT)), by=user)
    jobs.request_preview(held, timezone.now())
    return held


def takes_all_memory(held: Workbook) -> None:
    bytearray(10 * worker.READ_MEMORY)


def never_ends(held: Workbook) -> None:
    time.sleep(600)


def never_rests(held: Workbook) -> None:
    while True:
        pass


def deletes_its_row(held: Workbook) -> None:
    Workbook.objects.all().delete()
    connections.close_all()
    never_ends(held)


def read_with(monkeypatch, work) -> Workbook | None:
    monkeypatch.setattr(jobs, "work", work)
    assert worker.read_files() == 1
    assert multiprocessing.active_children() == []
    return Workbook.objects.first()


def test_the_child_process_stores_the_preview(waiting):
    assert worker.read_files() == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.rows, waiting.preview["number_of_problems"]) == ("ready", 6, 2)


def test_a_file_that_takes_too_much_memory_is_given_up(waiting, monkeypatch):
    held = read_with(monkeypatch, takes_all_memory)
    assert (held.state, held.problem) == ("failed", jobs.TOO_HEAVY)


@pytest.mark.parametrize("work", [never_ends, never_rests])
def test_a_file_that_takes_too_long_is_given_up(waiting, monkeypatch, settings, work):
    settings.RENDER_TIME_LIMIT = 1
    held = read_with(monkeypatch, work)
    assert held.state == "failed"
    assert held.problem in ("Det tog längre tid än 1 sekunder, och försöket avbröts.", jobs.TOO_HEAVY)


def test_deleting_the_file_ends_its_process(waiting, monkeypatch):
    assert read_with(monkeypatch, deletes_its_row) is None


def test_pdfs_are_made_while_a_file_is_read(waiting):
    assert jobs.take_next(timezone.now()) == waiting
    year = open_year(make_programme())
    request_pdf(year, lambda: build_report(year), timezone.now(), BOARD)
    assert worker.make_pdfs() == 1
    assert worker.read_files() == 0  # one at a time
