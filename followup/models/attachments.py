"""Files that officials attach to a goal's answers."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from followup.models.entries import SubGoalEntry
from followup.models.year import FollowUp
from organisation.fields import LineField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User

NAME_LENGTH = 120


def storage_name(attachment: Attachment, name: str) -> str:
    """Return a random storage path that keeps only the extension of the uploaded name."""
    return f"attachments/{attachment.entry_id}/{uuid4().hex}{PurePath(name).suffix.lower()}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User | AnonymousUser) -> AttachmentQuerySet:
        """Attachments of follow-ups that `user` may see."""
        return self.filter(entry__follow_up__in=FollowUp.objects.visible_to(user))


class Attachment(models.Model):
    """A file attached to a goal's answer. `followup.writing.attachments` checks, stores and removes it."""

    entry = models.ForeignKey(SubGoalEntry, models.PROTECT, verbose_name="målets status", related_name="attachments")
    name = LineField("filnamn", max_length=NAME_LENGTH)
    content_type = models.CharField("filtyp", max_length=100)
    size = models.PositiveIntegerField("storlek i byte")
    sha256 = models.CharField("kontrollsumma", max_length=64)
    file = models.FileField("fil", upload_to=storage_name, max_length=200)
    uploaded_by = models.ForeignKey(
        "organisation.User", models.PROTECT, verbose_name="bifogad av", related_name="attachments"
    )
    uploaded_at = models.DateTimeField("bifogad", default=timezone.now, editable=False)

    history = HistoricalRecords()
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "bilaga"
        verbose_name_plural = "bilagor"
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "sha256"],
                name="attachment_once_per_entry",
                violation_error_message="Filen är redan bifogad.",
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="attachment_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
