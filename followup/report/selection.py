"""Parts of a report, and comparisons with an earlier year. Each function makes a `Report` from a `Report`, so that all
formats can show the part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.text import capfirst

from followup.report.report import (
    AreaStatus,
    Comparison,
    ContributionStatus,
    MeasureStatus,
    Movement,
    Report,
    SubGoalStatus,
)
from programmes.scales import Meaning, Step


def of_area(report: Report, number: int) -> Report:
    """Return the report of one responsibility area. Raise ValueError when the report has no such area."""
    term = report.terms.area
    areas = tuple(area for area in report.areas if area.number == number)
    if not areas:
        raise ValueError(f"Rapporten har {term.negated} {number}.")
    selection = f"{capfirst(term.numbered(number))}: {areas[0].name}" if report.shows_areas else areas[0].name
    part = replace(report, areas=areas, guidelines=(), selection=selection)
    return _with_matching_chapters(part)


def of_unit(report: Report, unit: str) -> Report:
    """Return the part of one unit: its goals, and goals of its measures with these measures only.

    Raise ValueError when the unit is responsible for nothing in the report.
    """
    if unit not in report.units:
        raise ValueError(f"{unit} ansvarar inte för något i rapporten.")
    parts = [_area_of_unit(area, unit) for area in report.areas]
    areas = tuple(part for part in parts if part.sub_goals)
    guidelines = tuple(guideline for guideline in report.guidelines if unit in guideline.units)
    return _with_matching_chapters(replace(report, areas=areas, guidelines=guidelines, selection=unit))


def _area_of_unit(area: AreaStatus, unit: str) -> AreaStatus:
    """Return the area with the goals that the unit is responsible for, itself or by a measure."""
    parts = (_goal_of_unit(goal, unit) for goal in area.sub_goals)
    return replace(area, sub_goals=tuple(goal for goal in parts if unit in goal.units or goal.measures))


def _goal_of_unit(goal: SubGoalStatus, unit: str) -> SubGoalStatus:
    measures = (
        replace(measure, contributions=_contributions_of_unit(measure.contributions, unit))
        for measure in goal.measures
        if unit in measure.units
    )
    return replace(goal, measures=tuple(measures), contributions=_contributions_of_unit(goal.contributions, unit))


def _contributions_of_unit(contributions: Iterable[ContributionStatus], unit: str) -> tuple[ContributionStatus, ...]:
    return tuple(contribution for contribution in contributions if contribution.unit == unit)


def _with_matching_chapters(report: Report) -> Report:
    """Keep only the perspectives and changes of measures that are left in the report."""
    codes = {measure.code for measure in report.measures}
    accounts = (
        replace(account, measures=tuple(measure for measure in account.measures if measure.code in codes))
        for account in report.perspective_accounts
    )
    return replace(
        report,
        perspective_accounts=tuple(account for account in accounts if account.measures),
        changes=tuple(change for change in report.changes if change.code in codes),
    )


def without_measures(report: Report) -> Report:
    """Return the report with goals only."""
    areas = tuple(
        replace(area, sub_goals=tuple(replace(goal, measures=()) for goal in area.sub_goals)) for area in report.areas
    )
    return replace(report, areas=areas, perspective_accounts=(), changes=(), with_measures=False)


def compared_with(report: Report, year: int) -> Report:
    """Return the report with the changes since `year`. Raise ValueError when the report has no status of that year."""
    if year not in report.years or year == report.year:
        raise ValueError(f"Rapporten för {report.year} kan inte jämföras med {year}.")
    return replace(
        report,
        comparison=Comparison(
            year=year,
            goals=tuple(_reassessed_goals(report.sub_goals, year)),
            added=tuple(measure for measure in report.measures if _progress(measure, year) is None),
            finished=_measures_that_became(report.measures, year, lambda step: step.means(Meaning.DONE)),
            stopped=_measures_that_became(report.measures, year, lambda step: step.means(Meaning.STOPPED)),
        ),
    )


def _reassessed_goals(goals: Iterable[SubGoalStatus], year: int) -> Iterable[Movement]:
    for goal in goals:
        before = next(status for status in goal.years if status.year == year)
        after = goal.years[-1]
        if before.assessment != after.assessment:
            yield Movement(goal.code, goal.text, before, after, goal.is_example)


def _measures_that_became(
    measures: Iterable[MeasureStatus], year: int, condition: Callable[[Step], bool]
) -> tuple[MeasureStatus, ...]:
    """Return the measures that satisfy the condition now and did not in `year`."""
    return tuple(measure for measure in measures if condition(measure.progress) and not _was(condition, measure, year))


def _was(condition: Callable[[Step], bool], measure: MeasureStatus, year: int) -> bool:
    before = _progress(measure, year)
    return before is not None and condition(before)


def _progress(measure: MeasureStatus, year: int) -> Step | None:
    """Return the progress of the measure in `year`, or None when it was not followed up."""
    return next((status.progress for status in measure.years if status.year == year), None)


def select(
    report: Report,
    *,
    area: int | None = None,
    unit: str = "",
    earlier_year: int | None = None,
    measures: bool = True,
    short: bool = False,
) -> Report:
    """Return the part of the report that a reader has chosen, or all of it. Raise ValueError if it does not exist."""
    if area is not None:
        report = of_area(report, area)
    if unit:
        report = of_unit(report, unit)
    if earlier_year is not None:
        report = compared_with(report, earlier_year)
    if short:
        report = replace(report, is_short=True)
    return report if measures else without_measures(report)
