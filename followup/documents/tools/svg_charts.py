"""Bars as SVG for tables of areas, the same on a page, in a PDF and in print.

A bar is in a row with its figures, so that nothing has to be read from the drawing alone. Each segment has the symbol
of its step and a pattern, which can be told apart in black-and-white print too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from followup.documents.tools.colours import colours
from followup.documents.tools.svg_numbers import svg_number
from followup.report.report import AreaStatus, Report, Tally, tally
from programmes.scales import Step

BAR_WIDTH, BAR_HEIGHT = 300, 22
# The narrowest segment that has room for a symbol.
SYMBOL_ROOM = 20
# The distance between the hatching lines of a segment, and the width that one line slants across.
HATCH_STEP, HATCH_RUN = 5, 8


@dataclass(frozen=True)
class ChartRow:
    """An area with its bar, and its number of items at each of the chart's steps."""

    area: AreaStatus
    bar: SafeString
    figures: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """A table of areas with a column for each step that occurs."""

    steps: tuple[Step, ...]
    rows: tuple[ChartRow, ...]


def assessments(report: Report) -> Chart:
    """Return the chart of the goals' assessments in each area."""
    return _chart(report.areas, [[goal.assessment for goal in area.sub_goals] for area in report.areas])


def progress(report: Report) -> Chart:
    """Return the chart of the measures' progress in each area."""
    return _chart(report.areas, [[measure.progress for measure in area.measures] for area in report.areas])


def _chart(areas: Sequence[AreaStatus], steps_of_areas: list[list[Step]]) -> Chart:
    """Return the chart of `areas`, whose items have the steps in `steps_of_areas`, in the same order."""
    occurring = {step for steps in steps_of_areas for step in steps}
    columns = tuple(sorted(occurring, key=lambda step: step.order))
    longest = max((len(steps) for steps in steps_of_areas), default=0)
    rows = tuple(
        ChartRow(area, bar(tally(steps), longest), tuple(steps.count(column) for column in columns))
        for area, steps in zip(areas, steps_of_areas, strict=True)
    )
    return Chart(columns, rows)


def bar(tallies: Iterable[Tally], longest: int) -> SafeString:
    """Return a bar with one segment for each step; `longest` items fill the width. The figures are its text."""
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
        ", ".join(f"{item.number} {item.step.after(item.number)}" for item in tallies) or "Inga",
        format_html_join("", "{}", ((segment,) for segment in segments)),
    )


def _segment(step: Step, x: float, width: float) -> SafeString:
    """Return a segment: filled for a good step, hatched one way for a middling one, the other way for a poor one."""
    colour, soft = colours()[step.tone], colours()[f"{step.tone}-soft"]
    is_filled = step.tone == "good"
    return format_html(
        '<g class="tone-{}"><rect x="{}" y="1" width="{}" height="{}" fill="{}" stroke="{}"/>{}{}</g>',
        step.tone,
        svg_number(x + 1),
        svg_number(width - 2),
        BAR_HEIGHT - 2,
        colour if is_filled else soft,
        colour,
        _hatching(step.tone, colour, x + 1, width - 2),
        _symbol(step, "#fff" if is_filled else colour, x) if width >= SYMBOL_ROOM else "",
    )


def _hatching(tone: str, colour: str, x: float, width: float) -> SafeString:
    """Return slanting lines over the part of a segment next to its symbol; none for tones that are not hatched."""
    if tone not in ("middling", "poor"):
        return SafeString("")
    lines = []
    left = x + SYMBOL_ROOM
    while left + HATCH_RUN <= x + width:
        bottom, top = (left, left + HATCH_RUN) if tone == "middling" else (left + HATCH_RUN, left)
        lines.append(f"M{svg_number(bottom)} {BAR_HEIGHT - 1}L{svg_number(top)} 1")
        left += HATCH_STEP
    if not lines:
        return SafeString("")
    return format_html('<path class="bar-hatching" d="{}" stroke="{}" fill="none"/>', "".join(lines), colour)


def _symbol(step: Step, colour: str, x: float) -> SafeString:
    return format_html(
        '<path class="bar-symbol" transform="translate({} {}) scale(0.8)" fill="{}" fill-rule="evenodd" d="{}"/>',
        svg_number(x + 4),
        svg_number((BAR_HEIGHT - 12.8) / 2),
        colour,
        step.path,
    )
