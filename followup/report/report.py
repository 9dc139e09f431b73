"""The report: one plain value, built once from a year's entries and drawn many ways.

`build_report` reads the database in a fixed number of queries and knows nothing of requests, clocks or HTML.
`to_json` and `from_json` carry a report out of the house and back unchanged; `SCHEMA` numbers their form.
The order of chapters follows what boards are used to; the template decides the words around them.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from django.conf import settings
from django.db import models
from django.db.models import F, Value

from followup.models import AreaEntry, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.report.indicators import IndicatorStatus, indicators_by_goal
from followup.scales import BLANK, SCALES, Assessment, Forecast, Progress, Step, Trend, step
from organisation.order import order_key, swedish_sorted
from programmes.exporting import plain
from programmes.models import Guideline, Measure, Programme, SubGoal, TargetStatus

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
SCHEMA = 3
# First word of the state of a decided report: "Beslutad: Kommunstyrelsen 5 maj 2021 § 24".
DECIDED = "Beslutad"


@dataclass(frozen=True)
class Scale:
    """A scale as the report explains it."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ProgressOfYear:
    """How far a measure had come at the end of one year."""

    year: int
    progress: Step


@dataclass(frozen=True)
class MeasureStatus:
    code: str
    text: str
    units: tuple[str, ...]
    first_year: int
    last_year: int
    progress: Step
    done: str
    stop_reason: str
    perspectives: tuple[str, ...]
    problem: str
    problem_source: str
    years: tuple[ProgressOfYear, ...]
    missing: tuple[str, ...]
    is_example: bool


@dataclass(frozen=True)
class YearStatus:
    """How a goal stood in one year: a cell of the matrix."""

    year: int
    assessment: Step
    forecast: Step


@dataclass(frozen=True)
class SubGoalStatus:
    area: int
    number: int
    text: str
    units: tuple[str, ...]
    assessment: Step
    forecast: Step
    comment: str
    indicators: tuple[IndicatorStatus, ...]
    measures: tuple[MeasureStatus, ...]
    years: tuple[YearStatus, ...]
    missing: tuple[str, ...]
    is_example: bool

    @property
    def code(self) -> str:
        return f"{self.area}.{self.number}"

    @property
    def is_filled_in(self) -> bool:
        return not self.missing and not any(measure.missing for measure in self.measures)


@dataclass(frozen=True)
class AreaStatus:
    number: int
    name: str
    overarching_sub_goal: str
    assessment: Step
    forecast: Step
    summary: str
    sub_goals: tuple[SubGoalStatus, ...]
    is_example: bool

    @property
    def measures(self) -> tuple[MeasureStatus, ...]:
        return tuple(measure for goal in self.sub_goals for measure in goal.measures)

    @property
    def filled_in(self) -> int:
        return sum(goal.is_filled_in for goal in self.sub_goals)

    @property
    def shows_example(self) -> bool:
        return (
            self.is_example
            or any(goal.is_example for goal in self.sub_goals)
            or any(measure.is_example for measure in self.measures)
            or any(indicator.is_example for goal in self.sub_goals for indicator in goal.indicators)
        )


@dataclass(frozen=True)
class GuidelineStatus:
    number: int
    title: str
    description: str
    units: tuple[str, ...]
    assessment: Step
    comment: str
    is_example: bool


@dataclass(frozen=True)
class PerspectiveAccount:
    """A perspective and the year's measures that are marked with it."""

    name: str
    description: str
    measures: tuple[MeasureStatus, ...]


@dataclass(frozen=True)
class Change:
    """A measure that was added to the programme or changed in it during the year, and why."""

    code: str
    text: str
    kind: str
    reason: str
    is_example: bool


@dataclass(frozen=True)
class Movement:
    """A goal that was assessed otherwise in an earlier year."""

    code: str
    text: str
    before: YearStatus
    after: YearStatus
    is_example: bool


