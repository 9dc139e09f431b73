"""The queue of PDFs: asking for one, and the steps that a worker takes with it (the worker itself: `worker.py`).

The database keeps the bound: a rendering that is made holds one of `RENDER_PROCESSES` slots, and no two the same. It
also says whose a rendering is: the one that took it up for the latest time, so that a worker which was held to be
dead and wakes up again can change nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Thread

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from followup.minutes import MinutesExtract
from followup.models import FollowUp, Rendering
from followup.renderers.fingerprint import fingerprint
from followup.report import Report, to_json
from followup.stamp import condense, stamp
from followup.unit_year import UnitYear

# A rendering whose worker dies so many times is itself the cause.
MAX_ATTEMPTS = 3
# A worker that was started has this long to begin before another one is.
CALL_AGAIN_AFTER = timedelta(seconds=5)
SLOW_AFTER = timedelta(minutes=2)
NICENESS = 5


def rendering_of(
    follow_up: FollowUp,
    build: Callable[[], Report | UnitYear],
    now: datetime,
    *,
    choices: str = "",
    document: Rendering.Document = Rendering.Document.REPORT,
) -> Rendering:
    """The PDF of a document: done, failed, or one to wait for. Asking for the first time puts it in the queue.

    `build` makes what the document shows of `follow_up` with `choices`, the reader's; it is called only when something
    has changed since somebody asked for the same.
    """
    shortcut = _digest(fingerprint(), settings.MUNICIPALITY_NAME, str(stamp()), str(follow_up.pk), document, choices)
    known = Rendering.objects.defer("source").filter(shortcut=shortcut).first()
    if known:
        return known
    rendering = rendering_of_value(follow_up, build(), now, document)
    Rendering.objects.filter(pk=rendering.pk).update(shortcut=shortcut)
    return rendering


def rendering_of_value(
    follow_up: FollowUp, value: Report | UnitYear | MinutesExtract, now: datetime, document: Rendering.Document
) -> Rendering:
    """As `rendering_of`, of what is built at little cost: it is looked for by its content at once."""
    source = to_json(value)
    defaults = {"follow_up": follow_up, "document": document, "source": source, "asked_at": now}
    rendering, _is_new = Rendering.objects.defer("source").get_or_create(
        key=_digest(fingerprint(), document, source), defaults=defaults
    )
    return rendering


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def ask_again(rendering: Rendering, now: datetime) -> None:
    """Put a failed rendering in the queue once more; nothing when somebody else has done so already."""
    Rendering.objects.filter(pk=rendering.pk, state=Rendering.State.FAILED).update(
        state=Rendering.State.WAITING, attempts=0, problem="", asked_at=now, called_at=None, finished_at=None
    )


@dataclass(frozen=True)
class Progress:
    """How far a rendering has come, as its reader is told."""

    ahead: int
    elapsed: timedelta
    usual: timedelta | None

    @property
    def is_slow(self) -> bool:
        """Whether it takes so long that something may be wrong."""
        return self.elapsed > max(SLOW_AFTER, 5 * (self.usual or timedelta()))


def progress_of(rendering: Rendering, now: datetime) -> Progress:
    queue = list(Rendering.objects.in_queue().values_list("pk", flat=True))
    last = (
        Rendering.objects.light()
        .filter(follow_up=rendering.follow_up_id, document=rendering.document, state=Rendering.State.DONE)
        .order_by("-finished_at")
        .first()
    )
    return Progress(
        ahead=queue.index(rendering.pk) if rendering.pk in queue else 0,
        elapsed=max(now - rendering.asked_at, timedelta()),
        usual=last.took if last else None,
    )


def call_worker(now: datetime) -> None:
    """Start a worker, detached from this process, when something waits and there is room for one more."""
    if not settings.RENDER_ON_DEMAND:
        return
    # Not later than now: a clock that is set back must not keep everybody waiting until it is there again.
    if Rendering.objects.filter(called_at__range=(now - CALL_AGAIN_AFTER, now)).exists():
        return
    alive = Rendering.objects.running().exclude(pk__in=Rendering.objects.abandoned(now).values("pk")).count()
    first = (Rendering.objects.waiting() | Rendering.objects.abandoned(now)).light().first()
    if first is None or alive >= settings.RENDER_PROCESSES:
        return
    # Of several requests at this moment one alone starts a worker.
    if Rendering.objects.filter(pk=first.pk, called_at=first.called_at).update(called_at=now):
        start_worker()


def start_worker(*, stands_back: bool = True) -> None:
    """A worker that pages need not wait for `stands_back` for them."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "render_queued"]
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    if stands_back:
        let_pages_go_first(worker.pid)
    # Somebody has to take note of its end, or it stays behind in the list of processes.
    Thread(target=worker.wait, daemon=True).start()


def let_pages_go_first(process: int = 0) -> None:
    """Let a process, or (0) the calling one, stand back a step for those that serve pages."""
    os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, process) + NICENESS)


def take_next(now: datetime) -> Rendering | None:
    """The rendering that the calling worker is to make now, as its own; None when there is none or no room."""
    with transaction.atomic():
        _give_back_abandoned(now)
    for slot in range(settings.RENDER_PROCESSES):
        try:
            with transaction.atomic():
                return _take_next(slot, now)
        except IntegrityError:
            continue  # the slot is taken
    return None


def _take_next(slot: int, now: datetime) -> Rendering | None:
    waiting = Rendering.objects.waiting().defer("content")
    locked = waiting.select_for_update(skip_locked=True) if connection.features.has_select_for_update else waiting
    rendering = locked.first()
    if rendering is None:
        return None
    rendering.state = Rendering.State.RUNNING
    rendering.slot = slot
    rendering.attempts += 1
    rendering.started_at = rendering.beat_at = now
    rendering.save(update_fields=["state", "slot", "attempts", "started_at", "beat_at"])
    return rendering


def _give_back_abandoned(now: datetime) -> None:
    for rendering in Rendering.objects.abandoned(now).light():
        if rendering.attempts < MAX_ATTEMPTS:
            give_back(rendering)
        else:
            fail(rendering, f"Processen som skapar filen har avbrutits {rendering.attempts} gånger.", now)


def beat(rendering: Rendering, now: datetime) -> bool:
    """A sign of life; False when the rendering has been given to another worker in the meantime."""
    return _change(rendering, beat_at=now)


def store(rendering: Rendering, content: bytes, now: datetime) -> bool:
    """The finished file, whole or not at all. Its source is no longer needed."""
    return _change(
        rendering, state=Rendering.State.DONE, content=content, source="", slot=None, finished_at=now, problem=""
    )


def fail(rendering: Rendering, problem: str, now: datetime) -> bool:
    """`problem` tells readers in plain words why there is no file."""
    return _change(rendering, state=Rendering.State.FAILED, problem=problem, slot=None, finished_at=now)


def give_back(rendering: Rendering) -> bool:
    """Back into the queue, unfinished, at its old place."""
    return _change(rendering, state=Rendering.State.WAITING, slot=None, called_at=None)


def _change(rendering: Rendering, **values: object) -> bool:
    """Change what the worker that took `rendering` holds, unless it has been taken from that worker."""
    own = Rendering.objects.running().filter(pk=rendering.pk, attempts=rendering.attempts)
    with transaction.atomic():
        return own.update(**values) == 1


def clean_up(now: datetime) -> int:
    """Delete what is outdated; how many that were. The count of changes is shortened too, which every page reads."""
    condense()
    return Rendering.objects.outdated(now).delete()[0]
