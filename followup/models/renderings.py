"""PDFs that are waiting, being made or kept: a cache in the database, shared by all hosts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from followup.models.queued import Queued, QueuedQuerySet
from followup.models.year import FollowUp


class RenderingQuerySet(QueuedQuerySet["Rendering"]):
    def in_queue(self) -> RenderingQuerySet:
        """Unfinished PDFs: those being made first, then in the order in which they will be."""
        unfinished = [Rendering.State.WAITING, Rendering.State.RUNNING]
        has_slot_first = F("slot").asc(nulls_last=True)
        return self.filter(state__in=unfinished).order_by(has_slot_first, "priority", "turn", "asked_at", "pk")

    def in_turn(self) -> RenderingQuerySet:
        """The most urgent first, then in turn one file of each requester, so that many of one delay no other."""
        return self.order_by("priority", "turn", "asked_at", "pk")

    def finished(self) -> RenderingQuerySet:
        """Done and failed PDFs, latest first."""
        return self.filter(finished_at__isnull=False).order_by("-finished_at", "-pk")

    def outdated(self, now: datetime) -> RenderingQuerySet:
        """PDFs that are too old to keep or beyond the number that is kept, and requests that have waited too long."""
        kept = self.finished().values("pk")[: settings.RENDER_KEEP_COUNT]
        oldest = now - timedelta(days=settings.RENDER_KEEP_DAYS)
        too_many = Q(finished_at__isnull=False) & ~Q(pk__in=kept)
        too_old = Q(finished_at__lt=oldest) | Q(state=Rendering.State.WAITING, asked_at__lt=oldest)
        return self.filter(too_many | too_old)


class Rendering(Queued):
    """A PDF of one content. Requests for the same content share it, and a changed content gets another."""

    class State(models.TextChoices):
        WAITING = "waiting", "Väntar"
        RUNNING = "running", "Skapas"
        DONE = "done", "Klar"
        FAILED = "failed", "Misslyckades"

    class Document(models.TextChoices):
        REPORT = "report", "Rapporten"
        UNIT = "unit", "En enhets år"
        EXTRACT = "extract", "Protokollsutdraget"

    class Priority(models.IntegerChoices):
        DECISION = 1, "Till ett beslut"
        YEAR = 2, "Till de som arbetar med året"
        READER = 3, "Till läsare"

    # Workers send a heartbeat every two seconds.
    ABANDONED_AFTER = timedelta(seconds=30)
    HEAVY = ("source", "content")
    UNBEGUN: ClassVar = {"slot": None, "finished_at": None, "failing_texts": []}

    document = models.CharField("dokument", max_length=10, choices=Document, default=Document.REPORT)
    key = models.CharField("nyckel", max_length=64, unique=True, help_text="Kontrollsumma av det som filen visar.")
    shortcut = models.CharField(
        "genväg",
        max_length=64,
        blank=True,
        db_index=True,
        help_text="Kontrollsumma som filen hittas med utan att rapporten byggs, så länge inget har ändrats.",
    )
    follow_up = models.ForeignKey(FollowUp, models.CASCADE, verbose_name="uppföljning", related_name="renderings")
    source = models.TextField("det som filen visar, som JSON")
    content = models.BinaryField("filen", null=True)
    failing_texts = models.JSONField(
        "texter som inte går att rita",
        default=list,
        blank=True,
        help_text="Namn, mål och plats på sidan för varje text som ensam gör att filen inte kan skapas.",
    )
    state = models.CharField("läge", max_length=20, choices=State, default=State.WAITING)
    priority = models.PositiveSmallIntegerField("prioritet", choices=Priority, default=Priority.READER)
    turn = models.PositiveSmallIntegerField(
        "tur", default=1, help_text="Hur många filer som samma person väntade på, med den här."
    )
    slot = models.PositiveSmallIntegerField(
        "plats", null=True, help_text="Vilken av de processer som får finnas samtidigt som skapar filen."
    )
    asked_at = models.DateTimeField("begärd")
    started_at = models.DateTimeField("påbörjad", null=True)
    finished_at = models.DateTimeField("avslutad", null=True)

    objects = RenderingQuerySet.as_manager()

    class Meta:
        verbose_name = "rendering"
        verbose_name_plural = "renderingar"
        ordering = ["asked_at", "pk"]
        constraints = [
            # RENDER_PROCESSES slots exist, so no more PDFs than that are made at once.
            models.UniqueConstraint(fields=["slot"], name="rendering_slot_taken_once"),
            models.CheckConstraint(
                condition=Q(state="running", slot__isnull=False, started_at__isnull=False, beat_at__isnull=False)
                | (~Q(state="running") & Q(slot__isnull=True)),
                name="rendering_has_slot_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state="done", content__isnull=False) | (~Q(state="done") & Q(content__isnull=True)),
                name="rendering_has_content_when_done",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | (~Q(state__in=["done", "failed"]) & Q(finished_at__isnull=True)),
                name="rendering_is_finished_when_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="rendering_queue")]

    def __str__(self) -> str:
        return f"Rendering {self.pk}, {self.follow_up}"

    @property
    def took(self) -> timedelta | None:
        """Time that the PDF took to make, or None until it is finished."""
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None


class RenderingRequest(models.Model):
    """A request that gave the queue work, kept as long as it counts against the limit of its requester."""

    # The time within which a requester may make so many requests.
    PERIOD = timedelta(minutes=10)

    rendering = models.ForeignKey(Rendering, models.CASCADE, verbose_name="rendering", related_name="requests")
    requester = models.CharField("vem", max_length=64, help_text="Kontrollsumma av personen eller adressen.")
    at = models.DateTimeField("när")

    class Meta:
        verbose_name = "begäran om rendering"
        verbose_name_plural = "begäranden om renderingar"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["requester", "at"], name="rendering_request_limit")]

    def __str__(self) -> str:
        return f"Begäran {self.pk}"
