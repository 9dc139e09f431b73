"""A unit's part of a year: the value behind the unit's page and PDF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from followup.models import Decision, FollowUp
from followup.report.part import Part
from followup.report.report import MeasureStatus, Report, SubGoalStatus, Tally, YearStatus, tally
from followup.report.selection import of_unit
from followup.scales import change_between
from organisation.models import Unit
from programmes.scales import Step


@dataclass(frozen=True)
class GoalOfUnit(Part):
    """A goal with its status of the year before, and the change since then. Both are None without an earlier status."""

    goal: SubGoalStatus
    before: YearStatus | None
    change: Step | None
    answers_for_goal: bool


@dataclass(frozen=True)
class MeasureOfUnit(Part):
    """A measure with its progress of the year before, or None when it was not followed up."""

    measure: MeasureStatus
    before: Step | None


@dataclass(frozen=True)
class DecisionOfYear(Part):
    """A decision about the year: meeting and outcome."""

    number: int
    meeting: str
    outcome: str
    registration_number: str
    is_example: bool


@dataclass(frozen=True)
class UnitYear(Part):
    """`report` holds the unit's part alone; `unit` is what the unit was called in it."""

    unit: str
    due_on: date
    report: Report
    decisions: tuple[DecisionOfYear, ...]

    @property
    def title(self) -> str:
        return f"{self.unit}: {self.report.title[0].lower()}{self.report.title[1:]}"

    @property
    def year_before(self) -> int | None:
        """The latest year before this one that the programme was followed up."""
        return max((year for year in self.report.years if year < self.report.year), default=None)

    @property
    def goals(self) -> tuple[GoalOfUnit, ...]:
        return tuple(self._goal(goal) for goal in self.report.sub_goals)

    def _goal(self, goal: SubGoalStatus) -> GoalOfUnit:
        before = next((status for status in goal.years if status.year == self.year_before), None)
        change = change_between(before.assessment, goal.assessment) if before else None
        return GoalOfUnit(goal, before, change, answers_for_goal=self.unit in goal.units)

    @property
    def measures(self) -> tuple[MeasureOfUnit, ...]:
        return tuple(
            MeasureOfUnit(
                measure, next((year.progress for year in measure.years if year.year == self.year_before), None)
            )
            for measure in self.report.measures
        )

    @property
    def changes(self) -> tuple[Tally, ...]:
        """How many goals went better, the same and worse; those of which it cannot be said are left out."""
        return tally(goal.change for goal in self.goals if goal.change)

    @property
    def assessments(self) -> tuple[Tally, ...]:
        return self.report.assessment_tally

    @property
    def progress(self) -> tuple[Tally, ...]:
        return tally(measure.progress for measure in self.report.measures)

    @property
    def to_fill_in(self) -> tuple[SubGoalStatus, ...]:
        """The goals for which something is still missing."""
        return tuple(goal for goal in self.report.sub_goals if not goal.is_filled_in)


def unit_year(unit: Unit, follow_up: FollowUp, report: Report) -> UnitYear:
    """The unit's part of the year's `report`, which may call it by an earlier name.

    Raise ValueError, in Swedish, when the unit is responsible for nothing in it.
    """
    names = [unit.name, *unit.history.order_by("-history_date").values_list("name", flat=True)]
    return part_of_unit(next((name for name in names if name in report.units), unit.name), follow_up, report)


def part_of_unit(name: str, follow_up: FollowUp, report: Report) -> UnitYear:
    """The part of the unit that `report` calls by `name`. Raise ValueError as `unit_year` does."""
    return UnitYear(
        unit=name,
        due_on=follow_up.due_on,
        report=of_unit(report, name),
        decisions=tuple(_decisions(follow_up.decisions.recorded().order_by("number"))),
    )


def _decisions(decisions: Iterable[Decision]) -> Iterable[DecisionOfYear]:
    for decision in decisions:
        yield DecisionOfYear(
            number=decision.number,
            meeting=decision.meeting,
            outcome=str(decision.get_outcome_display()),
            registration_number=decision.registration_number,
            is_example=decision.is_example,
        )
