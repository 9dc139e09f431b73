"""Dispatch of recorded decisions to units."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from followup.models.decisions import Decision
from followup.models.mail import OutgoingMail
from organisation.order import in_swedish_order


def new_token() -> str:
    return secrets.token_urlsafe(32)


class DistributionQuerySet(models.QuerySet["Distribution"]):
    def unopened(self) -> DistributionQuerySet:
        return self.filter(opened_at__isnull=True)


class Distribution(models.Model):
    """A decision sent to one address of a unit: its mail in the outbox and the first opening of its personal link."""

    decision = models.ForeignKey(Decision, models.PROTECT, verbose_name="beslut", related_name="distributions")
    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, verbose_name="enhet", related_name="received_decisions"
    )
    email = models.EmailField("e-postadress")
    mail = models.OneToOneField(OutgoingMail, models.PROTECT, verbose_name="mejl", related_name="distribution")
    token = models.CharField("nyckel i länken", max_length=64, unique=True, default=new_token, editable=False)
    sent_by = models.ForeignKey(
        "organisation.User", models.PROTECT, verbose_name="skickat av", related_name="sent_decisions"
    )
    queued_at = models.DateTimeField("lagt i utkorgen", default=timezone.now, editable=False)
    opened_at = models.DateTimeField("öppnat", null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        "organisation.User",
        models.PROTECT,
        verbose_name="öppnat av",
        related_name="opened_decisions",
        null=True,
        blank=True,
        editable=False,
    )

    link_ended_at = models.DateTimeField("länken avslutad", null=True, blank=True, editable=False)
    link_ended_by = models.ForeignKey(
        "organisation.User",
        models.PROTECT,
        verbose_name="länken avslutad av",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )

    history = HistoricalRecords(excluded_fields=["token"])
    objects = DistributionQuerySet.as_manager()

    class Meta:
        verbose_name = "expediering"
        verbose_name_plural = "expedieringar"
        ordering = ["decision", in_swedish_order("unit__name"), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "unit", "email"], name="distribution_once_per_address"),
            models.CheckConstraint(
                condition=Q(opened_by__isnull=True) | Q(opened_at__isnull=False), name="distribution_opened_by_when"
            ),
            models.CheckConstraint(
                condition=Q(link_ended_at__isnull=True, link_ended_by__isnull=True)
                | Q(link_ended_at__isnull=False, link_ended_by__isnull=False),
                name="distribution_link_ended_by_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} till {self.email}, {self.unit}"

    def get_absolute_url(self) -> str:
        """Personal link in the mail, readable without login."""
        return reverse("followup:received", args=[self.token])

    @property
    def is_waiting(self) -> bool:
        """Whether the mail is in the outbox, neither sent nor given up."""
        return self.mail.sent_at is None and self.mail.failed_at is None
