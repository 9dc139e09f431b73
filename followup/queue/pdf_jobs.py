"""The queue of PDFs: asking for one, and the steps that a worker takes with it.

The database keeps the bound: a rendering that is made holds one of `RENDER_PROCESSES` slots, and no two the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction

from followup.change_counter import change_count, compact
from followup.documents.failing_texts import TextPlace
from followup.documents.minutes.extract import MinutesExtract
from followup.models import FollowUp, Rendering
from followup.program_version import fingerprint
from followup.queue import jobs as queue
from followup.report.report import Report, to_json
from followup.report.unit_year import UnitYear


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
    shortcut = _digest(
        fingerprint(), settings.MUNICIPALITY_NAME, str(change_count()), str(follow_up.pk), document, choices
    )
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


@dataclass(frozen=True)
class Progress:
    """How far a rendering has come, as its reader is told."""

    ahead: int
    elapsed: timedelta
    usual: timedelta | None

    @property
    def is_slow(self) -> bool:
        """Whether it takes so long that something may be wrong."""
        return self.elapsed > max(queue.SLOW_AFTER, 5 * (self.usual or timedelta()))


def progress_of(rendering: Rendering, now: datetime) -> Progress:
    in_queue = list(Rendering.objects.in_queue().values_list("pk", flat=True))
    last = (
        Rendering.objects.light()
        .filter(follow_up=rendering.follow_up_id, document=rendering.document, state=Rendering.State.DONE)
        .order_by("-finished_at")
        .first()
    )
    return Progress(
        ahead=in_queue.index(rendering.pk) if rendering.pk in in_queue else 0,
        elapsed=max(now - rendering.asked_at, timedelta()),
        usual=last.took if last else None,
    )


def call_worker(now: datetime) -> None:
    """Start a worker when somebody waits for a PDF and there is room for one more."""
    queue.call_worker(Rendering.objects.all(), settings.RENDER_PROCESSES, now, only=queue.PDFS)


def take_next(now: datetime) -> Rendering | None:
    """The rendering that the calling worker is to make now, as its own; None when there is none or no room."""
    queue.give_back_abandoned(Rendering.objects.all(), now, partial(fail, now=now))
    for slot in range(settings.RENDER_PROCESSES):
        try:
            with transaction.atomic():
                return _take_next(slot, now)
        except IntegrityError:
            continue  # the slot is taken
    return None


def _take_next(slot: int, now: datetime) -> Rendering | None:
    rendering = queue.unlocked(Rendering.objects.waiting().defer("content")).first()
    if rendering is None:
        return None
    rendering.state = Rendering.State.RUNNING
    rendering.slot = slot
    rendering.attempts += 1
    rendering.started_at = rendering.beat_at = now
    rendering.save(update_fields=["state", "slot", "attempts", "started_at", "beat_at"])
    return rendering


def beat(rendering: Rendering, now: datetime) -> bool:
    """A sign of life; False when the rendering has been given to another worker in the meantime."""
    return queue.change(rendering, beat_at=now)


def store(rendering: Rendering, content: bytes, now: datetime) -> bool:
    """The finished file, whole or not at all. Its source is no longer needed."""
    return queue.change(
        rendering, state=Rendering.State.DONE, content=content, source="", slot=None, finished_at=now, problem=""
    )


def fail(rendering: Rendering, problem: str, now: datetime, texts: Iterable[TextPlace] = ()) -> bool:
    """Store the reason in Swedish why there is no file, and the texts that make the rendering fail."""
    failing = [{"name": place.name, "goal": place.goal, "anchor": place.anchor} for place in texts]
    return queue.change(
        rendering, state=Rendering.State.FAILED, problem=problem, failing_texts=failing, slot=None, finished_at=now
    )


def clean_up(now: datetime) -> int:
    """Delete what is outdated; how many that were. The count of changes is shortened too, which every page reads."""
    compact()
    return Rendering.objects.outdated(now).delete()[0]
