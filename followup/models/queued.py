"""Base of rows that wait in a queue for a worker: PDFs to make and workbooks to read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

Row = TypeVar("Row", bound="Queued")


class QueuedQuerySet(models.QuerySet[Row]):
    def light(self) -> Self:
        """Rows without their large texts and files."""
        return self.defer(*self.model.HEAVY)

    def waiting(self) -> Self:
        """Waiting rows, oldest request first."""
        return self.filter(state=WAITING).order_by("asked_at", "pk")

    def running(self) -> Self:
        return self.filter(state=RUNNING)

    def failed(self) -> Self:
        return self.filter(state=FAILED)

    def abandoned(self, now: datetime) -> Self:
        """Running rows whose worker has died. A heartbeat in the future is from before the clock was set back."""
        silence = self.model.ABANDONED_AFTER
        return self.running().exclude(beat_at__range=(now - silence, now + silence))

    def held_as(self, row: Row) -> Self:
        """The row itself, unless another process has changed its state since it was read."""
        return self.filter(**{name: getattr(row, name) for name in ("pk", "state", "asked_at", "attempts")})


class Queued(models.Model):
    """A job with a `state` and the time of its request, `asked_at`. `followup/queue/jobs.py` has the transitions.

    A running row belongs to the worker of its latest attempt.
    """

    # Silence after which a worker counts as dead.
    ABANDONED_AFTER: ClassVar[timedelta]
    # Large fields that lists do not need.
    HEAVY: ClassVar[tuple[str, ...]]
    # Values that a row gets when it waits for its next attempt.
    UNBEGUN: ClassVar[dict[str, Any]]

    problem = models.TextField("varför det misslyckades", blank=True)
    attempts = models.PositiveSmallIntegerField("försök", default=0)
    called_at = models.DateTimeField("när en process startades för den", null=True)
    beat_at = models.DateTimeField("senaste livstecken", null=True)

    class Meta:
        abstract = True

    state: models.CharField[str, str]
    asked_at: models.DateTimeField[Any, Any]

    @property
    def is_running(self) -> bool:
        return self.state == RUNNING

    @property
    def is_done(self) -> bool:
        return self.state == DONE

    @property
    def is_failed(self) -> bool:
        return self.state == FAILED
