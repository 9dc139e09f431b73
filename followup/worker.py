"""Worker processes: one for the queue of PDFs, one for the queue of workbooks, both outside the web processes.

Each job runs in a child process: it can be stopped at its time limit, its memory is returned, and its death is noticed
at once. The child of a PDF never touches the database. The child of a workbook has limits of memory and processor
time, and opens a database connection, since an import is one transaction.
"""

from __future__ import annotations

import logging
import resource
import time
import traceback
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from followup.documents.failing_texts import TextPlace, failing_texts
from followup.documents.minutes import pdf as minutes_pdf
from followup.documents.minutes.extract import MinutesExtract
from followup.documents.report import pdf
from followup.documents.unit import pdf as unit_pdf
from followup.intake import jobs as intake
from followup.models import Rendering, Workbook
from followup.queue.child_process import ChildProcess
from followup.queue.jobs import give_back, let_pages_go_first
from followup.queue.pdf_jobs import beat, clean_up, fail, store, take_next
from followup.report.report import Report
from followup.report.serialization import from_current_json, from_json, to_json
from followup.report.unit_year import UnitYear

logger = logging.getLogger(__name__)

Value = Report | UnitYear | MinutesExtract

# From the queued JSON to the value that is drawn, for each kind of document.
READ: dict[str, Callable[[str], Value]] = {
    Rendering.Document.REPORT: from_json,
    Rendering.Document.UNIT: lambda source: from_current_json(UnitYear, source),
    Rendering.Document.EXTRACT: lambda source: from_current_json(MinutesExtract, source),
}
# From the queued JSON to the PDF.
DRAW: dict[str, Callable[[str], bytes]] = {
    Rendering.Document.REPORT: lambda source: pdf.render(from_json(source)),
    Rendering.Document.UNIT: lambda source: unit_pdf.render(from_current_json(UnitYear, source)),
    Rendering.Document.EXTRACT: lambda source: minutes_pdf.render(from_current_json(MinutesExtract, source)),
}
BEAT_SECONDS = 2
# Seconds that the search for the texts behind a failure may take, and the number of texts after which it ends.
SEARCH_SECONDS = 60
MOST_TEXTS = 5
# Bytes of memory that reading one file may take, in addition to the memory of the worker itself.
READ_MEMORY = 300 * 2**20


class JobFailedError(Exception):
    """There is no file. `problem` is the reason in Swedish for readers, `details` are for the log."""

    def __init__(self, problem: str, details: str = "") -> None:
        super().__init__(problem, details)
        self.problem = problem
        self.details = details


class BrokenError(JobFailedError):
    """The rendering raised an exception or killed its process: a text of the document may be the cause."""


class TakenOverError(Exception):
    """The rendering was given to another worker, because this one had been silent for too long."""


def make_pdfs() -> int:
    """Make the waiting PDFs, until none waits or all slots are taken. Return how many were made."""
    made = 0
    while rendering := take_next(timezone.now()):
        made += make(rendering)
    if made:
        clean_up(timezone.now())
    return made


def make(rendering: Rendering) -> bool:
    """Make one file and store it. A failure is logged and stored for the readers; it is not an error here."""
    try:
        return _make(rendering)
    except TakenOverError:
        logger.warning("%s was taken over by another process", rendering)
        return False
    except BaseException:
        # The worker is ordered to stop: another one takes up the rendering.
        give_back(rendering)
        raise


def _make(rendering: Rendering) -> bool:
    """Draw one file and store it, and return whether that succeeded.

    A failure is stored with its reason in Swedish, and with the texts that caused it where they can be found.
    """
    try:
        content = _draw(rendering)
    except JobFailedError as failure:
        logger.error("%s failed: %s\n%s", rendering, failure.problem, failure.details)
        failing_texts = _find_failing_texts(rendering) if isinstance(failure, BrokenError) else []
        fail(rendering, failure.problem, timezone.now(), failing_texts)
        return False
    try:
        return store(rendering, content, timezone.now())
    except DatabaseError:
        logger.exception("%s could not be stored", rendering)
        fail(rendering, "Servern kunde inte spara filen.", timezone.now())
        return False


def _draw(rendering: Rendering) -> bytes:
    """Return the file, laid out in a child process while this process sends heartbeats.

    Raise JobFailedError when it fails, and TakenOverError when another worker has the rendering now.
    """
    return _draw_in_child(rendering, rendering.source, _seconds_left(rendering))


def _seconds_left(rendering: Rendering) -> float:
    """Return the seconds until the time limit of a rendering, which may have been taken up again after a while."""
    used = timezone.now() - rendering.started_at if rendering.started_at else timedelta()
    return settings.RENDER_TIME_LIMIT - used.total_seconds()


