"""Worker processes: one queue of PDFs, one of workbooks, both outside the web processes.

Each job runs in a child process: it can be stopped at its time limit, its memory is returned, and its death is noticed
at once. The child of a PDF never touches the database. The child of a workbook has limits of memory and processor
time, and a database connection of its own, since an import is one transaction.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import select
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from threading import Thread

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from followup.documents.minutes import pdf as minutes_pdf
from followup.documents.minutes.extract import MinutesExtract
from followup.documents.report import pdf
from followup.documents.unit import pdf as unit_pdf
from followup.intake import jobs as intake
from followup.models import Rendering, Workbook
from followup.queue.jobs import give_back, let_pages_go_first
from followup.queue.pdf_jobs import beat, clean_up, fail, store, take_next
from followup.report.report import from_json, waiting_value
from followup.report.unit_year import UnitYear

logger = logging.getLogger(__name__)

# From what waits in the queue to the file, for each kind of document.
DRAW: dict[str, Callable[[str], bytes]] = {
    Rendering.Document.REPORT: lambda source: pdf.render(from_json(source)),
    Rendering.Document.UNIT: lambda source: unit_pdf.render(waiting_value(UnitYear, source)),
    Rendering.Document.EXTRACT: lambda source: minutes_pdf.render(waiting_value(MinutesExtract, source)),
}
BEAT_SECONDS = 2
# Memory that reading one file may take, beyond that of the worker itself.
READ_MEMORY = 300 * 2**20


class Failed(Exception):
    """There is no file; `problem` says why in plain words for readers, `details` for the log."""

    def __init__(self, problem: str, details: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.details = details


class TakenOver(Exception):
    """The rendering was given to another worker, because this one had been silent for too long."""


def make_pdfs() -> int:
    """Make the waiting PDFs, until none waits or all slots are taken. Return how many were made."""
    made = 0
    while rendering := take_next(timezone.now()):
        made += make(rendering)
    if made:
        clean_up(timezone.now())
    return made


def read_files() -> int:
    """Preview or import the waiting workbooks. Return how many were handled."""
    number = 0
    while workbook := intake.take_next(timezone.now()):
        read_in_child(workbook)
        number += 1
    return number


def read_in_child(workbook: Workbook) -> None:
    """Work on one file in a child process with limits, until it ends, takes too long or its row is deleted."""
    # The child must not share the connection of this process.
    connections.close_all()
    processes = multiprocessing.get_context("fork")
    reader, writer = processes.Pipe(duplex=False)
    child = processes.Process(target=_read, args=(workbook, reader, writer))
    child.start()
    writer.close()
    give_up = time.monotonic() + settings.RENDER_TIME_LIMIT
    try:
        while child.is_alive() and time.monotonic() < give_up and intake.is_held(workbook):
            child.join(BEAT_SECONDS)
            intake.beat(workbook, timezone.now())
    except BaseException:
        # The worker is told to stop: another one takes up the file.
        _kill(child)
        intake.queue.give_back(workbook)
        raise
    finally:
        is_late = child.is_alive() and time.monotonic() >= give_up
        _kill(child)
        reader.close()
    if is_late:
        intake.fail(workbook, f"Det tog längre tid än {settings.RENDER_TIME_LIMIT} sekunder, och försöket avbröts.")
    elif child.exitcode:
        logger.error("The process that read workbook %s ended with exit code %s", workbook.pk, child.exitcode)
        intake.fail(workbook, intake.TOO_HEAVY)


def _kill(child: multiprocessing.process.BaseProcess) -> None:
    child.kill()
    child.join()


def _read(workbook: Workbook, reader: Connection, writer: Connection) -> None:
    reader.close()
    Thread(target=_end_with_parent, args=(writer,), daemon=True).start()
    _limit_resources()
    intake.work(workbook)
    connections.close_all()


def _limit_resources() -> None:
    """Limit this process to READ_MEMORY above its present use, and to RENDER_TIME_LIMIT seconds of processor time."""
    with open("/proc/self/statm") as statm:
        used = int(statm.read().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + READ_MEMORY, used + READ_MEMORY))
    seconds = max(settings.RENDER_TIME_LIMIT, 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def make(rendering: Rendering) -> bool:
    """Make one file and store it. A failure is told to the log and to those who wait, and is no error here."""
    try:
        content = _in_child(rendering)
        return store(rendering, content, timezone.now())
    except TakenOver:
        logger.warning("%s was taken over by another process", rendering)
    except Failed as failure:
        logger.error("%s failed: %s\n%s", rendering, failure.problem, failure.details)
        fail(rendering, failure.problem, timezone.now())
    except DatabaseError:
        logger.exception("%s could not be stored", rendering)
        fail(rendering, "Servern kunde inte spara filen.", timezone.now())
    except BaseException:
        # The worker is told to stop: another one takes up the rendering.
        give_back(rendering)
        raise
    return False


def _in_child(rendering: Rendering) -> bytes:
    """The file, laid out in a child process while this one gives signs of life. Failed, TakenOver."""
    processes = multiprocessing.get_context("fork")
    reader, writer = processes.Pipe(duplex=False)
    child = processes.Process(target=_child, args=(rendering.document, rendering.source, reader, writer))
    child.start()
    writer.close()
    try:
        _wait(rendering, reader)
        answer = reader.recv()
    except (EOFError, OSError) as error:
        child.join()
        raise Failed(
            "Processen som skapar filen avbröts. Kanske räckte inte serverns minne.", f"exit code {child.exitcode}"
        ) from error
    finally:
        child.kill()
        child.join()
        reader.close()
    if isinstance(answer, Failed):
        raise answer
    content: bytes = answer
    return content


def _wait(rendering: Rendering, reader: Connection) -> None:
    """Until the child answers or dies. Failed when it takes too long, TakenOver."""
    limit = timedelta(seconds=settings.RENDER_TIME_LIMIT)
    while not reader.poll(BEAT_SECONDS):
        now = timezone.now()
        if rendering.started_at and now - rendering.started_at > limit:
            raise Failed(f"Det tog längre tid än {settings.RENDER_TIME_LIMIT} sekunder, och försöket avbröts.")
        if not beat(rendering, now):
            raise TakenOver


def _child(document: str, source: str, reader: Connection, writer: Connection) -> None:
    let_pages_go_first()
    reader.close()
    Thread(target=_end_with_parent, args=(writer,), daemon=True).start()
    answer: bytes | Failed
    try:
        answer = DRAW[document](source)
    except pdf.PdfUnavailable as error:
        answer = Failed(str(error), repr(error.__cause__))
    except Exception:
        answer = Failed("Ett fel uppstod när filen skulle skapas.", traceback.format_exc())
    writer.send(answer)


def _end_with_parent(writer: Connection) -> None:
    """A worker that is killed takes its child with it: the system reports when nobody can read any more."""
    poll = select.poll()
    poll.register(writer, 0)
    poll.poll()
    os._exit(1)
