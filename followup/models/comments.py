"""Discussion between officials and reviewers about the answers to a goal."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from followup.models.entries import SubGoalEntry
from programmes.models import prose


class Comment(models.Model):
    """A remark in the thread of a goal's entry, measures included. Append-only."""

    entry = models.ForeignKey(SubGoalEntry, models.PROTECT, verbose_name="målets status", related_name="comments")
    comment = prose("kommentar")
    by = models.ForeignKey("organisation.User", models.PROTECT, verbose_name="av", related_name="comments")
    at = models.DateTimeField("när", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "kommentar"
        verbose_name_plural = "kommentarer"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(comment=""), name="comment_says_something", violation_error_message="Skriv något."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.at:%Y-%m-%d %H.%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A comment is written once.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A comment is never deleted.")
