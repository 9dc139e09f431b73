"""Charts as SVG, drawn by pure functions: the same on a page, in a PDF and in print.

A bar stands in a table beside its figures, so that nothing has to be read from the drawing alone. Each segment carries
the symbol of its step and a pattern, so that bars survive black-and-white printing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from followup.documents.tools.colours import colours
from followup.documents.tools.wording import figure
from followup.report.indicators import IndicatorStatus
from followup.report.report import AreaStatus, Report, Tally, tally
from followup.scales import BLANK, SCALES, Assessment, Progress, Step, word_after

BAR_WIDTH, BAR_HEIGHT = 300, 22
# The narrowest segment that has room for a symbol.
SYMBOL_ROOM = 20
LINE_WIDTH, LINE_HEIGHT, LINE_MARGIN = 110, 34, 5
CURVE_WIDTH, CURVE_HEIGHT, CURVE_MARGIN = 440, 170, 56
# The room above a point that its figure takes.
FIGURE_ROOM = 28


@dataclass(frozen=True)
class Row:
    """An area in a chart: its bar, and how many it has of each of the chart's steps."""

    area: AreaStatus
    bar: SafeString
    figures: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """Only the steps that occur are columns."""

    steps: tuple[Step, ...]
    rows: tuple[Row, ...]


def assessments(report: Report) -> Chart:
    """How the goals of each area were assessed."""
    return _chart(Assessment, [(area, [goal.assessment for goal in area.sub_goals]) for area in report.areas])


def progress(report: Report) -> Chart:
    """How far the measures of each area had come."""
    return _chart(Progress, [(area, [measure.progress for measure in area.measures]) for area in report.areas])


def _chart(scale: type[models.TextChoices], areas: list[tuple[AreaStatus, list[Step]]]) -> Chart:
    occurring = {step for _, steps in areas for step in steps}
    columns = tuple(step for step in (*SCALES[scale].values(), BLANK) if step in occurring)
    longest = max((len(steps) for _, steps in areas), default=0)
    rows = (
        Row(area, bar(tally(scale, steps), longest), tuple(steps.count(column) for column in columns))
        for area, steps in areas
    )
    return Chart(columns, tuple(rows))


def bar(tallies: Iterable[Tally], longest: int) -> SafeString:
    """A bar of one segment a step, on a scale where `longest` fills the width. Its words are the figures."""
    tallies = tuple(tallies)
    unit = BAR_WIDTH / max(longest, 1)
    segments, x = [], 0.0
    for item in tallies:
        segments.append(_segment(item.step, x, item.number * unit))
        x += item.number * unit
    return format_html(
        '<svg class="bar" role="img" viewBox="0 0 {} {}"><title>{}</title>{}</svg>',
        BAR_WIDTH,
        BAR_HEIGHT,
        ", ".join(f"{item.number} {word_after(item.number, item.step)}" for item in tallies) or "Inga",
        format_html_join("", "{}", ((segment,) for segment in segments)),
    )


def _segment(step: Step, x: float, width: float) -> SafeString:
    """Filled where it went well, hatched one way where it went halfway and the other way where it went badly."""
    colour, soft = colours()[step.tone], colours()[f"{step.tone}-soft"]
    is_filled = step.tone == "good"
    return format_html(
        '<g class="tone-{}"><rect x="{}" y="1" width="{}" height="{}" fill="{}" stroke="{}"/>{}{}</g>',
        step.tone,
        _number(x + 1),
        _number(width - 2),
        BAR_HEIGHT - 2,
        colour if is_filled else soft,
        colour,
        _hatching(step.tone, colour, x + 1, width - 2),
        _symbol(step, "#fff" if is_filled else colour, x) if width >= SYMBOL_ROOM else "",
    )


def _hatching(tone: str, colour: str, x: float, width: float) -> SafeString:
    """Slanting lines over the part of a segment that its symbol leaves free."""
    start = x + SYMBOL_ROOM
    slant = {"middling": 1, "poor": -1}.get(tone, 0)
    run, bottom = 8, BAR_HEIGHT - 1
    lines = []
    left = start
    while slant and left + run <= x + width:
        ends = (left, left + run) if slant > 0 else (left + run, left)
        lines.append(f"M{_number(ends[0])} {bottom}L{_number(ends[1])} 1")
        left += 5
    if not lines:
        return SafeString("")
    return format_html('<path class="bar-hatching" d="{}" stroke="{}" fill="none"/>', "".join(lines), colour)


def _symbol(step: Step, colour: str, x: float) -> SafeString:
    return format_html(
        '<path class="bar-symbol" transform="translate({} {}) scale(0.8)" fill="{}" fill-rule="evenodd" d="{}"/>',
        _number(x + 4),
        _number((BAR_HEIGHT - 12.8) / 2),
        colour,
        step.path,
    )


