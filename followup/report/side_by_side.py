"""Reports side by side: two years of a programme, two programmes by their numbers, and perspectives with their measures
and goals.
"""

from __future__ import annotations

from dataclasses import dataclass

from followup.report.report import AreaStatus, MeasureStatus, PerspectiveAccount, Report, SubGoalStatus, Tally, tally
from followup.scales import change_between
from programmes.scales import Step


@dataclass(frozen=True)
class GoalPair:
    """A goal in an earlier and a later year, None where it is missing. `goal` is the later of the two."""

    goal: SubGoalStatus
    earlier: SubGoalStatus | None
    later: SubGoalStatus | None

    @property
    def is_reworded(self) -> bool:
        return bool(self.earlier and self.later and self.earlier.text != self.later.text)

    @property
    def trend(self) -> Step | None:
        """Change of the assessment, or None when the two cannot be compared."""
        if not (self.earlier and self.later):
            return None
        return change_between(self.earlier.assessment, self.later.assessment)


@dataclass(frozen=True)
class AreaPair:
    """An area in an earlier and a later year, None where it is missing, with its goals."""

    area: AreaStatus
    earlier: AreaStatus | None
    later: AreaStatus | None
    goals: tuple[GoalPair, ...]


def pair_years(earlier: Report, later: Report) -> tuple[AreaPair, ...]:
    """Pair the areas and goals of two years of one programme by their numbers."""
    before, after = ({area.number: area for area in report.areas} for report in (earlier, later))
    return tuple(
        AreaPair(area, before.get(number), after.get(number), _goals(before.get(number), after.get(number)))
        for number, area in sorted((before | after).items())
    )


def _goals(earlier: AreaStatus | None, later: AreaStatus | None) -> tuple[GoalPair, ...]:
    before, after = ({goal.number: goal for goal in area.sub_goals} if area else {} for area in (earlier, later))
    return tuple(
        GoalPair(goal, before.get(number), after.get(number)) for number, goal in sorted((before | after).items())
    )


@dataclass(frozen=True)
class YearCounts:
    """Number of goals at each assessment in one year of a period."""

    year: int
    assessments: tuple[Tally, ...]


@dataclass(frozen=True)
class ReportCounts:
    """Numbers of a report at each step of its scales."""

    report: Report
    assessments: tuple[Tally, ...]
    forecasts: tuple[Tally, ...]
    progress: tuple[Tally, ...]
    years: tuple[YearCounts, ...]


def count_report(report: Report) -> ReportCounts:
    """Count the goals and measures at each step, and the assessments of each year of the period."""
    goals = report.sub_goals
    return ReportCounts(
        report=report,
        assessments=report.assessment_tally,
        forecasts=tally(goal.forecast for goal in goals),
        progress=tally(measure.progress for measure in report.measures),
        years=tuple(
            YearCounts(year, tally(goal.years[place].assessment for goal in goals))
            for place, year in enumerate(report.years)
        ),
    )


@dataclass(frozen=True)
class MeasureForGoal:
    measure: MeasureStatus
    goal: SubGoalStatus


@dataclass(frozen=True)
class PerspectiveMeasures:
    """A perspective with its measures, their progress, and the goal of each."""

    account: PerspectiveAccount
    progress: tuple[Tally, ...]
    measures: tuple[MeasureForGoal, ...]


def perspectives_of(report: Report) -> tuple[PerspectiveMeasures, ...]:
    goals = {measure.code: goal for goal in report.sub_goals for measure in goal.measures}
    return tuple(
        PerspectiveMeasures(
            account=account,
            progress=tally(measure.progress for measure in account.measures),
            measures=tuple(MeasureForGoal(measure, goals[measure.code]) for measure in account.measures),
        )
        for account in report.perspective_accounts
    )
