"""History rows in words: person, change, time and reason, the newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import QuerySet

from followup.history.field_changes import FieldChange, change_of
from followup.workflow import step_made
from organisation.models import Unit
from organisation.order import swedish_sorted
from programmes.models import Responsibility, Scales

# Fields for the program alone. Whether a text is an example is shown next to the text.
HIDDEN_FIELDS = ("id", "version", "page_save", "is_example")


@dataclass(frozen=True)
class Moment:
    """An event in the history of the object named `subject`: its changes, or a `comment`."""

    at: datetime
    by: str
    subject: str
    verb: str
    reason: str = ""
    changes: tuple[FieldChange, ...] = ()
    comment: str = ""

    @property
    def step(self) -> str:
        """The step of the workflow that made the change, such as "lämnades in"; empty for other changes."""
        return step_made(self.reason)


# Names of the objects of a history, by model and primary key.
Subjects = Mapping[type[models.Model], Mapping[int, str]]
# Objects that relations point to, by model and primary key.
RelatedObjects = Mapping[type[models.Model], Mapping[int, models.Model]]
# Primary keys that each many-to-many relation of a history row holds, by the name of its field.
Members = Mapping[str, frozenset[int]]


class Timeline(Sequence[Moment]):
    """All moments of some objects, the newest first. A slice puts only its own moments in words, so a page is cheap.

    The number of queries depends on the models in `subjects`, not on the length of the history.
    """

    def __init__(self, scales: Scales, subjects: Subjects, comments: Iterable[Moment] = ()) -> None:
        """Combine the history rows of `subjects` with `comments`, which have no history rows.

        :param scales: the scales of the programme, for the words of assessments.
        """
        self._scales = scales
        changes = [change for model, names in subjects.items() for change in _changes(model, names)]
        items: list[_RowChange | Moment] = [*changes, *comments]
        self._items = sorted(items, key=lambda item: item.at, reverse=True)

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            return self[index : index + 1 or None][0]
        items = self._items[index]
        related = _related_objects([item for item in items if isinstance(item, _RowChange)])
        return [item.as_moment(related, self._scales) if isinstance(item, _RowChange) else item for item in items]


# Name of the lead among the members of a history row. The lead is a role of a responsible unit and not a field.
LEAD = "lead"


@dataclass(frozen=True)
class LeadField:
    """The attributes of a field that a history reads, for the lead of responsible units."""

    verbose_name: str = "huvudansvarig"
    is_relation: bool = True
    many_to_many: bool = True
    related_model: type[models.Model] = Unit


@dataclass(frozen=True)
class _ChangedField:
    """A field with its stored values before and after: primary keys for a relation."""

    field: Any
    old: Any
    new: Any

    @property
    def related_keys(self) -> set[int]:
        return _keys(self.old) | _keys(self.new)

    def in_words(self, related: RelatedObjects, scales: Scales) -> FieldChange:
        return change_of(self.field, self._shown(self.old, related), self._shown(self.new, related), scales)

    def _shown(self, value: Any, related: RelatedObjects) -> Any:
        """Return the value, or the names of the objects that it points to."""
        if not self.field.is_relation:
            return value
        objects = related.get(self.field.related_model, {})
        names = swedish_sorted(str(objects.get(key, f"borttagen (nr {key})")) for key in _keys(value))
        return names if self.field.many_to_many else ", ".join(names)


@dataclass(frozen=True)
class _RowChange:
    """A history row and the one before it, each with its many-to-many relations."""

    model: type[models.Model]
    subject: str
    before: Any
    row: Any
    members_before: Members
    members: Members

    @property
    def at(self) -> datetime:
        moment: datetime = self.row.history_date
        return moment

    @cached_property
    def fields(self) -> list[_ChangedField]:
        """The fields that this row changed; none in the first row of an object."""
        if self.before is None:
            return []
        columns = [
            _ChangedField(field, getattr(self.before, field.attname), getattr(self.row, field.attname))
            for field in self.model._meta.concrete_fields
            if field.name not in HIDDEN_FIELDS
        ]
        many_to_many = [
            _ChangedField(
                LeadField() if name == LEAD else self.model._meta.get_field(name),
                self.members_before[name],
                self.members[name],
            )
            for name in self.members
        ]
        return [field for field in (*columns, *many_to_many) if field.old != field.new]

    @property
    def is_worth_showing(self) -> bool:
        """Whether the row begins or ends the history of its object, or changes a field."""
        return self.before is None or self.row.history_type == "-" or bool(self.fields)

    def as_moment(self, related: RelatedObjects, scales: Scales) -> Moment:
        return Moment(
            at=self.at,
            by=str(self.row.history_user or "Systemet"),
            subject=self.subject,
            verb={"+": "skapades", "-": "togs bort"}.get(self.row.history_type, "ändrades"),
            reason=self.row.history_change_reason or "",
            changes=tuple(changed.in_words(related, scales) for changed in self.fields),
        )


def _changes(model: Any, names: Mapping[int, str]) -> Iterator[_RowChange]:
    """Yield the changes of the objects in `names`, beginning with their creation."""
    rows = model.history.filter(id__in=names).order_by("id", "history_date", "history_id")
    members = _members_by_row(model, rows)
    previous = None
    for row in rows.select_related("history_user"):
        before = previous if previous and previous.id == row.id else None
        members_before: Members = members[before.history_id] if before else {}
        change = _RowChange(model, names[row.id], before, row, members_before, members[row.history_id])
        if change.is_worth_showing:
            yield change
        previous = row


def _members_by_row(model: Any, rows: QuerySet) -> Mapping[int, Members]:
    """Return the members of each history row, by the number of the row, and the lead of responsible units."""
    fields = model.history.model._history_m2m_fields
    names = [*(field.name for field in fields), LEAD]
    members: dict[int, dict[str, set[int]]] = defaultdict(lambda: {name: set() for name in names})
    for field in fields:
        through = getattr(model.history.model, field.name).model
        member_rows = through.objects.filter(history__in=rows.order_by().values("pk"))
        for member in member_rows.values():
            member_id = member[f"{field.m2m_reverse_field_name()}_id"]
            members[member["history_id"]][field.name].add(member_id)
            if member.get("role") == Responsibility.Role.LEAD:
                members[member["history_id"]][LEAD].add(member_id)
    return members  # type: ignore[return-value]


def _related_objects(changes: Iterable[_RowChange]) -> RelatedObjects:
    """Load the objects that changed relations point to, with a query for each model."""
    keys: dict[type[models.Model], set[int]] = defaultdict(set)
    for change in changes:
        for changed in change.fields:
            if changed.field.is_relation:
                keys[changed.field.related_model] |= changed.related_keys
    return {model: model._base_manager.select_related().in_bulk(ids) for model, ids in keys.items()}


def _keys(value: Any) -> set[int]:
    """Return the primary keys in the stored value of a relation."""
    if value is None:
        return set()
    return set(value) if isinstance(value, (set, frozenset)) else {value}
