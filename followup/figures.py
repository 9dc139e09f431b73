"""The indicators of a report: what was measured, up to the report's year, beside what should be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import F, FilteredRelation, Q

from followup.models import FollowUp
from followup.scales import BLANK, Step, Trend, step
from programmes.models import Indicator, TargetStatus, target_status, without_padding


@dataclass(frozen=True)
class Figure:
    """A figure of one year: where an indicator began, or what it should reach that year."""

    year: int
    value: Decimal


@dataclass(frozen=True)
class Outcome:
    """The value of an indicator in one year, of women and men where they are counted apart, and how it was judged.

    `kpi` is the key figure in Kolada that it was fetched from; `dated` the day when it was fetched or written.
    """

    year: int
    value: Decimal
    women: Decimal | None
    men: Decimal | None
    assessment: Step
    kpi: str
    dated: date | None


@dataclass(frozen=True)
class IndicatorStatus:
    """A goal's key figure with its outcomes up to the report's year, in the order of years.

    `target` is what should be reached in the whole period, `targets` what should be reached in single years.
    `suggestion` is what the figures say of the latest outcome and its target; blank where there is none to compare.
    """

    name: str
    unit: str
    direction: str
    lower_is_better: bool
    baseline: Figure | None
    target: Decimal | None
    targets: tuple[Figure, ...]
    outcomes: tuple[Outcome, ...]
    trend: Step
    suggestion: Step
    source: str
    kpi: str
    is_example: bool

    def target_of(self, year: int) -> Decimal | None:
        return _target_of(year, self.targets, self.target)

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has judged the latest outcome."""
        return bool(self.outcomes and self.outcomes[-1].assessment.key)

    @property
    def standing(self) -> Step:
        """How the latest outcome stands to its target: as a person has judged it, or as the figures suggest."""
        return self.outcomes[-1].assessment if self.is_confirmed else self.suggestion

    @property
    def is_by_sex(self) -> bool:
        return any(outcome.women is not None or outcome.men is not None for outcome in self.outcomes)


def _target_of(year: int, targets: Iterable[Figure], target: Decimal | None) -> Decimal | None:
    """What should be reached in `year`: its own target, or the one for the whole period."""
    return next((figure.value for figure in targets if figure.year == year), target)


def indicators_by_goal(follow_up: FollowUp) -> dict[int, list[IndicatorStatus]]:
    """Each goal's indicators, in one query: a row for each outcome with each yearly target."""
    rows = (
        Indicator.objects.filter(sub_goal__area__programme=follow_up.programme)
        .annotate(
            of_year=FilteredRelation("outcomes", condition=Q(outcomes__year__lte=follow_up.year)),
            outcome_year=F("of_year__year"),
            value=F("of_year__value"),
            women=F("of_year__women"),
            men=F("of_year__men"),
            assessment=F("of_year__assessment"),
            outcome_kpi=F("of_year__kpi"),
            dated=F("of_year__dated"),
            outcome_is_example=F("of_year__is_example"),
            target_year=F("targets__year"),
            target_value=F("targets__value"),
        )
        .order_by("sub_goal_id", "number", "outcome_year", "target_year")
    )
    by_goal: dict[int, list[IndicatorStatus]] = defaultdict(list)
    for _, of_indicator in groupby(rows, key=lambda row: row.pk):
        indicator_rows = list(of_indicator)
        by_goal[indicator_rows[0].sub_goal_id].append(_status(indicator_rows))
    return by_goal


def _status(rows: list[Any]) -> IndicatorStatus:
    indicator: Indicator = rows[0]
    outcomes = tuple({row.outcome_year: _outcome(row) for row in rows if row.value is not None}.values())
    baseline = None
    if indicator.baseline is not None and indicator.baseline_year is not None:
        baseline = Figure(indicator.baseline_year, without_padding(indicator.baseline))
    of_years = {row.target_year: row.target_value for row in rows if row.target_year is not None}
    targets = tuple(Figure(year, without_padding(value)) for year, value in of_years.items())
    target = _or_none(indicator.target)
    return IndicatorStatus(
        name=indicator.name,
        unit=indicator.unit,
        direction=indicator.get_direction_display(),
        lower_is_better=indicator.lower_is_better,
        baseline=baseline,
        target=target,
        targets=targets,
        outcomes=outcomes,
        trend=_trend(outcomes, indicator.lower_is_better),
        suggestion=_suggestion(indicator, outcomes, targets, target),
        source=indicator.source,
        kpi=indicator.kpi,
        is_example=indicator.is_example or any(row.outcome_is_example for row in rows),
    )


def _suggestion(
    indicator: Indicator, outcomes: tuple[Outcome, ...], targets: tuple[Figure, ...], target: Decimal | None
) -> Step:
    latest = outcomes[-1] if outcomes else None
    aim = _target_of(latest.year, targets, target) if latest else None
    if latest is None or aim is None:
        return BLANK
    status = target_status(latest.value, aim, indicator.baseline, lower_is_better=indicator.lower_is_better)
    return step(TargetStatus, status)


def _outcome(row: Any) -> Outcome:
    return Outcome(
        year=row.outcome_year,
        value=without_padding(row.value),
        women=_or_none(row.women),
        men=_or_none(row.men),
        assessment=step(TargetStatus, row.assessment),
        kpi=row.outcome_kpi,
        dated=row.dated,
    )


def _or_none(value: Decimal | None) -> Decimal | None:
    return None if value is None else without_padding(value)


def _trend(outcomes: tuple[Outcome, ...], lower_is_better: bool) -> Step:
    """The step from the outcome before to the latest one, good or bad by the direction that is wanted."""
    if len(outcomes) < 2:
        return step(Trend, Trend.CANNOT_ASSESS)
    change = outcomes[-1].value - outcomes[-2].value
    if lower_is_better:
        change = -change
    return step(Trend, Trend.SAME if not change else Trend.BETTER if change > 0 else Trend.WORSE)