@dataclass(frozen=True)
class Comparison:
    """What has changed since an earlier year of the same programme."""

    year: int
    goals: tuple[Movement, ...]
    added: tuple[MeasureStatus, ...]
    finished: tuple[MeasureStatus, ...]
    stopped: tuple[MeasureStatus, ...]


@dataclass(frozen=True)
class Tally:
    """How many there are of one step of a scale."""

    step: Step
    number: int


def tally(scale: type[models.TextChoices], steps: Iterable[Step]) -> tuple[Tally, ...]:
    """How many of `steps` there are of each, in the order of the scale; those that none has are left out."""
    # By key: a report that was decided long ago may have drawn the same step otherwise.
    counts = Counter(step.key for step in steps)
    return tuple(Tally(step, counts[step.key]) for step in (*SCALES[scale].values(), BLANK) if counts[step.key])


@dataclass(frozen=True)
class Report:
    schema: int
    municipality: str
    programme: str
    programme_slug: str
    period: str
    year: int
    state: str
    is_decided: bool
    report_date: date | None
    registration_number: str
    overarching_goal: str
    summary: str
    circumstances: str
    assessment: Step
    forecast: Step
    assessment_comment: str
    perspectives: str
    looking_ahead: str
    is_example: bool
    years: tuple[int, ...]
    scales: tuple[Scale, ...]
    areas: tuple[AreaStatus, ...]
    guidelines: tuple[GuidelineStatus, ...]
    perspective_accounts: tuple[PerspectiveAccount, ...]
    changes: tuple[Change, ...]
    selection: str = ""  # which part of the whole report this is, in words; empty for all of it
    with_measures: bool = True
    comparison: Comparison | None = None

    @property
    def title(self) -> str:
        return f"Uppföljning {self.year} av {self.programme}"

    @property
    def matrix_columns(self) -> int:
        """Columns of the matrix: the goal, its years, its forecast."""
        return len(self.years) + 2

    @property
    def sub_goals(self) -> tuple[SubGoalStatus, ...]:
        return tuple(goal for area in self.areas for goal in area.sub_goals)

    @property
    def measures(self) -> tuple[MeasureStatus, ...]:
        return tuple(measure for area in self.areas for measure in area.measures)

    @property
    def state_label(self) -> str:
        """Return the label of `state_text`."""
        return "Beslut" if self._names_decision else "Läge"

    @property
    def state_text(self) -> str:
        """Return the decision, such as "Kommunstyrelsen 5 maj 2021 § 24"; of a draft, the state of its year."""
        if self._names_decision:
            return self.state.removeprefix(f"{DECIDED}: ")
        return self.state if self.is_decided else f"Utkast ({self.state[:1].lower()}{self.state[1:]})"

    @property
    def _names_decision(self) -> bool:
        return self.is_decided and self.state.startswith(f"{DECIDED}: ")

    @property
    def shows_summary(self) -> bool:
        """Whether the report has a chapter for the summary; a decided report without one has not."""
        return not self.selection and bool(self.summary or not self.is_decided)

    @property
    def has_indicators(self) -> bool:
        return any(goal.indicators for goal in self.sub_goals)

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit that is responsible for something in the report."""
        lists = [item.units for items in (self.sub_goals, self.measures, self.guidelines) for item in items]
        return tuple(swedish_sorted({unit for units in lists for unit in units}))

    @property
    def filled_in(self) -> int:
        return sum(area.filled_in for area in self.areas)

    @property
    def shows_example(self) -> bool:
        """Whether any text in the report is invented for demonstration."""
        return (
            self.is_example
            or any(area.shows_example for area in self.areas)
            or any(guideline.is_example for guideline in self.guidelines)
        )

    @property
    def assessment_tally(self) -> tuple[Tally, ...]:
        """How many goals have each assessment, in the order of the scale; steps that none has are left out."""
        return tally(Assessment, (goal.assessment for goal in self.sub_goals))


def build_report(follow_up: FollowUp) -> Report:
    """The report of `follow_up` as its entries now stand, whatever state the year is in."""
    programme = follow_up.programme
    units = _units_by_item(programme)
    measures = _measures_of_year(follow_up, units)
    history = _years_by_goal(follow_up)
    years = sorted({status.year for statuses in history.values() for status in statuses})
    return Report(
        schema=SCHEMA,
        municipality=settings.MUNICIPALITY_NAME,
        programme=programme.title,
        programme_slug=programme.slug,
        period=programme.period,
        year=follow_up.year,
        state=follow_up.get_state_display(),
        is_decided=follow_up.state == FollowUp.State.DECIDED,
        report_date=follow_up.report_date,
        registration_number=follow_up.registration_number,
        overarching_goal=programme.overarching_goal,
        summary=follow_up.summary,
        circumstances=follow_up.circumstances,
        assessment=step(Assessment, follow_up.assessment),
        forecast=step(Forecast, follow_up.forecast),
        assessment_comment=follow_up.assessment_comment,
        perspectives=follow_up.perspectives,
        looking_ahead=follow_up.looking_ahead,
        is_example=follow_up.is_example,
        years=tuple(years),
        scales=(
            Scale("Bedömning av året", tuple(SCALES[Assessment].values())),
            Scale("Prognos för perioden", tuple(SCALES[Forecast].values())),
            Scale("Genomförande av åtgärder", tuple(SCALES[Progress].values())),
            Scale("Indikatorernas utveckling", tuple(SCALES[Trend].values())),
            Scale("Indikatorernas målvärden", tuple(SCALES[TargetStatus].values())),
        ),
        areas=_areas(follow_up, measures, years, history, units),
        guidelines=_guidelines(follow_up, units),
        perspective_accounts=_perspective_accounts(measures),
        changes=_changes(follow_up.year, measures),
    )


UnitNames = dict[tuple[type[models.Model], int], tuple[str, ...]]


def _units_by_item(programme: Programme) -> UnitNames:
    """The names of the units responsible for each goal, measure and guideline, in one query for all three."""
    of_goals = _names(SubGoal, "subgoal", subgoal__area__programme=programme)
    of_measures = _names(Measure, "measure", measure__sub_goal__area__programme=programme)
    of_guidelines = _names(Guideline, "guideline", guideline__programme=programme)
    kinds = {model.__name__: model for model in (SubGoal, Measure, Guideline)}
    names: dict[tuple[type[models.Model], int], tuple[str, ...]] = defaultdict(tuple)
    rows = of_goals.union(of_measures, of_guidelines)
    # A union cannot be ordered by an expression.
    for kind, pk, name in sorted(rows, key=lambda row: order_key(row[2])):
        names[kinds[kind], pk] += (name,)
    return names


def _names(model: Any, column: str, **of_programme: Programme) -> Any:
    """Rows of the kind of item, its id and the name of a unit that is responsible for it."""
    rows = model.units.through.objects.filter(**of_programme).order_by()
    kind = Value(model.__name__, output_field=models.CharField())
    return rows.annotate(kind=kind, item=F(f"{column}_id"), name=F("unit__name")).values_list("kind", "item", "name")


@dataclass(frozen=True)
class _MeasureOfYear:
    """A measure as stored beside its status as reported."""

    measure: Measure
    status: MeasureStatus


def _measures_of_year(follow_up: FollowUp, units: UnitNames) -> list[_MeasureOfYear]:
    years = _years_by_measure(follow_up)
    entries = (
        MeasureEntry.objects.filter(follow_up=follow_up)
        .select_related("measure__sub_goal__area")
        .prefetch_related("measure__perspectives")
        .order_by("measure__sub_goal__area__number", "measure__sub_goal__number", "measure__number")
    )
    return [
        _MeasureOfYear(
            entry.measure,
            _measure_status(entry, units[Measure, entry.measure_id], tuple(years[entry.measure_id])),
        )
        for entry in entries
    ]


def _measure_status(entry: MeasureEntry, units: tuple[str, ...], years: tuple[ProgressOfYear, ...]) -> MeasureStatus:
    measure = entry.measure
    return MeasureStatus(
        code=measure.code,
        text=measure.text,
        units=units,
        first_year=measure.first_year,
        last_year=measure.last_year,
        progress=step(Progress, entry.progress),
        done=entry.done,
        stop_reason=entry.stop_reason,
        perspectives=tuple(perspective.name for perspective in measure.perspectives.all()),
        problem=measure.problem,
        problem_source=measure.problem_source,
        years=years,
        missing=tuple(entry.missing),
        is_example=measure.is_example or entry.is_example,
    )


def _years_by_measure(follow_up: FollowUp) -> dict[int, list[ProgressOfYear]]:
    """Each measure's progress from the programme's first year up to this one."""
    rows = (
        MeasureEntry.objects.filter(follow_up__programme=follow_up.programme, follow_up__year__lte=follow_up.year)
        .order_by("follow_up__year")
        .values_list("measure_id", "follow_up__year", "progress")
    )
    by_measure: dict[int, list[ProgressOfYear]] = defaultdict(list)
    for measure_id, year, progress in rows:
        by_measure[measure_id].append(ProgressOfYear(year, step(Progress, progress)))
    return by_measure


def _years_by_goal(follow_up: FollowUp) -> dict[int, list[YearStatus]]:
    """Each goal's statuses from the programme's first year up to this one."""
    rows = (
        SubGoalEntry.objects.filter(follow_up__programme=follow_up.programme, follow_up__year__lte=follow_up.year)
        .order_by("follow_up__year")
        .values_list("sub_goal_id", "follow_up__year", "assessment", "forecast")
    )
    by_goal: dict[int, list[YearStatus]] = defaultdict(list)
    for sub_goal_id, year, assessment, forecast in rows:
        by_goal[sub_goal_id].append(YearStatus(year, step(Assessment, assessment), step(Forecast, forecast)))
    return by_goal


def _areas(
    follow_up: FollowUp,
    measures: Iterable[_MeasureOfYear],
    years: Iterable[int],
    history: dict[int, list[YearStatus]],
    units: UnitNames,
) -> tuple[AreaStatus, ...]:
    indicators = indicators_by_goal(follow_up.programme, follow_up.year)
    measures_of: dict[int, list[MeasureStatus]] = defaultdict(list)
    for of_year in measures:
        measures_of[of_year.measure.sub_goal_id].append(of_year.status)
    goals: dict[int, list[SubGoalStatus]] = defaultdict(list)
    entries = SubGoalEntry.objects.filter(follow_up=follow_up).select_related("sub_goal__area").in_order()
    for entry in entries:
        goal = entry.sub_goal
        goals[goal.area_id].append(
            SubGoalStatus(
                area=goal.area.number,
                number=goal.number,
                text=goal.text,
                units=units[SubGoal, goal.pk],
                assessment=step(Assessment, entry.assessment),
                forecast=step(Forecast, entry.forecast),
                comment=entry.comment,
                indicators=tuple(indicators[goal.pk]),
                measures=tuple(measures_of[goal.pk]),
                years=_every_year(years, history[goal.pk]),
                missing=tuple(entry.missing),
                is_example=goal.is_example or entry.is_example,
            )
        )
    return tuple(
        AreaStatus(
            number=entry.area.number,
            name=entry.area.name,
            overarching_sub_goal=entry.area.overarching_sub_goal,
            assessment=step(Assessment, entry.assessment),
            forecast=step(Forecast, entry.forecast),
            summary=entry.summary,
            sub_goals=tuple(goals[entry.area_id]),
            is_example=entry.area.is_example or entry.is_example,
        )
        for entry in AreaEntry.objects.filter(follow_up=follow_up).select_related("area").order_by("area__number")
    )


def _every_year(years: Iterable[int], known: Iterable[YearStatus]) -> tuple[YearStatus, ...]:
    """One status a year, blank where the goal was not followed up, so that the matrix has no holes."""
    by_year = {status.year: status for status in known}
    return tuple(by_year.get(year, YearStatus(year, BLANK, BLANK)) for year in years)


def _guidelines(follow_up: FollowUp, units: UnitNames) -> tuple[GuidelineStatus, ...]:
    entries = (
        GuidelineEntry.objects.filter(follow_up=follow_up).select_related("guideline").order_by("guideline__number")
    )
    return tuple(
        GuidelineStatus(
            number=entry.guideline.number,
            title=entry.guideline.title,
            description=entry.guideline.description,
            units=units[Guideline, entry.guideline_id],
            assessment=step(Assessment, entry.assessment),
            comment=entry.comment,
            is_example=entry.guideline.is_example or entry.is_example,
        )
        for entry in entries
    )


def _perspective_accounts(measures: Iterable[_MeasureOfYear]) -> tuple[PerspectiveAccount, ...]:
    marked: dict[str, list[MeasureStatus]] = defaultdict(list)
    descriptions: dict[str, str] = {}
    for of_year in measures:
        for perspective in of_year.measure.perspectives.all():
            descriptions[perspective.name] = perspective.description
            marked[perspective.name].append(of_year.status)
    return tuple(PerspectiveAccount(name, descriptions[name], tuple(marked[name])) for name in swedish_sorted(marked))


def _changes(year: int, measures: Iterable[_MeasureOfYear]) -> tuple[Change, ...]:
    return tuple(
        Change(
            code=of_year.status.code,
            text=of_year.status.text,
            kind=of_year.measure.get_change_display(),
            reason=of_year.measure.change_reason,
            is_example=of_year.measure.is_example,
        )
        for of_year in measures
        if of_year.measure.change_year == year
    )


def to_json(value: DataclassInstance) -> str:
    """Of a report, or a value that holds one. Canonical: equal values give equal text."""
    return json.dumps(asdict(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)


def _outcomes_with_women_and_men(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew the total of an outcome alone, and one target for the whole period."""
    for area in data["areas"]:
        for goal in area["sub_goals"]:
            for indicator in goal["indicators"]:
                indicator |= {"targets": [], "kpi": "", "suggestion": asdict(BLANK)}
                for outcome in indicator["outcomes"]:
                    outcome |= {"women": None, "men": None, "assessment": asdict(BLANK), "kpi": "", "dated": None}
    return data | {"schema": 2}


