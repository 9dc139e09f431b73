"""Full-text index of entries on PostgreSQL.

Triggers (followup migration 0012) write a row for each entry from its own texts and those of its goal or measure.
The tables stay empty on SQLite, where `programmes.fulltext` searches without an index.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from followup.models.entries import MeasureEntry, SubGoalEntry
from followup.models.year import FollowUp


class EntryWords(models.Model):
    """Search vector of one entry. Repeats the entry's follow-up so that hits per year are counted without a join."""

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
