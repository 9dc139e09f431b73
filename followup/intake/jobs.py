"""Queue of workbooks: requests to preview or import one, and the work on it.

Every uploaded file is read by a worker's child process (`followup.worker`), never in a web thread. One file is read at
a time.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from followup.intake.preview import Preview, PreviewOutdatedError, confirm_import, preview_of, read_file, to_json
from followup.models import Workbook
from followup.permissions import can_edit_programmes, can_remove_from_programmes
from followup.queue import jobs as queue
from programmes.sheets.reading import OnProgress
from programmes.source import SourceError

logger = logging.getLogger(__name__)

# Seconds that a page waits for the worker before it shows how far the reading has come.
WAIT, POLL_EVERY = 1.5, 0.1
# Seconds between two calls for a worker while a page waits.
CALL_EVERY = 1
TOO_HEAVY = "Filen kräver mer minne eller tid än en fil får ta. Dela upp den och försök igen."


def request_preview(workbook: Workbook, now: datetime) -> bool:
    """Queue the workbook to be previewed with its present choices; False when it is queued or being read already."""
    return _enqueue(workbook, now, task=Workbook.Task.LOOK, digest="", removes=False)


def request_import(workbook: Workbook, digest: str, now: datetime, *, removes: bool) -> bool:
    """Queue the workbook to be imported as previewed under `digest`; False when it is queued already."""
    return _enqueue(workbook, now, task=Workbook.Task.BRING_IN, digest=digest, removes=removes)


def _enqueue(workbook: Workbook, now: datetime, **what: object) -> bool:
    ready = Workbook.objects.filter(pk=workbook.pk, state=Workbook.State.READY)
    return ready.update(**queue.queued_values(Workbook, now), **what) == 1


def wait_for(workbook: Workbook) -> Workbook:
    """Return the workbook as it is when the worker is done with it, or after WAIT seconds."""
    next_call = time.monotonic()
    give_up = next_call + WAIT
    while True:
        if time.monotonic() >= next_call:
            call_worker(timezone.now())
            next_call += CALL_EVERY
        workbook.refresh_from_db(fields=["state", "problem", "preview", "programme"])
        if workbook.is_ready or workbook.is_done or workbook.is_failed or time.monotonic() > give_up:
            return workbook
        time.sleep(POLL_EVERY)


def is_slow(workbook: Workbook, now: datetime) -> bool:
    """Return whether reading takes suspiciously long; ten thousand rows take about ten seconds."""
    return workbook.asked_at is not None and now - workbook.asked_at > queue.SLOW_AFTER


def call_worker(now: datetime) -> None:
    """Start a worker when a workbook waits and none is being read."""
    # On SQLite other writers wait for the import, so it must not run at a lower priority than they do.
    queue.call_worker(Workbook.objects.all(), 1, now, only=queue.FILES)


def take_next(now: datetime) -> Workbook | None:
    """Claim the next workbook for the calling worker; None when none waits or one is being read."""
    queue.give_back_abandoned(Workbook.objects.all(), now, fail)
    with (
        suppress(IntegrityError),
        transaction.atomic(),
    ):  # a constraint allows one running row: another worker was first
        if not Workbook.objects.running().exists():
            return _take_next(now)
    return None


def _take_next(now: datetime) -> Workbook | None:
    workbook = queue.lock_free_rows(Workbook.objects.waiting()).first()
    if workbook is None:
        return None
    workbook.state = Workbook.State.RUNNING
    workbook.attempts += 1
    workbook.beat_at = now
    workbook.save(update_fields=["state", "attempts", "beat_at"])
    return workbook


def work(workbook: Workbook) -> None:
    """Preview or import the workbook as requested. A failure is logged and shown to the owner, and not raised."""
    try:
        if workbook.task == Workbook.Task.LOOK:
            _preview(workbook)
        else:
            _import(workbook)
    except Workbook.DoesNotExist:
        logger.warning("Workbook %s was given up, or taken over by another process", workbook.pk)
    except SourceError as error:
        logger.warning("Workbook %s could not be read: %s", workbook.pk, error)
        fail(workbook, str(error))
    except MemoryError:
        logger.exception("Workbook %s takes too much memory", workbook.pk)
        fail(workbook, TOO_HEAVY)
    except Exception:
        logger.exception("Workbook %s could not be read", workbook.pk)
        fail(workbook, "Ett fel uppstod när filen skulle läsas.")
    except BaseException:
        # The worker was asked to stop: another one continues with the workbook.
        queue.give_back(workbook)
        raise


def is_held(workbook: Workbook) -> bool:
    """Return whether the row still belongs to the caller: not deleted, and not given to another worker."""
    return Workbook.objects.held_as(workbook).exists()


def beat(workbook: Workbook, now: datetime) -> None:
    """Send a heartbeat. A row locked by the import itself is left alone: its lock shows that it is alive."""
    with suppress(DatabaseError), transaction.atomic():
        for row in queue.lock_free_rows(Workbook.objects.held_as(workbook).only("pk")):
            Workbook.objects.filter(pk=row.pk).update(beat_at=now)


def _preview(workbook: Workbook) -> None:
    file = read_file(workbook, _progress_recorder(workbook))
    _record_all_read(workbook)
    preview = preview_of(file, by=workbook.by)
    queue.update_held(workbook, state=Workbook.State.READY, preview=to_json(preview))


def _import(workbook: Workbook) -> None:
    """Import a confirmed workbook. If it fails or its effect has changed, store a new preview for the user instead."""
    by, removes = workbook.by, workbook.removes
    # Permissions may have changed while the workbook waited.
    if not can_edit_programmes(by) or (removes and not can_remove_from_programmes(by)):
        raise SourceError("Du har inte längre behörighet att läsa in filen.")
    file = read_file(workbook, _progress_recorder(workbook))
    _record_all_read(workbook)
    try:
        confirm_import(workbook, file, workbook.digest, by=by, removes=removes)
    except PreviewOutdatedError as error:
        _store_new_preview(workbook, error, error.preview)
    except SourceError as error:
        _store_new_preview(workbook, error, preview_of(file, by=by))


def _store_new_preview(workbook: Workbook, reason: Exception, preview: Preview) -> None:
    """Store the present effect for the owner to review, since the confirmed import was not possible."""
    problem = f"Inget lästes in. {reason} Så här blir det nu."
    queue.update_held(workbook, state=Workbook.State.READY, preview=to_json(preview), problem=problem)


def _progress_recorder(workbook: Workbook) -> OnProgress:
    """Return a callback that stores the progress of reading, for the progress bar on the owner's page."""

    def record(rows_read: int, rows_in_file: int) -> None:
        workbook.rows = rows_in_file
        # Reading goes on even when its progress cannot be stored.
        with suppress(DatabaseError):
            queue.update_held(workbook, rows=rows_in_file, rows_read=rows_read, beat_at=timezone.now())

    return record


def _record_all_read(workbook: Workbook) -> None:
    queue.update_held(workbook, stage=Workbook.Stage.WRITING, rows_read=workbook.rows, beat_at=timezone.now())


def fail(workbook: Workbook, problem: str) -> bool:
    """Mark the workbook as failed; `problem` is shown to its owner."""
    return queue.update_held(workbook, state=Workbook.State.FAILED, problem=problem)