def sparkline(indicator: IndicatorStatus) -> SafeString:
    """The outcomes of an indicator as a line over the years, with its targets as a dashed one.

    Its words tell what the line shows; the figures stand in the table around it. Nothing for fewer than two outcomes.
    """
    points = [(outcome.year, float(outcome.value)) for outcome in indicator.outcomes]
    if len(points) < 2:
        return SafeString("")
    aims = [(year, float(aim)) for year, _ in points if (aim := indicator.target_of(year)) is not None]
    values = [value for _, value in points + aims]
    across = _scale(points[0][0], points[-1][0], LINE_MARGIN, LINE_WIDTH - LINE_MARGIN)
    up = _scale(min(values), max(values), LINE_HEIGHT - LINE_MARGIN, LINE_MARGIN)
    places = [(_number(across(year)), _number(up(value))) for year, value in points]
    accent, soft = colours()["accent"], colours()["line-strong"]
    dashes = _dashed([(across(year), up(value)) for year, value in aims], soft)
    return format_html(
        '<svg class="sparkline" role="img" viewBox="0 0 {} {}"><title>{}</title>{}'
        '<path class="sparkline-line" d="M{}" fill="none" stroke="{}" stroke-width="1.6"/>'
        '<circle cx="{}" cy="{}" r="3" fill="{}"/></svg>',
        LINE_WIDTH,
        LINE_HEIGHT,
        f"Linje över utfallet {points[0][0]}–{points[-1][0]}: {indicator.trend.word.lower()}"
        + (", med målvärdet streckat" if aims else ""),
        dashes,
        "L".join(f"{x} {y}" for x, y in places),
        accent,
        *places[-1],
        accent,
    )


def curve(indicator: IndicatorStatus) -> SafeString:
    """As `sparkline`, large enough for a year under each outcome and the figure above it; for pages, whose stylesheet
    colours it. Its words tell what it shows; the figures stand in the table below it."""
    points = [(outcome.year, outcome.value) for outcome in indicator.outcomes]
    if len(points) < 2:
        return SafeString("")
    aims = [(year, aim) for year, _ in points if (aim := indicator.target_of(year)) is not None]
    others = [
        [(value.year, value.value) for value in place.values if points[0][0] <= value.year <= points[-1][0]]
        for place in indicator.elsewhere
    ]
    values = [float(value) for _, value in chain(points, aims, *others)]
    across = _scale(points[0][0], points[-1][0], CURVE_MARGIN, CURVE_WIDTH - CURVE_MARGIN)
    up = _scale(min(values), max(values), CURVE_HEIGHT - CURVE_MARGIN, CURVE_MARGIN)
    places = [(_number(across(year)), _number(up(float(value))), year, figure(value)) for year, value in points]
    target = SafeString("")
    if aims:
        target = format_html(
            '<path class="curve-target" d="M{}"/><text class="curve-aim" x="{}" y="{}">Mål {}</text>',
            "L".join(f"{_number(across(year))} {_number(up(float(aim)))}" for year, aim in aims),
            _number(across(aims[-1][0]) + 8),
            _number(_beside(up(float(aims[-1][1])), up(float(points[-1][1])))),
            figure(aims[-1][1]),
        )
    return format_html(
        '<svg class="curve" role="img" viewBox="0 0 {} {}"><title>{}</title>{}{}'
        '<path class="curve-line" d="M{}"/>{}</svg>',
        CURVE_WIDTH,
        CURVE_HEIGHT,
        f"{indicator.name}, {points[0][0]}–{points[-1][0]}: {indicator.trend.word.lower()}"
        + (f". Målvärdet {figure(aims[-1][1])} är streckat" if aims else "")
        + (". Andra kommuner är tunna linjer" if any(others) else ""),
        target,
        format_html_join(
            "",
            '<path class="curve-other" d="M{}"/>',
            (
                ["L".join(f"{_number(across(year))} {_number(up(float(value)))}" for year, value in other)]
                for other in others
                if len(other) > 1
            ),
        ),
        "L".join(f"{x} {y}" for x, y, _, _ in places),
        format_html_join(
            "",
            '<circle class="curve-point" cx="{0}" cy="{1}" r="4"/><text x="{0}" y="{1}" dy="-9">{3}</text>'
            f'<text class="curve-year" x="{{0}}" y="{CURVE_HEIGHT - 6}">{{2}}</text>',
            places,
        ),
    )


def _beside(height: float, figure: float) -> float:
    """Where the words of a target at `height` stand on their feet: beside its line, and below the last outcome's figure
    where that one would be in the way."""
    return (figure if 0 <= figure - height < FIGURE_ROOM else height) + 4


def _dashed(places: list[tuple[float, float]], colour: str) -> SafeString:
    """The targets as a dashed line: level and all the way across when there is one for all years."""
    if not places:
        return SafeString("")
    if len({height for _, height in places}) == 1:
        line = f"M0 {_number(places[0][1])}H{LINE_WIDTH}"
    else:
        line = "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in places)
    return format_html(
        '<path class="sparkline-target" d="{}" fill="none" stroke="{}" stroke-dasharray="3 3"/>', line, colour
    )


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Maps low..high onto start..end; onto the middle where there is nothing between low and high."""
    if low == high:
        return lambda value: (start + end) / 2
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _number(value: float) -> str:
    """With a point, whatever the language, and no more decimals than are seen."""
    return f"{value:.1f}".removesuffix(".0")
