"""A year's report at a glance: each area counted, what has moved since the year before, and where the period stands.

Made of a `Report`, without the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from followup.models import FollowUp
from followup.report.report import AreaStatus, MeasureStatus, Report, SubGoalStatus, Tally, YearStatus, tally
from followup.report.selection import compared_with
from followup.scales import change_between
from programmes.models import Programme
from programmes.scales import Step


@dataclass(frozen=True)
class GoalMoved:
    """A goal beside the year before: how each of its two judgements has moved."""

    goal: SubGoalStatus
    before: YearStatus
    after: YearStatus

    @property
    def assessment(self) -> Step | None:
        return change_between(self.before.assessment, self.after.assessment)

    @property
    def forecast(self) -> Step | None:
        return change_between(self.before.forecast, self.after.forecast)

    @property
    def has_moved(self) -> bool:
        """Whether it was judged otherwise. What is not filled in yet has not been judged."""
        pairs = (
            (self.before.assessment, self.after.assessment),
            (self.before.forecast, self.after.forecast),
        )
        return any(before.key and after.key and before != after for before, after in pairs)


@dataclass(frozen=True)
class AreaCard:
    """An area's goals and measures counted, and (`trends`) how its goals' assessments have moved since last year."""

    area: AreaStatus
    assessments: tuple[Tally, ...]
    forecasts: tuple[Tally, ...]
    progress: tuple[Tally, ...]
    trends: tuple[Tally, ...]


@dataclass(frozen=True)
class Overview:
    """`previous_year` is the one followed up before; None for the first, when nothing has moved yet."""

    report: Report
    cards: tuple[AreaCard, ...]
    progress: tuple[Tally, ...]
    previous_year: int | None
    moved: tuple[GoalMoved, ...]
    added: tuple[MeasureStatus, ...]
    finished: tuple[MeasureStatus, ...]
    stopped: tuple[MeasureStatus, ...]

    @property
    def most_goals(self) -> int:
        """In one area: what the bars of all areas are measured by."""
        return max((len(card.area.sub_goals) for card in self.cards), default=0)


def overview_of(report: Report) -> Overview:
    """Return the year at a glance, with the changes since the year before if the report has one."""
    previous = max((year for year in report.years if year < report.year), default=None)
    compared = None if previous is None else compared_with(report, previous).comparison
    return Overview(
        report=report,
        cards=tuple(_card(area, previous) for area in report.areas),
        progress=tally(measure.progress for measure in report.measures),
        previous_year=previous,
        moved=tuple(moved for moved in _beside(report.sub_goals, previous) if moved.has_moved),
        added=compared.added if compared else (),
        finished=compared.finished if compared else (),
        stopped=compared.stopped if compared else (),
    )


def _card(area: AreaStatus, previous: int | None) -> AreaCard:
    changes = (moved.assessment for moved in _beside(area.sub_goals, previous))
    return AreaCard(
        area=area,
        assessments=tally(goal.assessment for goal in area.sub_goals),
        forecasts=tally(goal.forecast for goal in area.sub_goals),
        progress=tally(measure.progress for measure in area.measures),
        trends=tally(change for change in changes if change),
    )


def _beside(goals: Iterable[SubGoalStatus], previous: int | None) -> Iterator[GoalMoved]:
    """Each goal with its year and the one before; none when there is none before."""
    for goal in goals:
        before = next((status for status in goal.years if status.year == previous), None)
        if before:
            yield GoalMoved(goal, before, goal.years[-1])


@dataclass(frozen=True)
class PeriodYear:
    """A year of a programme's period, with its follow-up where this reader sees one."""

    year: int
    follow_up: FollowUp | None
    is_now: bool


def period_of(programme: Programme, follow_ups: Iterable[FollowUp], this_year: int) -> tuple[PeriodYear, ...]:
    by_year = {follow_up.year: follow_up for follow_up in follow_ups}
    return tuple(PeriodYear(year, by_year.get(year), year == this_year) for year in programme.years)


def period_position(programme: Programme, this_year: int) -> str:
    """Return a sentence about the position of `this_year` in the period."""
    if this_year < programme.first_year:
        return f"Perioden börjar {programme.first_year}."
    if this_year > programme.last_year:
        return f"Programperioden är avslutad ({programme.period})."
    return f"{this_year} är år {this_year - programme.first_year + 1} av {len(programme.years)} i perioden."
