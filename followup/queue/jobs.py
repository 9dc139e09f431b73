"""Steps shared by the two queues: PDFs (`pdf_jobs`) and workbooks (`followup.intake.jobs`).

Each queue has its own worker processes (`followup.worker`), so that neither waits for the other. A row belongs to the
worker that took it last: a worker that was given up as dead and wakes up again cannot change it.
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
# A worker that was started has this long to begin before another one is.
CALL_AGAIN_AFTER = timedelta(seconds=5)
SLOW_AFTER = timedelta(minutes=2)
NICENESS = 5


def queued_values(model: type[Queued], now: datetime) -> dict[str, Any]:
    """What holds of a row that is put in the queue `now`."""
    return {
        "state": WAITING,
        "asked_at": now,
        "attempts": 0,
        "called_at": None,
        "problem": "",
        **model.UNBEGUN,
    }


def requeue(row: Queued, now: datetime) -> None:
    """Put one that failed in the queue once more; nothing when somebody else has done so already."""
    _queue_of(row).failed().filter(pk=row.pk).update(**queued_values(type(row), now))


def call_worker(queue: QueuedQuerySet[Row], room: int, now: datetime, *, only: str) -> None:
    """Start a detached worker for the queue named `only` when a row waits and fewer than `room` rows are worked on.

    A running worker takes all waiting rows, one after the other.
    """
    if not settings.RENDER_ON_DEMAND:
        return
    abandoned = queue.abandoned(now)
    if queue.running().exclude(pk__in=abandoned.values("pk")).count() >= room:
        return
    first = queue.waiting().light().first() or abandoned.light().first()
    if first is None:
        return
    # Of several requests at this moment one alone starts a worker. Not later than now: a clock that is set back must
    # not keep everybody waiting until it is there again.
    uncalled = Q(called_at__isnull=True) | ~Q(called_at__range=(now - CALL_AGAIN_AFTER, now))
    if queue.filter(uncalled, pk=first.pk).update(called_at=now):
        start_worker(only)


def start_worker(only: str) -> None:
    """Start `manage.py render_queued` for one queue; PDFs run at a lower priority than pages."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "render_queued", "--only", only]
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    if only == PDFS:
        let_pages_go_first(worker.pid)
    # Wait for its end in a thread, or it stays behind as a zombie process.
    Thread(target=worker.wait, daemon=True).start()


def let_pages_go_first(process: int = 0) -> None:
    """Let a process, or (0) the calling one, stand back a step for those that serve pages."""
    os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, process) + NICENESS)


def give_back_abandoned(queue: QueuedQuerySet[Row], now: datetime, fail: Callable[[Row, str], object]) -> None:
    """Put what dead workers had begun back into the queue, and `fail` what they have died of too often."""
    with transaction.atomic():
        # On PostgreSQL what is being written is locked, and its worker alive however long that takes.
        for row in lock_free_rows(queue.abandoned(now).light()):
            logger.warning("The process that worked on %s %s has ended", row._meta.model_name, row.pk)
            if row.attempts < MAX_ATTEMPTS:
                give_back(row)
            else:
                fail(row, f"Processen som arbetar med filen har avbrutits {row.attempts} gånger.")


def lock_free_rows(rows: QueuedQuerySet[Row]) -> QueuedQuerySet[Row]:
    """Lock and return the rows nobody else has locked (SKIP LOCKED)."""
    has_locks = connection.features.has_select_for_update
    return rows.select_for_update(skip_locked=True) if has_locks else rows


def give_back(row: Queued) -> bool:
    """Back into the queue, unbegun, at its old place."""
    return update_held(row, state=WAITING, called_at=None, **row.UNBEGUN)


def update_held(row: Queued, **values: object) -> bool:
    """Change what the worker that took `row` holds, unless it has been taken from that worker."""
    with transaction.atomic():
        return _queue_of(row).held_as(row).update(**values) == 1


def _queue_of(row: Queued) -> QueuedQuerySet[Any]:
    queue: QueuedQuerySet[Any] = type(row)._default_manager.all()  # type: ignore[assignment]
    return queue
