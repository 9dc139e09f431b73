"""Reports beside each other: two years of a programme goal by goal, two programmes by their numbers, and the measures
of each perspective beside the goals that they serve. Made of `Report`s, without the database.
"""

from __future__ import annotations

from dataclasses import dataclass

from followup.report.report import AreaStatus, MeasureStatus, PerspectiveAccount, Report, SubGoalStatus, Tally, tally
from followup.scales import Assessment, Forecast, Progress, Step, change_between


@dataclass(frozen=True)
class GoalBeside:
    """A goal in the earlier and in the later year, None where there was none; `goal` as it is named last."""

    goal: SubGoalStatus
    earlier: SubGoalStatus | None
    later: SubGoalStatus | None

    @property
    def is_reworded(self) -> bool:
        return bool(self.earlier and self.later and self.earlier.text != self.later.text)

    @property
    def trend(self) -> Step | None:
        """How its assessment has moved; None when the two cannot be compared."""
        if not (self.earlier and self.later):
            return None
        return change_between(self.earlier.assessment, self.later.assessment)


@dataclass(frozen=True)
class AreaBeside:
    area: AreaStatus
    earlier: AreaStatus | None
    later: AreaStatus | None
    goals: tuple[GoalBeside, ...]


def years_beside(earlier: Report, later: Report) -> tuple[AreaBeside, ...]:
    """Two years of one programme; areas and goals are the same when they have the same number."""
    before, after = ({area.number: area for area in report.areas} for report in (earlier, later))
    return tuple(
        AreaBeside(area, before.get(number), after.get(number), _goals(before.get(number), after.get(number)))
        for number, area in sorted((before | after).items())
    )


def _goals(earlier: AreaStatus | None, later: AreaStatus | None) -> tuple[GoalBeside, ...]:
    before, after = ({goal.number: goal for goal in area.sub_goals} if area else {} for area in (earlier, later))
    return tuple(
        GoalBeside(goal, before.get(number), after.get(number)) for number, goal in sorted((before | after).items())
    )


@dataclass(frozen=True)
class YearCounted:
    """How many goals had each assessment in one year of a period."""

    year: int
    assessments: tuple[Tally, ...]


@dataclass(frozen=True)
class Counted:
    """A report by its numbers."""

    report: Report
    assessments: tuple[Tally, ...]
    forecasts: tuple[Tally, ...]
    progress: tuple[Tally, ...]
    years: tuple[YearCounted, ...]


def counted(report: Report) -> Counted:
    goals = report.sub_goals
    return Counted(
        report=report,
        assessments=report.assessment_tally,
        forecasts=tally(Forecast, (goal.forecast for goal in goals)),
        progress=tally(Progress, (measure.progress for measure in report.measures)),
        years=tuple(
            YearCounted(year, tally(Assessment, (goal.years[place].assessment for goal in goals)))
            for place, year in enumerate(report.years)
        ),
    )


@dataclass(frozen=True)
class MeasureForGoal:
    measure: MeasureStatus
    goal: SubGoalStatus


@dataclass(frozen=True)
class PerspectiveBorne:
    """A perspective with the measures that bear it, what came of them, and how the goals that they serve stand."""

    account: PerspectiveAccount
    progress: tuple[Tally, ...]
    measures: tuple[MeasureForGoal, ...]


def perspectives_of(report: Report) -> tuple[PerspectiveBorne, ...]:
    goals = {measure.code: goal for goal in report.sub_goals for measure in goal.measures}
    return tuple(
        PerspectiveBorne(
            account=account,
            progress=tally(Progress, (measure.progress for measure in account.measures)),
            measures=tuple(MeasureForGoal(measure, goals[measure.code]) for measure in account.measures),
        )
        for account in report.perspective_accounts
    )
