"""Taking out of a programme what a file no longer has, when somebody asks for it.

What people have written stays, and so does what it is about: an item goes only when it is in no year that is reviewed,
proposed or decided, and nobody has answered or said anything of it in a year that is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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

# What lies under each kind, by the name of its relation upwards. Those that are last here lie under nothing that
# comes before them.
UNDER: Mapping[type[models.Model], Mapping[type[models.Model], str]] = {
    IndicatorValue: {},
    IndicatorTarget: {},
    Indicator: {IndicatorTarget: "indicator", IndicatorValue: "indicator"},
    Measure: {},
    SubGoal: {Measure: "sub_goal", Indicator: "sub_goal"},
    ResponsibilityArea: {SubGoal: "area"},
    Guideline: {},
}
ENTRIES: Mapping[type[models.Model], tuple[type[Entry], str]] = {
    ResponsibilityArea: (AreaEntry, "area"),
    SubGoal: (SubGoalEntry, "sub_goal"),
    Measure: (MeasureEntry, "measure"),
    Guideline: (GuidelineEntry, "guideline"),
}


@dataclass(frozen=True)
class Surplus:
    """What a programme has and a file lacks: what can be taken out, and what cannot and why. Parents come first."""

    removable: list[models.Model] = field(default_factory=list)
    bound: list[tuple[models.Model, str]] = field(default_factory=list)


def surplus_of(programme: Programme, missing: Sequence[models.Model]) -> Surplus:
    """Sort out `missing`, of `programme`. Call it in a transaction: until its end nobody writes in these years."""
    years = {year.year: year for year in FollowUp.objects.select_for_update().filter(programme=programme)}
    reasons: dict[models.Model, str] = {}
    for kind, parts in UNDER.items():
        rows: dict[int, Any] = {row.pk: row for row in missing if type(row) is kind}
        if rows:
            reasons |= dict(_with_staying_parts(rows, parts, missing, reasons))
            reasons |= dict(_bound(kind, rows, years))
    return Surplus(
        removable=[row for row in missing if row not in reasons],
        bound=[(row, reasons[row]) for row in missing if row in reasons],
    )


def remove(surplus: Surplus, log: ImportLog, *, by: User | None) -> None:
    """Take out what can be, with the empty entries that open years have for it. SourceError when something has come to
    depend on it. Call it in the transaction in which the surplus was found."""
    try:
        for row in reversed(surplus.removable):
            if type(row) in ENTRIES:
                entry, item = ENTRIES[type(row)]
                for one in entry._default_manager.filter(**{item: row}):
                    delete_as(one, by=by, reason=REASON)
            delete_as(row, by=by, reason=REASON)
            log.count(log.removed, type(row))
        # Else PostgreSQL looks for what still points at these rows only when all is over.
        connection.check_constraints()
    except (IntegrityError, models.ProtectedError) as error:
        raise SourceError("Något som skulle tas bort har börjat användas. Granska filen igen.") from error


Reasons = Iterator[tuple[models.Model, str]]


def _with_staying_parts(
    rows: Mapping[int, Any],
    parts: Mapping[type[models.Model], str],
    missing: Sequence[models.Model],
    reasons: Mapping[models.Model, str],
) -> Reasons:
    for part, relation in parts.items():
        going = {row.pk for row in missing if type(row) is part and row not in reasons}
        below = part._default_manager.filter(**{f"{relation}__in": list(rows)}).values_list("pk", f"{relation}_id")
        for parent in {parent for pk, parent in below if pk not in going}:
            yield rows[parent], f"har {part._meta.verbose_name_plural} som inte tas bort"


def _bound(kind: type[models.Model], rows: Mapping[int, Any], years: Mapping[int, FollowUp]) -> Reasons:
    if kind in ENTRIES:
        yield from _with_entries(*ENTRIES[kind], rows)
    if kind is SubGoal:
        continued = SubGoal.objects.filter(predecessor__in=list(rows)).select_related("area__programme")
        for goal in continued:
            yield rows[goal.predecessor_id], f"fortsätter som mål {goal.code} i {goal.area.programme}"  # type: ignore[index]
    if kind in (IndicatorTarget, IndicatorValue):
        for row in rows.values():
            year = years.get(row.year)
            if year and not year.is_before_review:
                yield row, _in_words(year)
            elif year and getattr(row, "version", 1) > 1:
                yield row, f"är skrivet i uppföljningen för {row.year}"


def _with_entries(model: type[Entry], item: str, rows: Mapping[int, Any]) -> Reasons:
    """The latest year counts, and before all others one that is no longer open."""
    entries = model._default_manager.filter(**{f"{item}__in": list(rows)}).select_related("follow_up")
    talked_of = _talked_of(model, item, list(rows))
    for entry in sorted(entries, key=lambda entry: (not entry.follow_up.is_before_review, entry.follow_up.year)):
        row = rows[getattr(entry, f"{item}_id")]
        if not entry.follow_up.is_before_review:
            yield row, _in_words(entry.follow_up)
        elif not entry.is_untouched or entry.pk in talked_of:
            yield row, f"har svar eller kommentarer i uppföljningen för {entry.follow_up.year}"


def _talked_of(model: type[Entry], item: str, items: list[int]) -> set[int | None]:
    """The entries that have comments, files or events."""
    about = {f"entry__{item}__in": items}
    if model is SubGoalEntry:
        events = Event.objects.filter(**{f"sub_goal_{key}": value for key, value in about.items()})
        return {
            *Comment.objects.filter(**about).values_list("entry", flat=True),
            *Attachment.objects.filter(**about).values_list("entry", flat=True),
            *events.values_list("sub_goal_entry", flat=True),
        }
    if model is MeasureEntry:
        events = Event.objects.filter(**{f"measure_{key}": value for key, value in about.items()})
        return set(events.values_list("measure_entry", flat=True))
    return set()


def _in_words(year: FollowUp) -> str:
    state = str(year.get_state_display())
    return f"ingår i uppföljningen för {year.year}, som är {state[0].lower()}{state[1:]}"
