"""History rows in words: person, change, time and reason, the newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import QuerySet

from followup.history.field_changes import FieldChange, change_of
from followup.workflow import STEPS_MADE
from organisation.order import swedish_sorted

# Of use to the program alone; whether a text is an example is said where it stands.
UNTOLD = ("id", "version", "page_save", "is_example")


@dataclass(frozen=True)
class Moment:
    """An event in the history of the object named `what`: its changes, or a comment (`said`)."""

    at: datetime
    who: str
    what: str
    verb: str
    reason: str = ""
    changes: tuple[FieldChange, ...] = ()
    said: str = ""

    @property
    def step(self) -> str:
        """The step of the workflow that made the change, such as "lämnades in"; empty for other changes."""
        return STEPS_MADE.get(self.reason, "")


# What a history tells of: the objects of each model by primary key, with what they are called.
Subjects = Mapping[type[models.Model], Mapping[int, str]]


class Timeline(Sequence[Moment]):
    """All moments of some objects. Only those that are asked for are put in words, so that a page of them is cheap.

    Takes a number of queries that depends on the models in `subjects`, not on how much has happened. `said` are
    moments that stand in no history row.
    """

    def __init__(self, subjects: Subjects, said: Iterable[Moment] = ()) -> None:
        steps = [step for model, names in subjects.items() for step in _steps(model, names)]
        items: list[_Step | Moment] = [*steps, *said]
        self._items = sorted(items, key=lambda item: item.at, reverse=True)

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            return self[index : index + 1 or None][0]
        items = self._items[index]
        others = _others([step for step in items if isinstance(step, _Step)])
        return [item.told(others) if isinstance(item, _Step) else item for item in items]


@dataclass(frozen=True)
class _Step:
    """A history row and the one before it, each with its many-to-many relations."""

    model: type[models.Model]
    what: str
    before: Any
    row: Any
    members_before: Mapping[str, frozenset[int]]
    members: Mapping[str, frozenset[int]]

    @property
    def at(self) -> datetime:
        moment: datetime = self.row.history_date
        return moment

    @cached_property
    def changed(self) -> list[tuple[Any, Any, Any]]:
        """Field, old and new value as they are stored: for a relation the primary keys."""
        if self.before is None:
            return []
        pairs: list[tuple[Any, Any, Any]] = [
            (field, getattr(self.before, field.attname), getattr(self.row, field.attname))
            for field in self.model._meta.concrete_fields
            if field.name not in UNTOLD
        ]
        pairs += [
            (self.model._meta.get_field(name), self.members_before[name], self.members[name]) for name in self.members
        ]
        return [(field, old, new) for field, old, new in pairs if old != new]

    def told(self, others: Mapping[type[models.Model], Mapping[int, models.Model]]) -> Moment:
        return Moment(
            at=self.at,
            who=str(self.row.history_user or "Systemet"),
            what=self.what,
            verb={"+": "skapades", "-": "togs bort"}.get(self.row.history_type, "ändrades"),
            reason=self.row.history_change_reason or "",
            changes=tuple(
                change_of(field, _value(field, old, others), _value(field, new, others))
                for field, old, new in self.changed
            ),
        )


def _steps(model: Any, names: Mapping[int, str]) -> Iterator[_Step]:
    """The history of the objects in `names`: how each began, and each time that something was changed."""
    rows = model.history.filter(id__in=names).order_by("id", "history_date", "history_id")
    members = _members(model, rows)
    for pk, of_object in groupby(rows.select_related("history_user"), key=lambda row: row.id):
        before = None
        for row in of_object:
            step = _Step(
                model, names[pk], before, row, members[before.history_id] if before else {}, members[row.history_id]
            )
            if before is None or row.history_type == "-" or step.changed:
                yield step
            before = row


def _members(model: Any, rows: QuerySet) -> Mapping[int, Mapping[str, frozenset[int]]]:
    """For each row of history, the primary keys that each many-to-many relation held."""
    fields = model.history.model._history_m2m_fields
    held: dict[int, dict[str, set[int]]] = defaultdict(lambda: {field.name: set() for field in fields})
    for field in fields:
        through = getattr(model.history.model, field.name).model
        pairs = through.objects.filter(history__in=rows.order_by().values("pk"))
        for row, member in pairs.values_list("history_id", f"{field.m2m_reverse_field_name()}_id"):
            held[row][field.name].add(member)
    return held  # type: ignore[return-value]


def _others(steps: Iterable[_Step]) -> Mapping[type[models.Model], Mapping[int, models.Model]]:
    """The objects that relations pointed to before and after `steps`: a query for each model."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for step in steps:
        for field, old, new in step.changed:
            if field.is_relation:
                wanted[field.related_model] |= _keys(old) | _keys(new)
    return {model: model._base_manager.select_related().in_bulk(keys) for model, keys in wanted.items()}


def _keys(value: Any) -> set[int]:
    if value is None:
        return set()
    return set(value) if isinstance(value, (set, frozenset)) else {value}


def _value(field: Any, value: Any, others: Mapping[type[models.Model], Mapping[int, models.Model]]) -> Any:
    if not field.is_relation:
        return value
    objects = others.get(field.related_model, {})
    named = swedish_sorted(str(objects.get(key, f"borttagen (nr {key})")) for key in _keys(value))
    return named if field.many_to_many else ", ".join(named)
