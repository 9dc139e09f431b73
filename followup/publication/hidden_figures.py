"""Secret outcomes in the reports of other years, since each report repeats the outcomes of earlier years.

A mark on an indicator's outcomes in one year's report withholds these figures in all reports. A mark on a whole report
withholds the outcomes of its year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from followup.models import FollowUp, Withholding
from followup.publication.withholding import indicator_places, misplaced, notice
from followup.report.archive import report_of
from followup.report.indicators import IndicatorStatus
from followup.report.report import Report, SubGoalStatus
from programmes.scales import BLANK


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
    hidden = []
    for key, indicator in indicator_places(report):
        outcomes = [(outcome.year, outcome.value) for outcome in indicator.outcomes]
        own_year = [(year, value) for year, value in outcomes if year == report.year]
        for place, figures in ((key, outcomes), (Withholding.ALL, own_year)):
            if place in grounds and figures:
                ground = grounds[place]
                hidden.append(HiddenFigures(indicator.name, indicator.unit, indicator.kpi, frozenset(figures), ground))
    return hidden


def hidden_by_other_years(follow_up: FollowUp) -> list[HiddenFigures]:
    """Return the figures that marks on the other years of the programme withhold.

    Raise MisplacedMarkError when a mark no longer fits its report.
    """
    others = (
        Withholding.objects.on_figures()
        .filter(follow_up__programme=follow_up.programme_id)
        .exclude(follow_up=follow_up)
        .select_related("follow_up__programme__framework")
        .order_by("follow_up", "pk")
    )
    marks_by_follow_up: dict[FollowUp, list[Withholding]] = defaultdict(list)
    for mark in others:
        marks_by_follow_up[mark.follow_up].append(mark)
    hidden: list[HiddenFigures] = []
    for other_follow_up, marks in marks_by_follow_up.items():
        report = report_of(other_follow_up)
        if misplaced(report, marks):
            raise MisplacedMarkError
        hidden += hidden_by(report, marks)
    return hidden


def without_figures(report: Report, hidden: Sequence[HiddenFigures]) -> Report:
    """Return the report without the hidden outcomes, and without the trend and comparison that are made of them."""
    areas = []
    for area in report.areas:
        goals = [_goal_without(goal, hidden) for goal in area.sub_goals]
        areas.append(replace(area, sub_goals=tuple(goals)))
    return replace(report, areas=tuple(areas))


def _goal_without(goal: SubGoalStatus, hidden: Sequence[HiddenFigures]) -> SubGoalStatus:
    """Return the goal without the hidden outcomes of its indicators."""
    return replace(goal, indicators=tuple(_indicator_without(indicator, hidden) for indicator in goal.indicators))


def _indicator_without(indicator: IndicatorStatus, hidden: Sequence[HiddenFigures]) -> IndicatorStatus:
    """Return the indicator without its secret outcomes, with a notice that names their years."""
    applicable = [figures for figures in hidden if figures.is_shown_by(indicator)]
    years = {year for figures in applicable for year in figures.years}
    secret = sorted(years & {outcome.year for outcome in indicator.outcomes})
    if not secret:
        return indicator
    public = tuple(outcome for outcome in indicator.outcomes if outcome.year not in years)
    # The suggested assessment is computed from the latest outcome alone.
    is_latest_public = bool(public) and public[-1] == indicator.outcomes[-1]
    replacement = notice(applicable[0].ground, f"Utfall som inte är publicerade: {', '.join(map(str, secret))}")
    return replace(
        indicator,
        outcomes=public,
        elsewhere=(),
        trend=BLANK,
        suggestion=indicator.suggestion if is_latest_public else BLANK,
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
    affected = [own]
    hidden = hidden_by(report_of(own), [mark])
    if hidden:
        follow_ups = FollowUp.objects.filter(programme=own.programme_id).select_related("programme__framework")
        others = follow_ups.exclude(pk=own.pk).order_by("year")
        reviewed = [other for other in others if not other.is_before_review]
        affected += [other for other in reviewed if number_hidden(report_of(other), hidden)]
    published = FollowUp.objects.published().filter(programme=own.programme_id)
    published_ids = set(published.values_list("pk", flat=True))
    return [AffectedReport(one.year, pages_are_public and one.pk in published_ids) for one in affected]
