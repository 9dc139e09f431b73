"""Line charts of an indicator as SVG: a small one for a line of text, and a large one for its own page.

The text of a chart tells what it shows, and its figures are in a table on the same page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from followup.documents.tools.colours import colours
from followup.documents.tools.svg_numbers import svg_number
from followup.documents.tools.wording import figure
from followup.report.indicators import IndicatorStatus

SPARKLINE_WIDTH, SPARKLINE_HEIGHT, SPARKLINE_MARGIN = 110, 34, 5
CURVE_WIDTH, CURVE_HEIGHT, CURVE_MARGIN = 440, 170, 56
# The height of the figure above a point.
FIGURE_ROOM = 28


class Point(NamedTuple):
    year: int
    value: Decimal


class Plot:
    """Coordinates of a chart: years from left to right, values upwards, with a margin on all sides."""

    def __init__(self, width: int, height: int, margin: int, years: Sequence[int], values: Iterable[Decimal]) -> None:
        numbers = [float(value) for value in values]
        self._years = (years[0], years[-1])
        self._values = (min(numbers), max(numbers))
        self._width, self._height, self._margin = width, height, margin

    def x(self, year: int) -> float:
        return _interpolate(year, *self._years, self._margin, self._width - self._margin)

    def y(self, value: Decimal) -> float:
        return _interpolate(float(value), *self._values, self._height - self._margin, self._margin)

    def line(self, points: Iterable[Point]) -> str:
        """Return the path data of a line through `points`."""
        return "M" + "L".join(f"{svg_number(self.x(year))} {svg_number(self.y(value))}" for year, value in points)


def _interpolate(value: float, low: float, high: float, start: float, end: float) -> float:
    """Return the position between `start` and `end` that `value` has between `low` and `high`; the middle if equal."""
    if low == high:
        return (start + end) / 2
    return start + (value - low) / (high - low) * (end - start)


def _outcomes(indicator: IndicatorStatus) -> list[Point]:
    return [Point(outcome.year, outcome.value) for outcome in indicator.outcomes]


def _targets(indicator: IndicatorStatus) -> list[Point]:
    """Return the targets of the years that have an outcome."""
    targets = ((outcome.year, indicator.target_of(outcome.year)) for outcome in indicator.outcomes)
    return [Point(year, target) for year, target in targets if target is not None]


def sparkline(indicator: IndicatorStatus) -> SafeString:
    """Return the outcomes as a small line over the years and the targets as a dashed one. Empty for one outcome."""
    outcomes, targets = _outcomes(indicator), _targets(indicator)
    if len(outcomes) < 2:
        return SafeString("")
    years = [outcome.year for outcome in outcomes]
    values = [point.value for point in (*outcomes, *targets)]
    plot = Plot(SPARKLINE_WIDTH, SPARKLINE_HEIGHT, SPARKLINE_MARGIN, years, values)
    accent = colours()["accent"]
    title = f"Linje över utfallet {years[0]}–{years[-1]}: {indicator.trend.word.lower()}"
    return format_html(
        '<svg class="sparkline" role="img" viewBox="0 0 {} {}"><title>{}</title>{}'
        '<path class="sparkline-line" d="{}" fill="none" stroke="{}" stroke-width="1.6"/>'
        '<circle cx="{}" cy="{}" r="3" fill="{}"/></svg>',
        SPARKLINE_WIDTH,
        SPARKLINE_HEIGHT,
        f"{title}, med målvärdet streckat" if targets else title,
        _sparkline_targets(plot, targets),
        plot.line(outcomes),
        accent,
        svg_number(plot.x(outcomes[-1].year)),
        svg_number(plot.y(outcomes[-1].value)),
        accent,
    )


def _sparkline_targets(plot: Plot, targets: list[Point]) -> SafeString:
    """Return the targets as a dashed line, which crosses the whole chart when all years have the same target."""
    if not targets:
        return SafeString("")
    heights = [plot.y(target.value) for target in targets]
    is_level = len(set(heights)) == 1
    return format_html(
        '<path class="sparkline-target" d="{}" fill="none" stroke="{}" stroke-dasharray="3 3"/>',
        f"M0 {svg_number(heights[0])}H{SPARKLINE_WIDTH}" if is_level else plot.line(targets),
        colours()["line-strong"],
    )


def curve(indicator: IndicatorStatus) -> SafeString:
    """Return the outcomes as a large line with years and figures, next to other municipalities. Empty for one outcome.

    It is for pages, whose stylesheet colours it.
    """
    outcomes, targets = _outcomes(indicator), _targets(indicator)
    if len(outcomes) < 2:
        return SafeString("")
    years = [outcome.year for outcome in outcomes]
    others = _others(indicator, years)
    values = [point.value for points in (outcomes, targets, *others) for point in points]
    plot = Plot(CURVE_WIDTH, CURVE_HEIGHT, CURVE_MARGIN, years, values)
    return format_html(
        '<svg class="curve" role="img" viewBox="0 0 {} {}"><title>{}</title>{}{}'
        '<path class="curve-line" d="{}"/>{}</svg>',
        CURVE_WIDTH,
        CURVE_HEIGHT,
        _curve_title(indicator, years, targets, has_others=any(others)),
        _curve_targets(plot, targets, outcomes[-1]),
        _curve_others(plot, others),
        plot.line(outcomes),
        _curve_points(plot, outcomes),
    )


def _others(indicator: IndicatorStatus, years: Sequence[int]) -> list[list[Point]]:
    """Return the values of each other municipality within the years of the chart."""
    return [
        [Point(value.year, value.value) for value in place.values if years[0] <= value.year <= years[-1]]
        for place in indicator.elsewhere
    ]


def _curve_title(indicator: IndicatorStatus, years: Sequence[int], targets: list[Point], *, has_others: bool) -> str:
    sentences = [f"{indicator.name}, {years[0]}–{years[-1]}: {indicator.trend.word.lower()}"]
    if targets:
        sentences.append(f"Målvärdet {figure(targets[-1].value)} är streckat")
    if has_others:
        sentences.append("Andra kommuner är tunna linjer")
    return ". ".join(sentences)


def _curve_targets(plot: Plot, targets: list[Point], last_outcome: Point) -> SafeString:
    """Return the line of the targets, with the last one as a figure to its right."""
    if not targets:
        return SafeString("")
    last = targets[-1]
    return format_html(
        '<path class="curve-target" d="{}"/><text class="curve-aim" x="{}" y="{}">Mål {}</text>',
        plot.line(targets),
        svg_number(plot.x(last.year) + 8),
        svg_number(_target_baseline(plot.y(last.value), plot.y(last_outcome.value))),
        figure(last.value),
    )


def _target_baseline(target: float, outcome: float) -> float:
    """Return the baseline of the target's figure: at its line, or lower where the last outcome's figure is."""
    overlaps = 0 <= outcome - target < FIGURE_ROOM
    return (outcome if overlaps else target) + 4


def _curve_others(plot: Plot, others: list[list[Point]]) -> SafeString:
    lines = ([plot.line(points)] for points in others if len(points) > 1)
    return format_html_join("", '<path class="curve-other" d="{}"/>', lines)


def _curve_points(plot: Plot, outcomes: list[Point]) -> SafeString:
    """Return a dot for each outcome, with its figure above and its year at the bottom of the chart."""
    dots = (
        (svg_number(plot.x(year)), svg_number(plot.y(value)), year, figure(value), CURVE_HEIGHT - 6)
        for year, value in outcomes
    )
    return format_html_join(
        "",
        '<circle class="curve-point" cx="{0}" cy="{1}" r="4"/><text x="{0}" y="{1}" dy="-9">{3}</text>'
        '<text class="curve-year" x="{0}" y="{4}">{2}</text>',
        dots,
    )
