"""Uploaded workbooks, until their owner confirms or discards them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from followup.models.queued import Queued, QueuedQuerySet
from organisation.fields import LineField
from programmes.models import Programme

if TYPE_CHECKING:
    from organisation.models import User

# Long enough to continue after a weekend.
KEPT_FOR = timedelta(days=4)


class WorkbookQuerySet(QueuedQuerySet["Workbook"]):
    def handed_over_by(self, user: User) -> WorkbookQuerySet:
        """The user's own workbooks. They may hold unpublished content, so no other user sees them."""
        return self.filter(by=user)

    def forgotten(self, now: datetime) -> WorkbookQuerySet:
        return self.filter(handed_over_at__lt=now - KEPT_FOR)

    def unfinished(self) -> WorkbookQuerySet:
        return self.exclude(state=Workbook.State.DONE)

    def can_be_given_up(self) -> WorkbookQuerySet:
        """Workbooks that have not been imported and are not being imported."""
        return self.unfinished().exclude(state=Workbook.State.RUNNING, task=Workbook.Task.BRING_IN)


class Workbook(Queued):
    """An uploaded file with its owner's answers to questions about it. The file is deleted when it is imported or
    discarded; the result stays until its owner has had time to read it.
    """

    class State(models.TextChoices):
        READY = "ready", "Väntar på att du granskar och bekräftar"
        WAITING = "waiting", "Väntar på att läsas"
        RUNNING = "running", "Läses nu"
        FAILED = "failed", "Kunde inte läsas"
        DONE = "done", "Inläst"

    class Task(models.TextChoices):
        """Job for the worker."""

        LOOK = "look", "Granskas"
        BRING_IN = "bring_in", "Läses in"

    class Stage(models.TextChoices):
        READING = "reading", "Raderna läses"
        WRITING = "writing", "Raderna jämförs med programmet"

    # A worker reports every thousand rows, but not while it compares or writes, which is one transaction.
    ABANDONED_AFTER = timedelta(minutes=2)
    HEAVY = ("content",)
    UNBEGUN: ClassVar = {"stage": Stage.READING, "rows_read": 0}

    name = LineField("filnamn", max_length=200)
    content = models.BinaryField("innehåll")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="lämnad av", related_name="+")
    handed_over_at = models.DateTimeField("lämnad", auto_now_add=True)
    # The programme's title and years, where the file does not tell them.
    facts = models.JSONField("uppgifter om programmet", default=dict)
    # The owner's answers about sheets and columns that were not recognised.
    sheets = models.JSONField("bladens innehåll", default=dict)
    columns = models.JSONField("kolumnernas innehåll", default=dict)

    rows = models.PositiveIntegerField("rader i filen, ungefär", default=0)
    state = models.CharField("läge", max_length=10, choices=State, default=State.READY)
    task = models.CharField("uppgift", max_length=10, choices=Task, default=Task.LOOK)
    stage = models.CharField("steg", max_length=10, choices=Stage, default=Stage.READING)
    rows_read = models.PositiveIntegerField("lästa rader", default=0)
    preview = models.JSONField("vad som skulle hända", null=True)
    digest = models.CharField("kontrollsumma av det som bekräftades", max_length=64, blank=True)
    removes = models.BooleanField("ta bort det som saknas i filen", default=False)
    asked_at = models.DateTimeField("begärd", null=True)
    programme = models.ForeignKey(
        Programme, models.CASCADE, null=True, verbose_name="blev programmet", related_name="+"
    )

    objects = WorkbookQuerySet.as_manager()

    class Meta:
        verbose_name = "arbetsbok som läses in"
        verbose_name_plural = "arbetsböcker som läses in"
        ordering = ["-handed_over_at"]
        constraints = [
            # Reading needs much memory.
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="workbook_is_read_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(beat_at__isnull=False), name="workbook_running_has_sign_of_life"
            ),
            models.CheckConstraint(
                condition=Q(state="done", programme__isnull=False) | (~Q(state="done") & Q(programme__isnull=True)),
                name="workbook_has_programme_when_done",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_brought_in(self) -> bool:
        """Whether the owner has confirmed the preview, so that the file is to be imported."""
        return self.task == self.Task.BRING_IN

    @property
    def is_compared(self) -> bool:
        """Whether all rows are read, and are being compared with the programme."""
        return self.stage == self.Stage.WRITING
