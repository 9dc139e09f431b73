"""Removal of the items of a programme that a file no longer has, if the person asks for it.

Nothing that people have written is removed, nor the item that it concerns. An item can be removed when it is in no year
that is reviewed, proposed or decided, and has neither answers nor comments in an open year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import IntegrityError, connection, models

from followup.models import (
    AreaEntry,
    Attachment,
    Comment,
    Entry,
    Event,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    SubGoalEntry,
)
from organisation.history import delete_as
from programmes.importing import ImportLog
from programmes.models import (
    Guideline,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    Programme,
    ResponsibilityArea,
    SubGoal,
)
from programmes.source import SourceError

if TYPE_CHECKING:
    from organisation.models import User

REASON = "Finns inte längre i filen som lästes in"

# Models below each model, by the name of their relation to it. Parents come after all models below them.
PARTS: Mapping[type[models.Model], Mapping[type[models.Model], str]] = {
    IndicatorValue: {},
    IndicatorTarget: {},
    Indicator: {IndicatorTarget: "indicator", IndicatorValue: "indicator"},
    Measure: {},
    SubGoal: {Measure: "sub_goal", Indicator: "sub_goal"},
    ResponsibilityArea: {SubGoal: "area"},
    Guideline: {},
}


class _EntryRelation(NamedTuple):
    """The model of the yearly entries of an item, and the name of their relation to the item."""

    model: type[Entry]
    item: str


ENTRIES: Mapping[type[models.Model], _EntryRelation] = {
    ResponsibilityArea: _EntryRelation(AreaEntry, "area"),
    SubGoal: _EntryRelation(SubGoalEntry, "sub_goal"),
    Measure: _EntryRelation(MeasureEntry, "measure"),
    Guideline: _EntryRelation(GuidelineEntry, "guideline"),
}


@dataclass(frozen=True)
class Surplus:
    """Items that a file lacks, parents first: those that can be removed, and those that cannot, with the reason."""

    removable: list[models.Model] = field(default_factory=list)
    bound: list[tuple[models.Model, str]] = field(default_factory=list)


class _Bound(NamedTuple):
    """An item that cannot be removed, with the reason."""

    item: models.Model
    reason: str


def surplus_of(programme: Programme, missing: Sequence[models.Model]) -> Surplus:
    """Divide the `missing` items of the programme. Call it in a transaction: it locks the programme's years."""
    years = {year.year: year for year in FollowUp.objects.select_for_update().filter(programme=programme)}
    reasons: dict[models.Model, str] = {}
    for model, parts in PARTS.items():
        rows: dict[int, Any] = {row.pk: row for row in missing if type(row) is model}
        if rows:
            reasons |= dict(_bound_by_parts(rows, parts, missing, reasons))
            reasons |= dict(_bound_by_use(model, rows, years))
    return Surplus(
        removable=[row for row in missing if row not in reasons],
        bound=[(row, reasons[row]) for row in missing if row in reasons],
    )


def remove_surplus(surplus: Surplus, log: ImportLog, *, by: User | None) -> None:
    """Delete the removable items with their empty entries in open years.

    Raise SourceError when something has come to depend on one of them. Call it in the transaction of `surplus_of`.
    """
    try:
        for row in reversed(surplus.removable):
            if relation := ENTRIES.get(type(row)):
                for entry in relation.model._default_manager.filter(**{relation.item: row}):
                    delete_as(entry, by=by, reason=REASON)
            delete_as(row, by=by, reason=REASON)
            log.count(log.removed, type(row))
        # PostgreSQL would check foreign keys only at the end of the transaction.
        connection.check_constraints()
    except (IntegrityError, models.ProtectedError) as error:
        raise SourceError("Något som skulle tas bort har börjat användas. Granska filen igen.") from error


def answered_items(items: Iterable[models.Model]) -> set[models.Model]:
    """Return the items that somebody has answered in any year; of indicators, those with outcomes."""
    items = list(items)
    answered: set[models.Model] = set()
    for model, relation in ENTRIES.items():
        rows = {item.pk: item for item in items if type(item) is model}
        entries = relation.model._default_manager.filter(**{f"{relation.item}__in": list(rows)}) if rows else ()
        answered |= {rows[getattr(entry, f"{relation.item}_id")] for entry in entries if not entry.is_untouched}
    indicators = {item.pk: item for item in items if isinstance(item, Indicator)}
    with_outcomes = IndicatorValue.objects.filter(indicator__in=list(indicators)).values_list("indicator", flat=True)
    return answered | {indicators[pk] for pk in with_outcomes}


