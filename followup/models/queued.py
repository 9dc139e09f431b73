"""What waits in a queue until a worker has done with it what takes long: a PDF to be made, a workbook to be read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

Row = TypeVar("Row", bound="Queued")


class QueuedQuerySet(models.QuerySet[Row]):
    def light(self) -> Self:
        """Without the texts and files, which are large."""
        return self.defer(*self.model.HEAVY)

    def waiting(self) -> Self:
        """Those first that were asked for first."""
        return self.filter(state=WAITING).order_by("asked_at", "pk")

    def running(self) -> Self:
        return self.filter(state=RUNNING)

    def failed(self) -> Self:
        return self.filter(state=FAILED)

    def abandoned(self, now: datetime) -> Self:
        """Begun by a worker that has died. (A sign of life from the future is from before the clock was set back.)"""
        silence = self.model.ABANDONED_AFTER
        return self.running().exclude(beat_at__range=(now - silence, now + silence))

    def held_as(self, row: Row) -> Self:
        """`row`, unless somebody else has taken it further since it was fetched."""
        return self.filter(**{name: getattr(row, name) for name in ("pk", "state", "asked_at", "attempts")})


class Queued(models.Model):
    """A row has a `state` and the moment when it was asked for, `asked_at`; the steps are in `followup/queue/jobs.py`.

    It is its worker's who took it up for the latest time: each one counts as an attempt.
    """

    # A worker that has been silent for so long is dead.
    ABANDONED_AFTER: ClassVar[timedelta]
    # The fields that are seldom needed and large.
    HEAVY: ClassVar[tuple[str, ...]]
    # What more holds of a row that nobody has begun with.
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
