"""Indicators that are off their target: moving in the wrong direction, or too slowly for the time that has gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from followup.report.excerpts import shortened
from followup.report.indicators import Figure, IndicatorStatus, Outcome
from followup.report.report import Report, SubGoalStatus
from programmes.scales import Step, Symbol

WRONG_WAY = Step("wrong_way", "Åt fel håll", "poor", Symbol.DOWN.path)
TOO_SLOW = Step("too_slow", "För långsamt", "middling", Symbol.LEVEL.path)
# Less than this share of the way that the time gone asks for is too slow.
TOLERATED_SHARE = Decimal("0.5")
# The most characters of an indicator's name in a row.
NAME_LENGTH = 90


@dataclass(frozen=True)
class Aim:
    """The value to reach, and the year by which it is to be reached."""

    year: int
    value: Decimal


@dataclass(frozen=True)
class Measured:
    """An indicator with an outcome of the report's year and a target: one that can be on or off its target."""

    goal: SubGoalStatus
    indicator: IndicatorStatus
    start: Figure
    latest: Outcome
    aim: Aim

    @property
    def name(self) -> str:
        return shortened(self.indicator.name, NAME_LENGTH)

    @property
    def step(self) -> Step | None:
        """The way in which the indicator is off its target; None when it is not."""
        gap_at_start, gap_now = self._gap(self.start.value), self._gap(self.latest.value)
        if gap_now > gap_at_start:
            return WRONG_WAY
        if gap_now == 0:
            return None
        share_of_way = (gap_at_start - gap_now) / gap_at_start
        return TOO_SLOW if share_of_way < TOLERATED_SHARE * self._share_of_time() else None

    def _gap(self, value: Decimal) -> Decimal:
        """Return how far a value is from the target; 0 when the target is reached or passed."""
        gap = value - self.aim.value if self.indicator.lower_is_better else self.aim.value - value
        return max(gap, Decimal(0))

    def _share_of_time(self) -> Decimal:
        """Return how much of the time from the first value to the target has gone, at most 1."""
        whole = self.aim.year - self.start.year
        gone = self.latest.year - self.start.year
        return Decimal(1) if whole <= gone else Decimal(gone) / whole


def measured_indicators(report: Report) -> tuple[Measured, ...]:
    """Return the indicators that can be on or off their target: others are told of at their goals."""
    return tuple(_measured(report))


def off_target(report: Report) -> tuple[Measured, ...]:
    """Return the indicators that are off their target: first those that move the wrong way."""
    found = [one for one in measured_indicators(report) if one.step]
    return tuple(sorted(found, key=lambda one: one.step is not WRONG_WAY))


def _measured(report: Report) -> Iterator[Measured]:
    last_year = last_year_of(report)
    for goal in report.sub_goals:
        for indicator in goal.indicators:
            start, latest = _start(indicator), _outcome_of(indicator, report.year)
            aim = _aim(indicator, last_year)
            if start and latest and aim and start.year < latest.year:
                yield Measured(goal, indicator, start, latest, aim)


def last_year_of(report: Report) -> int:
    """Return the last year of the programme's period, such as 2021 of "2018–2021"."""
    digits = report.period[-4:]
    return int(digits) if digits.isdigit() else report.year


def _start(indicator: IndicatorStatus) -> Figure | None:
    """Return the value that the indicator began at: its baseline, or else its first outcome."""
    if indicator.baseline:
        return indicator.baseline
    first = next(iter(indicator.outcomes), None)
    return Figure(first.year, first.value) if first else None


def _outcome_of(indicator: IndicatorStatus, year: int) -> Outcome | None:
    return next((outcome for outcome in indicator.outcomes if outcome.year == year), None)


def _aim(indicator: IndicatorStatus, last_year: int) -> Aim | None:
    """Return the target of the whole period, or else that of the last year that has one."""
    if indicator.target is not None:
        return Aim(last_year, indicator.target)
    if not indicator.targets:
        return None
    last = indicator.targets[-1]
    return Aim(last.year, last.value)
