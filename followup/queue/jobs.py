"""Steps shared by the two queues: PDFs (`pdf_jobs`) and workbooks (`followup.intake.jobs`).

Each queue has its own worker processes (`followup.worker`), so that neither waits for the other. A row belongs to the
worker that took it last: a worker that was given up as dead, and wakes up again, cannot change it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from followup.models.queued import WAITING, Queued, QueuedQuerySet, Row

logger = logging.getLogger(__name__)

# The queues, as named in `manage.py render_queued --only`.
PDFS, FILES = "pdfs", "files"
# Give up a row that has killed this many workers.
MAX_ATTEMPTS = 3
# A worker that has been started gets this time to take the row, before another worker is started for it.
CALL_AGAIN_AFTER = timedelta(seconds=5)
# A reader who has waited this long is told that something may be wrong.
SLOW_AFTER = timedelta(minutes=2)
# Added to the niceness of processes that draw PDFs.
NICENESS = 5


def queued_values(model: type[Queued], now: datetime) -> dict[str, Any]:
    """Return the field values of a row that enters the queue."""
    return {
        "state": WAITING,
        "asked_at": now,
        "attempts": 0,
        "called_at": None,
        "problem": "",
        **model.UNBEGUN,
    }


def requeue(row: Queued, now: datetime) -> None:
    """Put a failed row in the queue again. A row that another request has put there already is left alone."""
    _queue_of(row).failed().filter(pk=row.pk).update(**queued_values(type(row), now))


def call_worker(queue: QueuedQuerySet[Row], room: int, now: datetime, *, only: str) -> None:
    """Start a detached worker for the queue named `only` when a row waits and fewer than `room` rows are running.

    A running worker takes all waiting rows, one after the other. Abandoned rows, whose worker has died, count as
    waiting.
    """
    if not settings.RENDER_ON_DEMAND:
        return
    abandoned = queue.abandoned(now)
    number_running = queue.running().exclude(pk__in=abandoned.values("pk")).count()
    if number_running >= room:
        return
    first = queue.waiting().light().first() or abandoned.light().first()
    if first is None:
        return
    # A time in the future does not count as lately: the clock may have been set back.
    is_called_lately = Q(called_at__isnull=False, called_at__range=(now - CALL_AGAIN_AFTER, now))
    # The update lets only one of several simultaneous requests start a worker.
    number_updated = queue.filter(~is_called_lately, pk=first.pk).update(called_at=now)
    if number_updated:
        start_worker(only)


def start_worker(only: str) -> None:
    """Start `manage.py render_queued` for one queue; PDFs run at a lower priority than pages."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "render_queued", "--only", only]
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    if only == PDFS:
        let_pages_go_first(worker.pid)
    # A child that nobody waits for becomes a zombie process.
    Thread(target=worker.wait, daemon=True).start()


def let_pages_go_first(process: int = 0) -> None:
    """Lower the priority of a process, or of the calling one (0), below that of the web processes."""
    os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, process) + NICENESS)


def give_back_abandoned(queue: QueuedQuerySet[Row], now: datetime, fail: Callable[[Row, str], object]) -> None:
    """Put rows of dead workers back into the queue. Call `fail` for a row that has killed MAX_ATTEMPTS workers."""
    with transaction.atomic():
        # On PostgreSQL a locked row is being written by a worker that is alive, however old its heartbeat.
        for row in lock_free_rows(queue.abandoned(now).light()):
            logger.warning("The process that worked on %s %s has ended", row._meta.model_name, row.pk)
            if row.attempts < MAX_ATTEMPTS:
                give_back(row)
            else:
                fail(row, f"Processen som arbetar med filen har avbrutits {row.attempts} gånger.")


def lock_free_rows(rows: QueuedQuerySet[Row]) -> QueuedQuerySet[Row]:
    """Lock and return the rows that no other transaction has locked (SKIP LOCKED). SQLite has no row locks."""
    has_locks = connection.features.has_select_for_update
    return rows.select_for_update(skip_locked=True) if has_locks else rows


def give_back(row: Queued) -> bool:
    """Put a row back into the queue at its old place. Return False when it has been given to another worker."""
    return update_held(row, state=WAITING, called_at=None, **row.UNBEGUN)


def update_held(row: Queued, **values: object) -> bool:
    """Update `row` for the worker that took it. Return False when it has been given to another worker."""
    with transaction.atomic():
        return _queue_of(row).held_as(row).update(**values) == 1


def _queue_of(row: Queued) -> QueuedQuerySet[Any]:
    queue: QueuedQuerySet[Any] = type(row)._default_manager.all()  # type: ignore[assignment]
    return queue
