"""Building the report of a year from its entries, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Value

from followup.models import AreaEntry, Contribution, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.report.indicators import indicators_by_goal
from followup.report.reasons import reasons_by_code
from followup.report.report import (
    SCHEMA,
    AreaStatus,
    Change,
    ContributionStatus,
    GuidelineStatus,
    MeasureStatus,
    PerspectiveAccount,
    ProgressOfYear,
    Report,
    SubGoalStatus,
    Tally,
    YearStatus,
    tally,
)
from followup.scales import TARGET_STATUS, TREND
from organisation.order import order_key, swedish_sorted
from programmes.models import Framework, Guideline, Measure, Programme, Responsibility, SubGoal
from programmes.scales import BLANK, Scale, Step


def build_report(follow_up: FollowUp) -> Report:
    """Return the report of `follow_up` from its entries as they are now, in any state of the year."""
    programme = follow_up.programme
    scales = follow_up.scales
    units = _units_by_item(programme)
    contributions = _contributions_by_item(follow_up)
    progress = _years_by_measure(follow_up)
    measures = _measures_of_year(follow_up, units, progress, contributions)
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
        assessment=scales.assessment.step(follow_up.assessment),
        forecast=scales.forecast.step(follow_up.forecast),
        assessment_comment=follow_up.assessment_comment,
        perspectives=follow_up.perspectives,
        looking_ahead=follow_up.looking_ahead,
        judgement_sentence=follow_up.judgement_sentence,
        forecast_sentence=follow_up.forecast_sentence,
        deciding_body=follow_up.body,
        is_example=follow_up.is_example,
        years=tuple(years),
        terms=programme.framework.terms,
        scales=_explained_scales(programme.framework),
        areas=_areas(follow_up, measures, years, history, units, contributions),
        guidelines=_guidelines(follow_up, units),
        perspective_accounts=_perspective_accounts(measures),
        changes=_changes(follow_up.year, measures),
        progress_before=_progress_before(follow_up.year, progress),
        shows_areas=programme.framework.shows_areas,
    )


def _explained_scales(framework: Framework) -> tuple[Scale, ...]:
    """Return the scales that the report explains: those of the framework, and those of indicators."""
    scales = framework.scales
    asked = (scales.assessment, scales.forecast if framework.asks_forecast else None, scales.progress)
    return (*(scale for scale in asked if scale), TREND, TARGET_STATUS)


class _Units(NamedTuple):
    """Names of the units that are responsible for an item, and of their lead, if they have one."""

    names: tuple[str, ...] = ()
    lead: str = ""


UnitNames = dict[tuple[type[models.Model], int], _Units]


def _units_by_item(programme: Programme) -> UnitNames:
    """Return the names of the responsible units of each goal, measure and guideline, by one query."""
    of_goals = _names(SubGoal, item__area__programme=programme)
    of_measures = _names(Measure, item__sub_goal__area__programme=programme)
    of_guidelines = _names(Guideline, item__programme=programme)
    kinds = {model.__name__: model for model in (SubGoal, Measure, Guideline)}
    units: UnitNames = defaultdict(_Units)
    rows = of_goals.union(of_measures, of_guidelines)
    # A union cannot be ordered by an expression.
    for kind, pk, name, role in sorted(rows, key=lambda row: order_key(row[2])):
        known = units[kinds[kind], pk]
        lead = name if role == Responsibility.Role.LEAD else known.lead
        units[kinds[kind], pk] = _Units((*known.names, name), lead)
    return units


def _names(model: Any, **of_programme: Programme) -> Any:
    """Return rows of model name, id of the item, and name and role of a responsible unit."""
    rows = model.units.through.objects.filter(**of_programme).order_by()
    kind = Value(model.__name__, output_field=models.CharField())
    return rows.annotate(kind=kind, name=F("unit__name")).values_list("kind", "item", "name", "role")


Contributions = dict[SubGoal | Measure, tuple[ContributionStatus, ...]]


def _contributions_by_item(follow_up: FollowUp) -> Contributions:
    """Return the contributions that units have handed in, if the programme's framework shows them."""
    contributions: Contributions = defaultdict(tuple)
    if not follow_up.programme.framework.shows_contributions:
        return contributions
    shown = Contribution.objects.filter(follow_up=follow_up).handed_in().of_responsible_units().with_items()
    for one in shown:
        status = ContributionStatus(one.unit.name, tuple(one.judgements), one.text, one.is_example)
        contributions[one.item] += (status,)
    return contributions


@dataclass(frozen=True)
class _MeasureOfYear:
    """A stored measure with its status in the report."""

    measure: Measure
    status: MeasureStatus


def _measures_of_year(
    follow_up: FollowUp,
    units: UnitNames,
    years: dict[int, list[ProgressOfYear]],
    contributions: Contributions,
) -> list[_MeasureOfYear]:
    """Return the measures that are followed up in the year, in the order of their numbers."""
    scale = follow_up.scales.progress
    entries = (
        MeasureEntry.objects.filter(follow_up=follow_up)
        .select_related("measure__sub_goal__area")
        .prefetch_related("measure__perspectives")
        .order_by("measure__sub_goal__area__number", "measure__sub_goal__number", "measure__number")
    )
    for entry in entries:
        entry.follow_up = follow_up  # saves a query for each entry
    return [
        _MeasureOfYear(
            entry.measure,
            _measure_status(
                entry,
                scale.step(entry.progress),
                units[Measure, entry.measure_id],
                tuple(years[entry.measure_id]),
                contributions[entry.measure],
            ),
        )
        for entry in entries
    ]


