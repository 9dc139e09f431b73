"""Goals compared with the year before: which have turned for the better or the worse."""

from __future__ import annotations

from dataclasses import dataclass

from followup.report.report import Report, SubGoalStatus, YearStatus
from followup.report.step_meanings import has_improved, has_worsened, is_unchanged


@dataclass(frozen=True)
class Turns:
    """The goals that are assessed, by the change of their assessment since `year`."""

    year: int
    better: tuple[SubGoalStatus, ...]
    worse: tuple[SubGoalStatus, ...]
    unchanged: tuple[SubGoalStatus, ...]
    incomparable: tuple[SubGoalStatus, ...]


def previous_year(report: Report) -> int | None:
    """Return the latest year before the report's own that the programme was followed up."""
    return max((year for year in report.years if year < report.year), default=None)


def status_in(goal: SubGoalStatus, year: int | None) -> YearStatus | None:
    """Return the status of the goal in an earlier year; None for a year without a follow-up."""
    return next((status for status in goal.years if status.year == year), None)


def turns_of(report: Report) -> Turns | None:
    """Return the goals by their change since the year before; None in the first year."""
    year = previous_year(report)
    if year is None:
        return None
    groups: dict[str, list[SubGoalStatus]] = {"better": [], "worse": [], "unchanged": [], "incomparable": []}
    for goal in report.sub_goals:
        if goal.assessment.key:
            groups[_turn(goal, year)].append(goal)
    return Turns(year, **{name: tuple(goals) for name, goals in groups.items()})


def _turn(goal: SubGoalStatus, year: int) -> str:
    """Return the group that the goal belongs to: a field of `Turns`."""
    before = status_in(goal, year)
    if before is None:
        return "incomparable"
    if has_improved(before.assessment, goal.assessment):
        return "better"
    if has_worsened(before.assessment, goal.assessment):
        return "worse"
    return "unchanged" if is_unchanged(before.assessment, goal.assessment) else "incomparable"
