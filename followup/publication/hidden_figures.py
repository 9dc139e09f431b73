"""Secret outcomes in the reports of other years, since each report repeats the outcomes of earlier years.

A mark on an indicator's outcomes in one year's report withholds these figures in all reports. A mark on a whole report
withholds the outcomes of its year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from followup.models import FollowUp, Withholding
from followup.publication.withholding import indicator_places, misplaced, notice
from followup.report.archive import report_of
from followup.report.indicators import IndicatorStatus
from followup.report.report import Report
from followup.scales import BLANK


class MisplacedMarkError(Exception):
    """A mark no longer fits its own report, so it is unknown which figures are secret."""


@dataclass(frozen=True)
class HiddenFigures:
    """The outcomes of one indicator that a mark on one year's report withholds."""

    name: str
    unit: str
    kpi: str
    figures: frozenset[tuple[int, Decimal]]
    ground: str

    @property
    def years(self) -> frozenset[int]:
        return frozenset(year for year, _ in self.figures)

    def is_shown_by(self, indicator: IndicatorStatus) -> bool:
        """Whether `indicator`, of any report, shows one of the figures.

        It is known by its name, its key figure or its values: goals are renumbered and indicators renamed over the
        years, and a secret figure must not become public by that.
        """
        if not self.years & {outcome.year for outcome in indicator.outcomes}:
            return False
        figures = {(outcome.year, outcome.value) for outcome in indicator.outcomes}
        is_same = indicator.name == self.name or (self.kpi and indicator.kpi == self.kpi)
        return bool(is_same or (indicator.unit == self.unit and self.figures & figures))


def hidden_by(report: Report, marks: Iterable[Withholding]) -> list[HiddenFigures]:
    """Return the figures that `marks`, put on `report`, withhold."""
    grounds = {mark.place: mark.ground for mark in marks}
    return [
        HiddenFigures(indicator.name, indicator.unit, indicator.kpi, figures, grounds[place])
        for key, indicator in indicator_places(report)
        for place in (key, Withholding.ALL)
        if place in grounds and (figures := _figures(indicator, None if place == key else report.year))
    ]


def _figures(indicator: IndicatorStatus, only_year: int | None) -> frozenset[tuple[int, Decimal]]:
    return frozenset(
        (outcome.year, outcome.value) for outcome in indicator.outcomes if only_year in (None, outcome.year)
    )


def hidden_by_other_years(follow_up: FollowUp) -> list[HiddenFigures]:
    """Return the figures that marks on the other years of the programme withhold. MisplacedMarkError."""
    others = (
        Withholding.objects.on_figures()
        .filter(follow_up__programme=follow_up.programme_id)
        .exclude(follow_up=follow_up)
        .select_related("follow_up__programme__framework")
        .order_by("follow_up", "pk")
    )
    by_year: dict[FollowUp, list[Withholding]] = {}
    for mark in others:
        by_year.setdefault(mark.follow_up, []).append(mark)
    found: list[HiddenFigures] = []
    for year, marks in by_year.items():
        report = report_of(year)
        if misplaced(report, marks):
            raise MisplacedMarkError
        found += hidden_by(report, marks)
    return found


def without_figures(report: Report, hidden: Sequence[HiddenFigures]) -> Report:
    """Return the report without the hidden outcomes, and without the trend and comparison that are made of them."""
    areas = tuple(
        replace(
            area,
            sub_goals=tuple(
                replace(goal, indicators=tuple(_without(indicator, hidden) for indicator in goal.indicators))
                for goal in area.sub_goals
            ),
        )
        for area in report.areas
    )
    return replace(report, areas=areas)


def _without(indicator: IndicatorStatus, hidden: Sequence[HiddenFigures]) -> IndicatorStatus:
    """Return the indicator without its secret outcomes, with a notice that names their years."""
    applicable = [figures for figures in hidden if figures.is_shown_by(indicator)]
    years = {year for figures in applicable for year in figures.years}
    secret = sorted(years & {outcome.year for outcome in indicator.outcomes})
    if not secret:
        return indicator
    rest = tuple(outcome for outcome in indicator.outcomes if outcome.year not in years)
    is_latest_kept = bool(rest) and rest[-1] == indicator.outcomes[-1]
    replacement = notice(applicable[0].ground, f"Utfall som inte är publicerade: {', '.join(map(str, secret))}")
    return replace(
        indicator,
        outcomes=rest,
        elsewhere=(),
        trend=BLANK,
        suggestion=indicator.suggestion if is_latest_kept else BLANK,
        withheld=replacement,
    )


def number_hidden(report: Report, hidden: Sequence[HiddenFigures]) -> int:
    """Return how many indicators of the report show one of the hidden figures."""
    return sum(
        any(figures.is_shown_by(indicator) for figures in hidden)
        for goal in report.sub_goals
        for indicator in goal.indicators
    )


@dataclass(frozen=True)
class AffectedReport:
    """A report in which a mark hides something."""

    year: int
    is_public: bool


def affected_by(mark: Withholding, *, pages_are_public: bool) -> list[AffectedReport]:
    """Return the reports of the programme in which `mark` hides something, its own first and then by year."""
    own = mark.follow_up
    public = set(FollowUp.objects.published().filter(programme=own.programme_id).values_list("pk", flat=True))
    hidden = hidden_by(report_of(own), [mark])
    years = (
        FollowUp.objects.filter(programme=own.programme_id).exclude(pk=own.pk).select_related("programme__framework")
    )
    others = [
        year
        for year in years.order_by("year")
        if hidden and not year.is_before_review and number_hidden(report_of(year), hidden)
    ]
    return [AffectedReport(year.year, pages_are_public and year.pk in public) for year in (own, *others)]
