"""The indicators of a report: outcomes up to its year, and targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from followup.report.part import Part
from followup.scales import TARGET_STATUS, TREND, Trend
from organisation.order import in_swedish_order
from programmes.models import Indicator, KeyFigureValue, Programme, target_status, without_padding
from programmes.scales import BLANK, Step


@dataclass(frozen=True)
class Figure(Part):
    """A value of one year: a baseline, a target, or an outcome of another municipality."""

    year: int
    value: Decimal


@dataclass(frozen=True)
class Outcome(Part):
    """The value of an indicator in one year, in total and by sex where known, with its assessment.

    `kpi` is the key figure in Kolada that it was fetched from, `dated` the day when it was fetched or entered.
    """

    year: int
    value: Decimal
    women: Decimal | None
    men: Decimal | None
    assessment: Step
    kpi: str
    dated: date | None


@dataclass(frozen=True)
class Elsewhere(Part):
    """The same key figure in another municipality or group of municipalities, for years of the programme.

    `dated` is the day of the latest fetch from Kolada.
    """

    name: str
    values: tuple[Figure, ...]
    dated: date


@dataclass(frozen=True)
class IndicatorStatus(Part):
    """An indicator of a goal with its outcomes up to the report's year, in the order of years.

    `target` is for the whole period, `targets` for single years. `suggestion` is the assessment that the figures
    suggest for the latest outcome, blank without a target. `withheld` is the notice in place of secret outcomes.
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
    elsewhere: tuple[Elsewhere, ...]
    withheld: str

    def target_of(self, year: int) -> Decimal | None:
        return _target_of(year, self.targets, self.target)

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has assessed the latest outcome."""
        return bool(self.outcomes and self.outcomes[-1].assessment.key)

    @property
    def target_status(self) -> Step:
        """Assessment of the latest outcome: confirmed by a person, or else suggested by the figures."""
        return self.outcomes[-1].assessment if self.is_confirmed else self.suggestion

    @property
    def years(self) -> tuple[int, ...]:
        """Years with an outcome, here or elsewhere."""
        here = {outcome.year for outcome in self.outcomes}
        return tuple(sorted(here.union(*({value.year for value in place.values} for place in self.elsewhere))))

    @property
    def is_by_sex(self) -> bool:
        return any(outcome.women is not None or outcome.men is not None for outcome in self.outcomes)


def _target_of(year: int, targets: Iterable[Figure], target: Decimal | None) -> Decimal | None:
    """Return the target of `year`, or else that of the whole period."""
    return next((figure.value for figure in targets if figure.year == year), target)


@dataclass(frozen=True)
class ComparisonRow:
    """One row of a comparison: a municipality with a value or None for each year. Our own row has no `dated`."""

    name: str
    values: tuple[Decimal | None, ...]
    dated: date | None


def compared(indicator: IndicatorStatus, municipality: str) -> tuple[ComparisonRow, ...]:
    """Return rows for `municipality` and for the others, in each of the indicator's years. Empty without others."""
    if not indicator.elsewhere:
        return ()
    here = ComparisonRow(municipality, _in_years(indicator.years, indicator.outcomes), None)
    return (
        here,
        *(ComparisonRow(one.name, _in_years(indicator.years, one.values), one.dated) for one in indicator.elsewhere),
    )


def _in_years(years: Iterable[int], figures: Iterable[Figure | Outcome]) -> tuple[Decimal | None, ...]:
    values = {figure.year: figure.value for figure in figures}
    return tuple(values.get(year) for year in years)


def indicators_by_goal(programme: Programme, year: int) -> dict[int, list[IndicatorStatus]]:
    """Return the indicators of each goal as of `year`, by two queries at most.

    The first query has a row for each outcome with each yearly target.
    """
    rows = list(
        Indicator.objects.filter(sub_goal__area__programme=programme)
        .annotate(
            of_year=FilteredRelation("outcomes", condition=Q(outcomes__year__lte=year)),
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
    elsewhere = _elsewhere(programme, year, {row.kpi for row in rows if row.kpi})
    by_goal: dict[int, list[IndicatorStatus]] = defaultdict(list)
    for _, of_indicator in groupby(rows, key=lambda row: row.pk):
        indicator_rows = list(of_indicator)
        by_goal[indicator_rows[0].sub_goal_id].append(_status(indicator_rows, elsewhere))
    return by_goal


def _elsewhere(programme: Programme, year: int, kpis: Collection[str]) -> dict[str, tuple[Elsewhere, ...]]:
    """Return the values of other municipalities by key figure."""
    if not kpis:
        return {}
    years = programme.first_year, year
    values = (
        KeyFigureValue.objects.filter(key_figure__kpi__in=kpis, year__range=years, value__isnull=False)
        .exclude(municipality=settings.KOLADA_MUNICIPALITY)
        .annotate(kpi=F("key_figure__kpi"))
        .order_by("kpi", in_swedish_order("municipality_name"), "municipality", "year")
    )
    by_kpi: dict[str, tuple[Elsewhere, ...]] = defaultdict(tuple)
    for (kpi, _), of_place in groupby(values, key=lambda value: (value.kpi, value.municipality)):
        found = list(of_place)
        figures = tuple(Figure(one.year, without_padding(one.value)) for one in found if one.value is not None)
        dated = timezone.localdate(max(one.fetched_at for one in found))
        by_kpi[kpi] += (Elsewhere(found[0].municipality_name, figures, dated),)
    return by_kpi


def _status(rows: list[Any], elsewhere: Mapping[str, tuple[Elsewhere, ...]]) -> IndicatorStatus:
    """Return an indicator from its rows, which repeat it for each outcome and yearly target."""
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
        elsewhere=elsewhere.get(indicator.kpi, ()),
        withheld="",
    )


def _suggestion(
    indicator: Indicator, outcomes: tuple[Outcome, ...], targets: tuple[Figure, ...], target: Decimal | None
) -> Step:
    latest = outcomes[-1] if outcomes else None
    aim = _target_of(latest.year, targets, target) if latest else None
    if latest is None or aim is None:
        return BLANK
    status = target_status(latest.value, aim, indicator.baseline, lower_is_better=indicator.lower_is_better)
    return TARGET_STATUS.step(status)


def _outcome(row: Any) -> Outcome:
    return Outcome(
        year=row.outcome_year,
        value=without_padding(row.value),
        women=_or_none(row.women),
        men=_or_none(row.men),
        assessment=TARGET_STATUS.step(row.assessment),
        kpi=row.outcome_kpi,
        dated=row.dated,
    )


def _or_none(value: Decimal | None) -> Decimal | None:
    return None if value is None else without_padding(value)


def _trend(outcomes: tuple[Outcome, ...], lower_is_better: bool) -> Step:
    """Return the change from the previous outcome to the latest, judged by the wanted direction."""
    if len(outcomes) < 2:
        return TREND.step(Trend.CANNOT_ASSESS)
    change = outcomes[-1].value - outcomes[-2].value
    if lower_is_better:
        change = -change
    return TREND.step(Trend.SAME if not change else Trend.BETTER if change > 0 else Trend.WORSE)
