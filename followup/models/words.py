"""The words of each entry, so that PostgreSQL finds them by one index.

An entry is found by its own texts and by that of the goal or measure that it is about. The rows are written by
triggers (followup migration 0012), whatever changes either. In SQLite, which has no such index, they are none.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from followup.models.entries import MeasureEntry, SubGoalEntry
from followup.models.year import FollowUp


class EntryWords(models.Model):
    """The year stands here as well as with the entry: to count what is found, year by year, this table is enough."""

    follow_up = models.ForeignKey(FollowUp, models.CASCADE, verbose_name="uppföljning", related_name="+")
    words = SearchVectorField("ord")

    class Meta:
        abstract = True


class SubGoalEntryWords(EntryWords):
    entry = models.OneToOneField(
        SubGoalEntry, models.CASCADE, verbose_name="målets status", related_name="words", primary_key=True
    )

    class Meta:
        verbose_name = "ord i målets status"
        verbose_name_plural = "ord i målens status"
        indexes = [GinIndex(fields=["words"], name="sub_goal_entry_words")]

    def __str__(self) -> str:
        return f"Ord i {self.entry}"


class MeasureEntryWords(EntryWords):
    entry = models.OneToOneField(
        MeasureEntry, models.CASCADE, verbose_name="åtgärdens status", related_name="words", primary_key=True
    )

    class Meta:
        verbose_name = "ord i åtgärdens status"
        verbose_name_plural = "ord i åtgärdernas status"
        indexes = [GinIndex(fields=["words"], name="measure_entry_words")]

    def __str__(self) -> str:
        return f"Ord i {self.entry}"