def _measure_status(
    entry: MeasureEntry,
    progress: Step,
    units: _Units,
    years: tuple[ProgressOfYear, ...],
    contributions: tuple[ContributionStatus, ...],
) -> MeasureStatus:
    """Join the measure's part of the programme with its answer of the year."""
    measure = entry.measure
    return MeasureStatus(
        code=measure.code,
        text=measure.text,
        units=units.names,
        lead=units.lead,
        contributions=contributions,
        first_year=measure.first_year,
        last_year=measure.last_year,
        progress=progress,
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
    """Return the progress of each measure in the years up to that of `follow_up`."""
    scale = follow_up.scales.progress
    rows = (
        MeasureEntry.objects.filter(follow_up__programme=follow_up.programme, follow_up__year__lte=follow_up.year)
        .order_by("follow_up__year")
        .values_list("measure_id", "follow_up__year", "progress")
    )
    by_measure: dict[int, list[ProgressOfYear]] = defaultdict(list)
    for measure_id, year, progress in rows:
        by_measure[measure_id].append(ProgressOfYear(year, scale.step(progress)))
    return by_measure


def _progress_before(year: int, progress: dict[int, list[ProgressOfYear]]) -> tuple[Tally, ...]:
    """Count the measures of the latest year before `year` at each step."""
    earlier = [of_year for years in progress.values() for of_year in years if of_year.year < year]
    last = max((of_year.year for of_year in earlier), default=None)
    return tally(of_year.progress for of_year in earlier if of_year.year == last)


def _years_by_goal(follow_up: FollowUp) -> dict[int, list[YearStatus]]:
    """Return the status of each goal in the years up to that of `follow_up`."""
    scales = follow_up.scales
    rows = (
        SubGoalEntry.objects.filter(follow_up__programme=follow_up.programme, follow_up__year__lte=follow_up.year)
        .order_by("follow_up__year")
        .values_list("sub_goal_id", "follow_up__year", "assessment", "forecast")
    )
    by_goal: dict[int, list[YearStatus]] = defaultdict(list)
    for sub_goal_id, year, assessment, forecast in rows:
        status = YearStatus(year, scales.assessment.step(assessment), scales.forecast.step(forecast))
        by_goal[sub_goal_id].append(status)
    return by_goal


def _areas(
    follow_up: FollowUp,
    measures: Iterable[_MeasureOfYear],
    years: Iterable[int],
    history: dict[int, list[YearStatus]],
    units: UnitNames,
    contributions: Contributions,
) -> tuple[AreaStatus, ...]:
    """Return the areas with their goals, measures and indicators. Makes three queries."""
    reasons = reasons_by_code(follow_up.deviation_reasons)
    scales = follow_up.scales
    indicators = indicators_by_goal(follow_up.programme, follow_up.year)
    measures_of: dict[int, list[MeasureStatus]] = defaultdict(list)
    for of_year in measures:
        measures_of[of_year.measure.sub_goal_id].append(of_year.status)
    goals: dict[int, list[SubGoalStatus]] = defaultdict(list)
    entries = SubGoalEntry.objects.filter(follow_up=follow_up).select_related("sub_goal__area").in_order()
    for entry in entries:
        entry.follow_up = follow_up  # saves a query for each entry
        goal = entry.sub_goal
        goals[goal.area_id].append(
            SubGoalStatus(
                area=goal.area.number,
                number=goal.number,
                text=goal.text,
                units=units[SubGoal, goal.pk].names,
                lead=units[SubGoal, goal.pk].lead,
                contributions=contributions[goal],
                assessment=scales.assessment.step(entry.assessment),
                forecast=scales.forecast.step(entry.forecast),
                comment=entry.comment,
                indicators=tuple(indicators[goal.pk]),
                measures=tuple(measures_of[goal.pk]),
                years=_every_year(years, history[goal.pk]),
                missing=tuple(entry.missing),
                is_example=goal.is_example or entry.is_example,
                short_name=goal.short_name,
                reason=reasons.get(goal.code, ""),
            )
        )
    return tuple(
        AreaStatus(
            number=entry.area.number,
            name=entry.area.name,
            overarching_sub_goal=entry.area.overarching_sub_goal,
            assessment=scales.assessment.step(entry.assessment),
            forecast=scales.forecast.step(entry.forecast),
            summary=entry.summary,
            sub_goals=tuple(goals[entry.area_id]),
            is_example=entry.area.is_example or entry.is_example,
        )
        for entry in AreaEntry.objects.filter(follow_up=follow_up).select_related("area").order_by("area__number")
    )


def _every_year(years: Iterable[int], known: Iterable[YearStatus]) -> tuple[YearStatus, ...]:
    """Return one status for each year, blank where the goal was not followed up, so that all rows have equal length."""
    by_year = {status.year: status for status in known}
    return tuple(by_year.get(year, YearStatus(year, BLANK, BLANK)) for year in years)


def _guidelines(follow_up: FollowUp, units: UnitNames) -> tuple[GuidelineStatus, ...]:
    """Return the guidelines with the reviewer's text of the year."""
    scale = follow_up.scales.assessment
    entries = (
        GuidelineEntry.objects.filter(follow_up=follow_up).select_related("guideline").order_by("guideline__number")
    )
    return tuple(
        GuidelineStatus(
            number=entry.guideline.number,
            title=entry.guideline.title,
            description=entry.guideline.description,
            units=units[Guideline, entry.guideline_id].names,
            lead=units[Guideline, entry.guideline_id].lead,
            assessment=scale.step(entry.assessment),
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
    """Return the measures that the programme marks as added or changed in `year`."""
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