def _draw_in_child(rendering: Rendering, source: str, seconds: float) -> bytes:
    """Return the PDF of `source`, the whole rendering or a part of it, drawn in a child process.

    Raise JobFailedError when it fails or takes longer than `seconds`, and TakenOverError when another worker has the
    rendering now.
    """
    with ChildProcess(lambda send: send(_pdf_or_failure(rendering.document, source))) as child:
        _wait(rendering, child, seconds)
        answer = _answer_of(child)
    if isinstance(answer, JobFailedError):
        raise answer
    return answer


def _answer_of(child: ChildProcess) -> bytes | JobFailedError:
    """Return the answer of a finished child process. Raise BrokenError if it died without one."""
    try:
        answer: bytes | JobFailedError = child.answer()
    except (EOFError, OSError) as error:
        problem = "Processen som skapar filen avbröts. Kanske räckte inte serverns minne."
        raise BrokenError(problem, f"exit code {child.exit_code()}") from error
    return answer


def _pdf_or_failure(document: str, source: str) -> bytes | JobFailedError:
    """Draw the file in the child process. A failure is returned, so that it can be sent to the worker."""
    let_pages_go_first()
    try:
        return DRAW[document](source)
    except pdf.PdfUnavailableError as error:
        return JobFailedError(str(error), repr(error.__cause__))
    except Exception:
        return BrokenError("Ett fel uppstod när filen skulle skapas.", traceback.format_exc())


def _wait(rendering: Rendering, child: ChildProcess, seconds: float) -> None:
    """Wait until the child has answered or died.

    Raise JobFailedError when it takes longer than `seconds`, and TakenOverError when another worker has the rendering.
    """
    give_up = time.monotonic() + seconds
    while not child.is_finished(BEAT_SECONDS):
        if time.monotonic() > give_up:
            raise JobFailedError(_too_late())
        if not beat(rendering, timezone.now()):
            raise TakenOverError


def _too_late() -> str:
    return f"Det tog längre tid än {settings.RENDER_TIME_LIMIT} sekunder, och försöket avbröts."


def _find_failing_texts(rendering: Rendering) -> list[TextPlace]:
    """Return the texts that make the rendering fail, as many as are found within SEARCH_SECONDS.

    Parts of the document are drawn until the texts are found. The search ends early when a more urgent PDF waits: a
    decision must not wait for the failure of a reader's PDF.
    """
    try:
        document = READ[rendering.document](rendering.source)
    except (ValueError, TypeError, KeyError):
        return []  # the queued JSON itself cannot be read
    pdf.is_available()  # loads WeasyPrint here, once for all trials
    deadline = time.monotonic() + SEARCH_SECONDS
    found = failing_texts(document, lambda part: _is_failing(rendering, part, deadline))
    # By name, because the report repeats the text of a measure in several chapters.
    places_by_name: dict[str, TextPlace] = {}
    try:
        for place in found:
            places_by_name.setdefault(place.name, place)
            if len(places_by_name) == MOST_TEXTS:
                break
    except JobFailedError:
        logger.warning("The search for the texts that make %s fail was ended", rendering)
    return list(places_by_name.values())


def _is_failing(rendering: Rendering, part: Value, deadline: float) -> bool:
    """Return whether a part of the document makes the rendering fail. Raise JobFailedError to end the search."""
    if Rendering.objects.waiting().filter(priority__lt=rendering.priority).exists():
        raise JobFailedError("A more urgent PDF waits.")
    try:
        _draw_in_child(rendering, to_json(part), deadline - time.monotonic())
    except BrokenError:
        return True
    return False


def read_files() -> int:
    """Preview or import the waiting workbooks. Return how many were handled."""
    number = 0
    while workbook := intake.take_next(timezone.now()):
        read_in_child(workbook)
        number += 1
    return number


def read_in_child(workbook: Workbook) -> None:
    """Preview or import one uploaded workbook in a child process, within limits of time and memory."""
    # The child must not share the connection of this process.
    connections.close_all()
    try:
        with ChildProcess(lambda send: _read(workbook)) as child:
            problem = _problem_of_reading(workbook, child)
    except BaseException:
        # The worker is ordered to stop: another one takes up the file.
        intake.queue.give_back(workbook)
        raise
    # Only now is the child dead for certain, and its lock on the row gone.
    if problem:
        intake.fail(workbook, problem)


def _problem_of_reading(workbook: Workbook, child: ChildProcess) -> str:
    """Wait until the child process has read the uploaded workbook, and return the reason in Swedish if it could not.

    The text is empty after a success, and when the workbook has been deleted or taken over meanwhile.
    """
    deadline = time.monotonic() + settings.RENDER_TIME_LIMIT
    while not child.is_finished(BEAT_SECONDS):
        if time.monotonic() >= deadline:
            return _too_late()
        if not intake.is_held(workbook):
            return ""
        intake.beat(workbook, timezone.now())
    exit_code = child.exit_code()
    if not exit_code:
        return ""
    logger.error("The process that read workbook %s ended with exit code %s", workbook.pk, exit_code)
    return intake.TOO_HEAVY


def _read(workbook: Workbook) -> None:
    """Work on the file in the child process, with limited resources and behind the pages."""
    let_pages_go_first()
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