def _bound_by_parts(
    rows: Mapping[int, Any],
    parts: Mapping[type[models.Model], str],
    missing: Sequence[models.Model],
    reasons: Mapping[models.Model, str],
) -> Iterator[_Bound]:
    """Yield the rows with parts that are not removed."""
    for part, relation in parts.items():
        removed = {row.pk for row in missing if type(row) is part and row not in reasons}
        below = part._default_manager.filter(**{f"{relation}__in": list(rows)}).values_list("pk", f"{relation}_id")
        for parent_pk in {parent for pk, parent in below if pk not in removed}:
            yield _Bound(rows[parent_pk], f"har {part._meta.verbose_name_plural} som inte tas bort")


def _bound_by_use(
    model: type[models.Model], rows: Mapping[int, Any], years: Mapping[int, FollowUp]
) -> Iterator[_Bound]:
    """Yield the rows that follow-ups or later programmes use."""
    if model in ENTRIES:
        yield from _bound_by_entries(ENTRIES[model], rows)
    if model is SubGoal:
        yield from _bound_by_successors(rows)
    if model in (IndicatorTarget, IndicatorValue):
        yield from _bound_by_years(rows, years)


def _bound_by_successors(rows: Mapping[int, Any]) -> Iterator[_Bound]:
    for goal in SubGoal.objects.filter(predecessor__in=list(rows)).select_related("area__programme__framework"):
        programme = goal.area.programme
        reason = f"fortsätter som {programme.terms.goal.numbered(goal.code)} i {programme}"
        yield _Bound(rows[goal.predecessor_id], reason)  # type: ignore[index]


def _bound_by_years(rows: Mapping[int, Any], years: Mapping[int, FollowUp]) -> Iterator[_Bound]:
    """Yield targets and outcomes of years that are reviewed or decided, and outcomes that were written by hand."""
    for row in rows.values():
        year = years.get(row.year)
        if year and not year.is_before_review:
            yield _Bound(row, _reason_of_year(year))
        elif year and getattr(row, "version", 1) > 1:
            yield _Bound(row, f"är skrivet i uppföljningen för {row.year}")


def _bound_by_entries(relation: _EntryRelation, rows: Mapping[int, Any]) -> Iterator[_Bound]:
    """Yield the rows with entries that bind them; the last reason of a row counts, so closed years come last."""
    entries = relation.model._default_manager.filter(**{f"{relation.item}__in": list(rows)})
    discussed = _entries_with_discussion(relation, list(rows))
    by_importance = sorted(
        entries.select_related("follow_up__programme__framework"),
        key=lambda entry: (not entry.follow_up.is_before_review, entry.follow_up.year),
    )
    for entry in by_importance:
        row = rows[getattr(entry, f"{relation.item}_id")]
        if not entry.follow_up.is_before_review:
            yield _Bound(row, _reason_of_year(entry.follow_up))
        elif not entry.is_untouched or entry.pk in discussed:
            yield _Bound(row, f"har svar eller kommentarer i uppföljningen för {entry.follow_up.year}")


def _entries_with_discussion(relation: _EntryRelation, items: list[int]) -> set[int | None]:
    """Return the primary keys of entries with comments, attachments or events."""
    about_items = {f"entry__{relation.item}__in": items}
    if relation.model is SubGoalEntry:
        events = Event.objects.filter(**{f"sub_goal_entry__{relation.item}__in": items})
        return {
            *Comment.objects.filter(**about_items).values_list("entry", flat=True),
            *Attachment.objects.filter(**about_items).values_list("entry", flat=True),
            *events.values_list("sub_goal_entry", flat=True),
        }
    if relation.model is MeasureEntry:
        events = Event.objects.filter(**{f"measure_entry__{relation.item}__in": items})
        return set(events.values_list("measure_entry", flat=True))
    return set()


def _reason_of_year(year: FollowUp) -> str:
    state = str(year.get_state_display())
    return f"ingår i uppföljningen för {year.year}, som är {state[0].lower()}{state[1:]}"
