"""The parts of a decided report that belong to the rows of its year.

A report names goals by number, and a goal may have another number now. The history has the number of each row at the
time when the report was frozen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from django.db.models import Model

from followup.models import (
    Answer,
    AreaEntry,
    DecidedReport,
    Decision,
    Entry,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    SubGoalEntry,
)
from followup.report.report import AreaStatus, GuidelineStatus, MeasureStatus, Report, SubGoalStatus
from followup.report.serialization import from_json
from programmes.models import Guideline, Measure, ResponsibilityArea, SubGoal
from programmes.scales import Step

Status = Report | AreaStatus | SubGoalStatus | MeasureStatus | GuidelineStatus

# The fields of each row that the report repeats, under the same names.
REPORTED: Mapping[type[Model], tuple[str, ...]] = {
    FollowUp: (
        "summary",
        "circumstances",
        "assessment",
        "forecast",
        "assessment_comment",
        "perspectives",
        "looking_ahead",
        "judgement_sentence",
        "forecast_sentence",
    ),
    AreaEntry: ("assessment", "forecast", "summary"),
    SubGoalEntry: SubGoalEntry.field_names(),
    MeasureEntry: MeasureEntry.field_names(),
    GuidelineEntry: ("assessment", "comment"),
}
ENTRIES: tuple[type[Entry], ...] = (AreaEntry, SubGoalEntry, MeasureEntry, GuidelineEntry)


def reported_value(status: Status, name: str) -> str:
    """Return the field `name` of a status as the row stores it: the key of a step, or the text."""
    value = getattr(status, name)
    return value.key if isinstance(value, Step) else value


@dataclass(frozen=True)
class DecidedRows:
    """The parts of a decided report by kind of entry and number."""

    report: Report
    frozen_at: datetime

    @cached_property
    def by_code(self) -> Mapping[type[Entry], Mapping[str, Any]]:
        report = self.report
        return {
            AreaEntry: {str(area.number): area for area in report.areas},
            SubGoalEntry: {goal.code: goal for goal in report.sub_goals},
            MeasureEntry: {measure.code: measure for measure in report.measures},
            GuidelineEntry: {str(guideline.number): guideline for guideline in report.guidelines},
        }

    def statuses(self, entries: Iterable[Entry]) -> dict[Entry, Any]:
        """Return the part of the report for each of `entries`, without entries that the report lacks.

        The history is read only when an item has another number or text than in the report.
        """
        entries = list(entries)
        found = {entry: self.by_code[type(entry)].get(code_now(entry)) for entry in entries}
        if all(status is not None and _is_worded_alike(entry, status) for entry, status in found.items()):
            return found
        numbers = Numbers.at(self.frozen_at, entries)
        found = {entry: self.by_code[type(entry)].get(numbers.code_of(entry)) for entry in entries}
        return {entry: status for entry, status in found.items() if status is not None}


E = TypeVar("E", bound=Entry)


def with_decided_values(entries: Iterable[E]) -> list[E]:
    """Give entries of years with a decision in force the texts and assessments of the decided report.

    For pages that show decided years. The report stays in force while a correction is written. The entries must not be
    saved; their `frozen_at` is the time of the freezing. Makes one query, and up to four more when an item has another
    number or text than in the report.
    """
    entries = list(entries)
    entries_by_year: dict[int, list[E]] = defaultdict(list)
    for entry in entries:
        if not _is_surely_open(entry):
            entries_by_year[entry.follow_up_id].append(entry)
    if not entries_by_year:
        return entries
    for follow_up_id, link in _in_force(entries_by_year).items():
        decided = DecidedRows(_decoded(link.json), link.at)
        for row, status in decided.statuses(entries_by_year[follow_up_id]).items():
            _set_decided_values(row, status, link.at)
    return entries


def _set_decided_values(entry: Entry, status: Status, frozen_at: datetime) -> None:
    """Give an entry the values of its part of the decided report, and the wording of its goal or measure."""
    for name in REPORTED[type(entry)]:
        setattr(entry, name, reported_value(status, name))
    if isinstance(entry, Answer):
        entry.item.text = status.text  # type: ignore[union-attr]
    entry.frozen_at = frozen_at  # type: ignore[attr-defined]


def _is_surely_open(entry: Entry) -> bool:
    """Whether the year is known to have no decision, which saves a query."""
    return "follow_up" in entry._state.fields_cache and entry.follow_up.is_before_review


def _in_force(follow_ups: Iterable[int]) -> dict[int, DecidedReport]:
    """Return the decided report in force of each year that has one, by the id of the year."""
    approved = Decision.objects.approving().filter(follow_up__in=list(follow_ups)).order_by()
    links = DecidedReport.objects.filter(decision__in=approved).select_related("decision").order_by("number")
    return {link.decision.follow_up_id: link for link in links.only("json", "at", "decision__follow_up")}


@lru_cache(maxsize=8)
def _decoded(text: str) -> Report:
    """Decode a frozen report once for several pages. It never changes."""
    return from_json(text)


def _is_worded_alike(entry: Entry, status: Any) -> bool:
    if isinstance(entry, AreaEntry):
        return bool(entry.area.name == status.name)
    if isinstance(entry, GuidelineEntry):
        return bool(entry.guideline.title == status.title)
    return bool(entry.item.text == status.text)  # type: ignore[attr-defined]


def code_now(entry: Entry) -> str:
    """Return the present number of the entry's item, such as "1.2" for a goal."""
    if isinstance(entry, AreaEntry):
        return str(entry.area.number)
    if isinstance(entry, GuidelineEntry):
        return str(entry.guideline.number)
    return str(entry.item.code)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Numbers:
    """The number and the parent that each item had at a moment. An item without history has its present ones."""

    areas: Mapping[int, tuple[int, ...]]
    goals: Mapping[int, tuple[int, ...]]
    measures: Mapping[int, tuple[int, ...]]
    guidelines: Mapping[int, tuple[int, ...]]

    @classmethod
    def at(cls, moment: datetime, entries: Iterable[Entry]) -> Numbers:
        """Read the history of the items of `entries`, and of the items above them, in at most four queries."""
        of_kind: dict[type[Entry], list[Any]] = {kind: [] for kind in ENTRIES}
        for entry in entries:
            of_kind[type(entry)].append(entry)
        measures = _as_of(Measure, [entry.measure_id for entry in of_kind[MeasureEntry]], moment, "sub_goal_id")
        goal_ids = [entry.sub_goal_id for entry in of_kind[SubGoalEntry]]
        goal_ids += [goal_id for _, goal_id in measures.values()]
        goal_ids += [entry.measure.sub_goal_id for entry in of_kind[MeasureEntry]]
        goals = _as_of(SubGoal, goal_ids, moment, "area_id")
        area_ids = [entry.area_id for entry in of_kind[AreaEntry]]
        area_ids += [area_id for _, area_id in goals.values()]
        area_ids += [entry.goal.area_id for kind in (SubGoalEntry, MeasureEntry) for entry in of_kind[kind]]
        return cls(
            areas=_as_of(ResponsibilityArea, area_ids, moment),
            goals=goals,
            measures=measures,
            guidelines=_as_of(Guideline, [entry.guideline_id for entry in of_kind[GuidelineEntry]], moment),
        )

    def code_of(self, entry: Entry) -> str:
        if isinstance(entry, AreaEntry):
            return self._area(entry.area_id, entry.area.number)
        if isinstance(entry, GuidelineEntry):
            return str(self.guidelines.get(entry.guideline_id, (entry.guideline.number,))[0])
        if isinstance(entry, MeasureEntry):
            measure = entry.measure
            number, goal_id = self.measures.get(measure.pk, (measure.number, measure.sub_goal_id))
            return f"{self._goal(goal_id, measure.sub_goal)}.{number}"
        goal: SubGoal = entry.goal  # type: ignore[attr-defined]
        return self._goal(goal.pk, goal)

    def _goal(self, goal_id: int, goal_now: SubGoal) -> str:
        number, area_id = self.goals.get(goal_id, (goal_now.number, goal_now.area_id))
        return f"{self._area(area_id, goal_now.area.number)}.{number}"

    def _area(self, area_id: int, number_now: int) -> str:
        return str(self.areas.get(area_id, (number_now,))[0])


def _as_of(model: Any, ids: Iterable[int], moment: datetime, *above: str) -> dict[int, tuple[int, ...]]:
    """Return number and `above` of each item at `moment`, or its earliest known ones."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = model.history.filter(id__in=wanted).order_by("history_date", "history_id")
    found: dict[int, tuple[int, ...]] = {}
    for item_id, changed_at, *values in rows.values_list("id", "history_date", "number", *above):
        if item_id not in found or changed_at <= moment:
            found[item_id] = tuple(values)
    return found
