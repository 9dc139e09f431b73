"""Workbooks on their way in: handed over, looked through, and not yet confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from organisation.models import User

# Who comes back after a weekend finds it still there.
KEPT_FOR = timedelta(days=4)


class WorkbookQuerySet(models.QuerySet["Workbook"]):
    def handed_over_by(self, user: User) -> WorkbookQuerySet:
        """Nobody sees another's: it may hold what nobody has decided to publish."""
        return self.filter(by=user)

    def forgotten(self, now: datetime) -> WorkbookQuerySet:
        return self.filter(handed_over_at__lt=now - KEPT_FOR)


class Workbook(models.Model):
    """A file as it was handed over, with what its owner has said of it; gone when it is read in or given up."""

    name = models.CharField("filnamn", max_length=200)
    content = models.BinaryField("innehåll")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="lämnad av", related_name="+")
    handed_over_at = models.DateTimeField("lämnad", auto_now_add=True)
    # The programme's title and years, where the file does not tell them.
    facts = models.JSONField("uppgifter om programmet", default=dict)
    # What its sheets and columns hold, where we do not understand it by ourselves.
    sheets = models.JSONField("bladens innehåll", default=dict)
    columns = models.JSONField("kolumnernas innehåll", default=dict)

    objects = WorkbookQuerySet.as_manager()

    class Meta:
        verbose_name = "arbetsbok som läses in"
        verbose_name_plural = "arbetsböcker som läses in"
        ordering = ["-handed_over_at"]

    def __str__(self) -> str:
        return self.name
