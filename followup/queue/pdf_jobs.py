"""Queue of PDFs: requests for one, and the steps that a worker takes with it.

The database keeps the bound on how many are made at once: a rendering that is being made holds one of RENDER_PROCESSES
slots, and no two hold the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from followup.change_counter import change_count, compact
from followup.documents.failing_texts import TextPlace
from followup.documents.minutes.extract import MinutesExtract
from followup.models import FollowUp, Rendering, RenderingRequest
from followup.program_version import fingerprint
from followup.queue import jobs as queue
from followup.queue.requester import Requester
from followup.report.report import Report
from followup.report.serialization import to_json
from followup.report.unit_year import UnitYear
from followup.web.errors import TooManyRequestsError


def request_pdf(
    follow_up: FollowUp,
    build: Callable[[], Report | UnitYear],
    now: datetime,
    requester: Requester,
    *,
    choices: str = "",
    document: Rendering.Document = Rendering.Document.REPORT,
) -> Rendering:
    """Return the rendering of a document as PDF: done, failed, or waiting. The first request puts it in the queue.

    `build` builds the content from the database, which costs time. It is called only when the database has changed
    since the same document was requested with the same `choices` of the reader. Raise TooManyRequestsError when the
    requester is past their limit.
    """
    # The same digest means that building the content again would give the same value.
    shortcut = _digest(
        fingerprint(), settings.MUNICIPALITY_NAME, str(change_count()), str(follow_up.pk), document, choices
    )
    existing = Rendering.objects.defer("source").filter(shortcut=shortcut).first()
    if existing:
        _raise_priority(existing, requester)
        return existing
    rendering = request_pdf_of(follow_up, build(), now, requester, document)
    Rendering.objects.filter(pk=rendering.pk).update(shortcut=shortcut)
    return rendering


def request_pdf_of(
    follow_up: FollowUp,
    value: Report | UnitYear | MinutesExtract,
    now: datetime,
    requester: Requester,
    document: Rendering.Document,
) -> Rendering:
    """Return the rendering of `value`, found by its content or else put in the queue.

    Raise TooManyRequestsError when the requester is past their limit.
    """
    source = to_json(value)
    key = _digest(fingerprint(), document, source)
    existing = Rendering.objects.defer("source").filter(key=key).first()
    if existing:
        _raise_priority(existing, requester)
        return existing
    _check_limit(requester, now)
    values_when_new = {
        "follow_up": follow_up,
        "document": document,
        "source": source,
        "asked_at": now,
        "priority": requester.priority,
        "turn": _turn_of(requester),
    }
    rendering, is_new = Rendering.objects.defer("source").get_or_create(key=key, defaults=values_when_new)
    if is_new:
        _count_request(rendering, requester, now)
    return rendering


def retry_pdf(rendering: Rendering, requester: Requester, now: datetime) -> None:
    """Put a failed rendering in the queue again. Raise TooManyRequestsError when the requester is past their limit."""
    if not rendering.is_failed:
        return
    _check_limit(requester, now)
    Rendering.objects.failed().filter(pk=rendering.pk).update(priority=requester.priority, turn=_turn_of(requester))
    queue.requeue(rendering, now)
    _count_request(rendering, requester, now)


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def _raise_priority(rendering: Rendering, requester: Requester) -> None:
    """Let a waiting rendering be made sooner when a more urgent requester asks for it too."""
    if rendering.state == Rendering.State.WAITING and requester.priority < rendering.priority:
        less_urgent = Rendering.objects.waiting().filter(pk=rendering.pk, priority__gt=requester.priority)
        less_urgent.update(priority=requester.priority, turn=1)


def _turn_of(requester: Requester) -> int:
    """Return how many renderings the requester would wait for with one more."""
    if requester.limit is None:
        return 1
    waiting = Rendering.objects.waiting().filter(requests__requester=requester.key)
    return waiting.values("pk").distinct().count() + 1


def _check_limit(requester: Requester, now: datetime) -> None:
    """Raise TooManyRequestsError when the requester has asked for as many new files lately as the limit allows."""
    if requester.limit is None:
        return
    counted = RenderingRequest.objects.filter(requester=requester.key, at__gt=now - RenderingRequest.PERIOD)
    latest = list(counted.order_by("-at").values_list("at", flat=True)[: requester.limit])
    if len(latest) < requester.limit:
        return
    retry_at = latest[-1] + RenderingRequest.PERIOD
    raise TooManyRequestsError(_refusal(requester, retry_at), retry_at)


def _refusal(requester: Requester, retry_at: datetime) -> str:
    """Return the refusal in Swedish, with the time of day when the next file may be requested."""
    number = f"{requester.limit} nya PDF-filer"
    begun = f"Från din internetadress har {number} begärts" if requester.is_address else f"Du har begärt {number}"
    minutes = RenderingRequest.PERIOD // timedelta(minutes=1)
    # The minute after, so that the time is not too early.
    clock = timezone.localtime(retry_at + timedelta(minutes=1))
    return (
        f"{begun} på {minutes} minuter, och fler är det inte plats för. Försök igen kl. {clock:%H.%M}. "
        "De filer som redan är klara kan du hämta nu."
    )


def _count_request(rendering: Rendering, requester: Requester, now: datetime) -> None:
    """Count the request towards the requester's limit, if there is one."""
    if requester.limit is not None:
        RenderingRequest.objects.create(rendering=rendering, requester=requester.key, at=now)


