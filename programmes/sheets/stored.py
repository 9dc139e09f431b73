"""Items that the database has of a programme, to recognise them by their words in a file without numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from programmes.models import Guideline, Indicator, Measure, ResponsibilityArea, SubGoal
from programmes.sheets.numbering import StoredItem


def stored_items(slug: str) -> list[StoredItem]:
    """Return the items of the programme with this slug."""
    areas = ResponsibilityArea.objects.filter(programme__slug=slug)
    goals = SubGoal.objects.filter(area__programme__slug=slug)
    measures = Measure.objects.filter(sub_goal__area__programme__slug=slug)
    indicators = Indicator.objects.filter(sub_goal__area__programme__slug=slug)
    guidelines = Guideline.objects.filter(programme__slug=slug)
    return [
        *_items("area", areas, "name"),
        *_items("goal", goals, "text", "area__number"),
        *_items("measure", measures, "text", "sub_goal__area__number", "sub_goal__number"),
        *_items("indicator", indicators, "name", "sub_goal__area__number", "sub_goal__number"),
        *_items("guideline", guidelines, "title"),
    ]


def _items(kind: str, rows: QuerySet[Any], text: str, *parent_numbers: str) -> list[StoredItem]:
    values = rows.values_list(text, *parent_numbers, "number")
    return [StoredItem(kind, tuple(code), words) for words, *code in values]
