"""Log of sent reminders, so that nobody is reminded twice of one thing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from followup.models.entries import SubGoalEntry
from followup.models.events import Event
from followup.models.mail import OutgoingMail


class Reminder(models.Model):
    """A reminder sent to a person about one goal's entry; unique per step or event."""

    class Step(models.TextChoices):
        """Reasons for a reminder, most urgent first."""

        RETURNED = "returned", "Återlämnat av granskaren"
        OVERDUE = "overdue", "Försenat"
        DUE_3 = "due_3", "Högst tre dagar kvar att lämna in"
        DUE_14 = "due_14", "Högst två veckor kvar att lämna in"
        OPENED = "opened", "Öppet att fylla i"
        APPROVED = "approved", "Godkänt av granskaren"

    user = models.ForeignKey("organisation.User", models.CASCADE, verbose_name="person", related_name="reminders")
    entry = models.ForeignKey(SubGoalEntry, models.CASCADE, verbose_name="målets status", related_name="reminders")
    step = models.CharField("steg", max_length=20, choices=Step)
    event = models.ForeignKey(
        Event, models.CASCADE, verbose_name="händelse", related_name="reminders", null=True, blank=True
    )
    mail = models.ForeignKey(OutgoingMail, models.CASCADE, verbose_name="mejl", related_name="reminders")

    class Meta:
        verbose_name = "påminnelse"
        verbose_name_plural = "påminnelser"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "entry", "step"], condition=Q(event__isnull=True), name="reminder_once_per_step"
            ),
            models.UniqueConstraint(fields=["user", "event"], name="reminder_once_per_event"),
            models.CheckConstraint(
                condition=Q(step__in=["returned", "approved"], event__isnull=False)
                | (~Q(step__in=["returned", "approved"]) & Q(event__isnull=True)),
                name="reminder_event_when_something_happened",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.entry}, {self.user}"