@dataclass(frozen=True)
class WaitingTime:
    """The place in the queue of a rendering, the time since it was requested, and the time that the last one took."""

    ahead: int
    elapsed: timedelta
    usual: timedelta | None

    @property
    def is_slow(self) -> bool:
        """Whether it takes so long that something may be wrong."""
        return self.elapsed > max(queue.SLOW_AFTER, 5 * (self.usual or timedelta()))


def waiting_time_of(rendering: Rendering, now: datetime) -> WaitingTime:
    """Return the place of a rendering in the queue, the time it has taken so far, and the time that is usual."""
    queued_ids = list(Rendering.objects.in_queue().values_list("pk", flat=True))
    number_ahead = queued_ids.index(rendering.pk) if rendering.pk in queued_ids else 0
    latest_alike = (
        Rendering.objects.light()
        .filter(follow_up=rendering.follow_up_id, document=rendering.document, state=Rendering.State.DONE)
        .order_by("-finished_at")
        .first()
    )
    return WaitingTime(
        ahead=number_ahead,
        # The clock may have been set back since the request.
        elapsed=max(now - rendering.asked_at, timedelta()),
        usual=latest_alike.took if latest_alike else None,
    )


def call_worker(now: datetime) -> None:
    """Start a worker when a PDF waits and fewer than RENDER_PROCESSES are being made."""
    queue.call_worker(Rendering.objects.all(), settings.RENDER_PROCESSES, now, only=queue.PDFS)


def take_next(now: datetime) -> Rendering | None:
    """Take the rendering that the calling worker is to make now. None when none waits or all slots are taken."""
    queue.give_back_abandoned(Rendering.objects.all(), now, partial(fail, now=now))
    for slot in range(settings.RENDER_PROCESSES):
        try:
            with transaction.atomic():
                return _take_next(slot, now)
        except IntegrityError:
            continue  # another worker holds the slot
    return None


def _take_next(slot: int, now: datetime) -> Rendering | None:
    rendering = queue.lock_free_rows(Rendering.objects.waiting().in_turn().defer("content")).first()
    if rendering is None:
        return None
    rendering.state = Rendering.State.RUNNING
    rendering.slot = slot
    rendering.attempts += 1
    rendering.started_at = rendering.beat_at = now
    rendering.save(update_fields=["state", "slot", "attempts", "started_at", "beat_at"])
    return rendering


def beat(rendering: Rendering, now: datetime) -> bool:
    """Send a heartbeat. Return False when the rendering has been given to another worker in the meantime."""
    return queue.update_held(rendering, beat_at=now)


def store(rendering: Rendering, content: bytes, now: datetime) -> bool:
    """Store the finished file, whole or not at all, and drop its source."""
    return queue.update_held(
        rendering, state=Rendering.State.DONE, content=content, source="", slot=None, finished_at=now, problem=""
    )


def fail(rendering: Rendering, problem: str, now: datetime, texts: Iterable[TextPlace] = ()) -> bool:
    """Store the reason in Swedish why there is no file, and the texts that make the rendering fail."""
    failing = [{"name": place.name, "goal": place.goal, "anchor": place.anchor} for place in texts]
    return queue.update_held(
        rendering, state=Rendering.State.FAILED, problem=problem, failing_texts=failing, slot=None, finished_at=now
    )


def clean_up(now: datetime) -> int:
    """Delete outdated renderings and return their number. Shortens the change counter too, which every page reads."""
    compact()
    RenderingRequest.objects.filter(at__lte=now - RenderingRequest.PERIOD).delete()
    deleted = Rendering.objects.outdated(now).delete()[1]
    return deleted.get(Rendering._meta.label, 0)