def _indicators_elsewhere(data: dict[str, Any]) -> dict[str, Any]:
    """Version 2 knew nothing of other municipalities, and no figures that were left out."""
    for area in data["areas"]:
        for goal in area["sub_goals"]:
            for indicator in goal["indicators"]:
                indicator |= {"elsewhere": [], "withheld": ""}
    return data | {"schema": 3}


# What was once decided stays readable for ever. When the schema changes, the number grows and a step is added here:
# from a version, how its data becomes that of the next; tests/followup/data keeps one report of each version.
NEXT_VERSION: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _outcomes_with_women_and_men,
    2: _indicators_elsewhere,
}


def from_json(text: str) -> Report:
    """What `to_json` wrote, in this version or an earlier one, as an equal value. ValueError when in neither."""
    data = json.loads(text, parse_float=Decimal)
    while (version := data.get("schema")) != SCHEMA:
        if version not in NEXT_VERSION:
            raise ValueError(f"Rapporten har schemaversion {version}, den här versionen läser till och med {SCHEMA}.")
        data = NEXT_VERSION[version](data)
    report: Report = _load(Report, data)
    return report


def waiting_value(kind: type[T], text: str) -> T:
    """What `to_json` wrote of a value of type `kind`, in this version: it only waits to be drawn."""
    value: T = _load(kind, json.loads(text, parse_float=Decimal))
    return value


def _load(kind: Any, value: Any) -> Any:
    """A value of type `kind` out of the plain data that `to_json` made of it."""
    if get_origin(kind) is tuple:
        return tuple(_load(get_args(kind)[0], item) for item in value)
    if isinstance(kind, UnionType):
        return None if value is None else _load(get_args(kind)[0], value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    if hasattr(kind, "__dataclass_fields__"):
        hints = _hints(kind)
        return kind(**{name: _load(hints[name], item) for name, item in value.items()})
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
