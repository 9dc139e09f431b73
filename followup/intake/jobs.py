"""The queue of large workbooks: asking for one to be looked through or brought in, and what a worker does with it.

One is read at a time.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from followup.intake.preview import Differs, confirm, preview_of, read, to_json
from followup.models import Workbook
from followup.permissions import can_edit_programmes, can_remove_from_programmes
from followup.queue import jobs as queue
from programmes.sheets.tables import Progress
from programmes.source import SourceError

logger = logging.getLogger(__name__)


def ask_to_look(workbook: Workbook, now: datetime) -> bool:
    """Put a workbook in the queue, to be looked through as its owner now says; False when it is not theirs to look at
    at this moment, because somebody has asked for something else."""
    return _ask(workbook, now, task=Workbook.Task.LOOK, digest="", removes=False)


def ask_to_bring_in(workbook: Workbook, digest: str, now: datetime, *, removes: bool) -> bool:
    """Put a workbook in the queue, to have done what was shown under `digest`; False when somebody has done so."""
    return _ask(workbook, now, task=Workbook.Task.BRING_IN, digest=digest, removes=removes)


def _ask(workbook: Workbook, now: datetime, **what: object) -> bool:
    ready = Workbook.objects.filter(pk=workbook.pk, state=Workbook.State.READY)
    return ready.update(**queue.anew(Workbook, now), **what) == 1


def is_slow(workbook: Workbook, now: datetime) -> bool:
    """Whether it takes so long that something may be wrong: ten thousand rows take some ten seconds."""
    return workbook.asked_at is not None and now - workbook.asked_at > queue.SLOW_AFTER


def call_worker(now: datetime) -> None:
    """Start a worker when a workbook waits and none is being read."""
    # Others who write wait for it on SQLite, so it is not to be slower than they are. PDFs stand back all the same.
    queue.call_worker(Workbook.objects.all(), 1, now, stands_back=False)


def take_next(now: datetime) -> Workbook | None:
    """The workbook that the calling worker is to read now, as its own; None when there is none or one is being read."""
    queue.give_back_abandoned(Workbook.objects.all(), now, fail)
    with suppress(IntegrityError), transaction.atomic():  # another worker has begun with one at this moment
        if not Workbook.objects.running().exists():
            return _take_next(now)
    return None


def _take_next(now: datetime) -> Workbook | None:
    workbook = queue.unlocked(Workbook.objects.waiting()).first()
    if workbook is None:
        return None
    workbook.state = Workbook.State.RUNNING
    workbook.attempts += 1
    workbook.beat_at = now
    workbook.save(update_fields=["state", "attempts", "beat_at"])
    return workbook


def work(workbook: Workbook) -> None:
    """Look the workbook through or bring it in, as was asked. A failure is told to the log and to its owner, and is no
    error here."""
    try:
        if workbook.task == Workbook.Task.LOOK:
            _look(workbook)
        else:
            _bring_in(workbook)
    except Workbook.DoesNotExist:
        logger.warning("Workbook %s was given up, or taken over by another process", workbook.pk)
    except SourceError as error:
        logger.warning("Workbook %s could not be read: %s", workbook.pk, error)
        fail(workbook, str(error))
    except Exception:
        logger.exception("Workbook %s could not be read", workbook.pk)
        fail(workbook, "Ett fel uppstod när filen skulle läsas.")
    except BaseException:
        # The worker is told to stop: another one takes up the workbook.
        queue.give_back(workbook)
        raise


def _look(workbook: Workbook) -> None:
    found = read(workbook, _told(workbook))
    _tell_all_read(workbook)
    preview = preview_of(found, by=workbook.by)
    queue.change(workbook, state=Workbook.State.READY, preview=to_json(preview))


def _bring_in(workbook: Workbook) -> None:
    by, removes = workbook.by, workbook.removes
    # It may have waited for a while.
    if not can_edit_programmes(by) or (removes and not can_remove_from_programmes(by)):
        raise SourceError("Du har inte längre behörighet att läsa in filen.")
    found = read(workbook, _told(workbook))
    _tell_all_read(workbook)
    try:
        confirm(workbook, found, workbook.digest, by=by, removes=removes)
    except Differs as difference:
        problem = f"Inget lästes in. {difference} Så här blir det nu."
        queue.change(workbook, state=Workbook.State.READY, preview=to_json(difference.preview), problem=problem)


def _told(workbook: Workbook) -> Progress:
    """What the database is told while the rows are read."""
    rows: dict[str, int] = {}

    def tell(sheet: str, row: int) -> None:
        rows[sheet] = row
        # Who reads is not to stop because nobody can be told of it.
        with suppress(DatabaseError):
            queue.change(workbook, rows_read=sum(rows.values()), beat_at=timezone.now())

    return tell


def _tell_all_read(workbook: Workbook) -> None:
    queue.change(workbook, stage=Workbook.Stage.WRITING, rows_read=workbook.rows, beat_at=timezone.now())


def fail(workbook: Workbook, problem: str) -> bool:
    """`problem` tells its owner in plain words why the file could not be read."""
    return queue.change(workbook, state=Workbook.State.FAILED, problem=problem)
