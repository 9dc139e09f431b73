"""Outbox of e-mail."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from organisation.fields import LineField, ProseField
from programmes.models import LINE_LENGTH


def _in_words(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y H.i")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> OutgoingMailQuerySet:
        """Mails neither sent nor given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def failed(self) -> OutgoingMailQuerySet:
        """Mails given up; a person must correct the address and retry."""
        return self.filter(failed_at__isnull=False)

    def due(self, now: datetime) -> OutgoingMailQuerySet:
        """Waiting mails whose next attempt is due, oldest first."""
        return self.waiting().filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")

    def retry(self, now: datetime) -> int:
        """Reset unsent mails to their first attempt, due at `now`. Return their number."""
        return self.filter(sent_at__isnull=True).update(attempts=0, next_attempt_at=now, failed_at=None)


class OutgoingMail(models.Model):
    """A mail in the outbox. Only `followup.mail.outbox` adds and sends mails."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", "Påminnelse"
        DECISION = "decision", "Beslut"
        ACCOUNT = "account", "Ändrat konto"

    key = models.CharField(
        "nyckel", max_length=200, unique=True, help_text="Vad mejlet gäller. Samma sak ställs aldrig i kö två gånger."
    )
    kind = models.CharField("typ", max_length=20, choices=Kind)
    recipient = models.ForeignKey(
        "organisation.User", models.PROTECT, verbose_name="person", related_name="mails", null=True, blank=True
    )
    address = models.EmailField("adress")
    subject = LineField("ämne", max_length=LINE_LENGTH)
    body = ProseField("text")
    password_link = models.ForeignKey(
        "organisation.PasswordLink",
        models.SET_NULL,
        verbose_name="länk för lösenord",
        null=True,
        blank=True,
        editable=False,
        help_text="Länken skrivs in i texten först när mejlet skickas, så att ingen annan kan läsa den.",
    )
    attachments = models.JSONField(
        "bilagor", default=list, blank=True, help_text="Filens namn i mejlet, och var den är sparad."
    )
    created_at = models.DateTimeField("i kö sedan", default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField("försök", default=0)
    next_attempt_at = models.DateTimeField("nästa försök", default=timezone.now)
    sent_at = models.DateTimeField("skickat", null=True, blank=True)
    failed_at = models.DateTimeField("uppgivet", null=True, blank=True)
    last_error = models.TextField("senaste fel", blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = "utgående mejl"
        verbose_name_plural = "utgående mejl"
        ordering = ["-created_at", "-pk"]
        permissions = [("retry_outgoingmail", "Kan försöka skicka utgående mejl igen")]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="outgoing_mail_waiting",
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(address="") & ~Q(subject=""), name="outgoing_mail_has_address"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True), name="outgoing_mail_sent_or_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} till {self.address}"

    @property
    def state(self) -> str:
        """State of the mail in Swedish, for the admin."""
        if self.sent_at:
            return f"Skickat {_in_words(self.sent_at)}"
        if self.failed_at:
            return f"Uppgivet {_in_words(self.failed_at)}"
        return f"Väntar, nästa försök tidigast {_in_words(self.next_attempt_at)}"
