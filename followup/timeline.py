"""A goal's history in words: who changed what, from what to what, when and why, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import models
from django.db.models import QuerySet

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.textdiff import Piece, differences
from organisation.history import in_words
from programmes.models import Measure, SubGoal

# Of use to the program alone; whether a text is an example is said where it stands.
UNTOLD = ("version", "is_example")


@dataclass(frozen=True)
class FieldChange:
    """One field. Running text has its differences as `pieces`, all else is told as from and to."""

    label: str
    old: str
    new: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Moment:
    at: datetime
    who: str
    what: str
    verb: str
    reason: str
    changes: tuple[FieldChange, ...]


def history_of_goal(goal: SubGoal, follow_ups: QuerySet[FollowUp]) -> list[Moment]:
    """What has happened to the goal, its measures, and their answers in the years of `follow_ups`."""
    entries = SubGoalEntry.objects.filter(sub_goal=goal, follow_up__in=follow_ups).select_related("follow_up")
    measures = Measure.objects.filter(sub_goal=goal)
    answers = MeasureEntry.objects.filter(measure__in=measures, follow_up__in=follow_ups).select_related(
        "follow_up", "measure"
    )
    names = {
        SubGoal: {goal.pk: f"Mål {goal.code}"},
        Measure: {measure.pk: f"Åtgärd {goal.code}.{measure.number}" for measure in measures},
        SubGoalEntry: {entry.pk: f"Mål {goal.code}, svar för {entry.follow_up.year}" for entry in entries},
        MeasureEntry: {
            answer.pk: f"Åtgärd {goal.code}.{answer.measure.number}, svar för {answer.follow_up.year}"
            for answer in answers
        },
    }
    moments = [moment for model, of_model in names.items() for moment in _moments(model, of_model)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _moments(model: Any, names: dict[int, str]) -> Iterator[Moment]:
    """The history rows of the objects in `names`, each compared with the one before it."""
    rows = (
        model.history.filter(id__in=names).select_related("history_user").order_by("id", "history_date", "history_id")
    )
    by_object: dict[int, list[Any]] = {}
    for row in rows:
        by_object.setdefault(row.id, []).append(row)
    for pk, of_object in by_object.items():
        yield _moment(of_object[0], names[pk], ())
        for before, after in pairwise(of_object):
            if changes := tuple(_changes(model, before, after)):
                yield _moment(after, names[pk], changes)


def _moment(row: Any, what: str, changes: tuple[FieldChange, ...]) -> Moment:
    return Moment(
        at=row.history_date,
        who=str(row.history_user or "Systemet"),
        what=what,
        verb={"+": "skapades", "-": "togs bort"}.get(row.history_type, "ändrades"),
        reason=row.history_change_reason or "",
        changes=changes,
    )


def _changes(model: type[models.Model], before: Any, after: Any) -> Iterable[FieldChange]:
    for change in after.diff_against(before, excluded_fields=UNTOLD, foreign_keys_are_objs=True).changes:
        field: Any = model._meta.get_field(change.field)
        old, new = (in_words(field, _members(field, value)) for value in (change.old, change.new))
        is_text = isinstance(field, models.TextField)
        pieces = differences(change.old, change.new) if is_text else []
        yield FieldChange(str(field.verbose_name), old, new, tuple(pieces))


def _members(field: Any, value: Any) -> Any:
    """Of a many-to-many field's rows, the objects at the other end."""
    if not isinstance(field, models.ManyToManyField):
        return value
    return [row[field.m2m_reverse_field_name()] for row in value]
