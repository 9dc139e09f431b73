"""A bar of shares as SVG in per cent of its width: tone, pattern and figure, so that the figures keep their size.

Each step has a pattern of its own, drawn by dashed lines: solid for good, stripes for middling, a grid for poor, lines
along the bar for under way and dots for unknown. They can be told apart in black-and-white print too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from followup.documents.tools.colours import colours
from followup.report.report import Tally
from programmes.scales import Step


@dataclass(frozen=True)
class BarSize:
    """Height and type size of a bar in pixels, and the share in per cent that one digit needs to fit."""

    height: int
    type_size: int
    share_of_digit: float


LARGE = BarSize(height=20, type_size=11, share_of_digit=3)
SMALL = BarSize(height=13, type_size=9, share_of_digit=9)


@dataclass(frozen=True)
class _Stroke:
    """A line along a bar: its height as a share of the bar's, its thickness, and its dashes."""

    y: float
    width: float
    dashes: str = ""


def share_bar(tallies: Sequence[Tally], size: BarSize = LARGE) -> SafeString:
    """Return the bar of all items; the figures are its text. Empty without items."""
    total = sum(item.number for item in tallies)
    if not total:
        return SafeString("")
    parts, start = [], 0.0
    for item in tallies:
        share = 100 * item.number / total
        parts.append(_segment(item, start, share, size))
        start += share
    return format_html(
        '<svg class="share-bar" width="100%" height="{}" role="img" aria-label="{}">{}</svg>',
        size.height,
        tallies_in_words(tallies),
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def tallies_in_words(tallies: Iterable[Tally]) -> str:
    """Return "8 uppfyllda, 13 delvis uppfyllda"."""
    return ", ".join(f"{item.number} {item.step.after(item.number)}" for item in tallies)


def _segment(item: Tally, start: float, share: float, size: BarSize) -> SafeString:
    """Return the part of the bar for one step: background, pattern, outline, and the figure where it fits."""
    tone, colour = item.step.tone, colours()[item.step.tone]
    fits = share >= size.share_of_digit * len(str(item.number))
    is_filled = tone == "good"
    return format_html(
        '<g class="tone-{}"><rect x="{}%" y="0.5" width="{}%" height="{}" fill="{}"/>{}'
        '<rect class="share-outline" x="{}%" y="0.5" width="{}%" height="{}" fill="none" stroke="{}"/>{}</g>',
        tone,
        _percent(start),
        _percent(share),
        size.height - 1,
        colour if is_filled else colours()[f"{tone}-soft"],
        _pattern(item.step, start, share, size),
        _percent(start),
        _percent(share),
        size.height - 1,
        colour,
        _figure(item.number, start + share / 2, size, is_light=is_filled) if fits else "",
    )


def _pattern(step: Step, start: float, share: float, size: BarSize) -> SafeString:
    """Return the lines that fill the segment of a step."""
    strokes = {
        "middling": [_Stroke(0.5, size.height - 1, "1 6")],
        "poor": [_Stroke(0.5, size.height - 1, "1.4 3"), _Stroke(0.3, 1), _Stroke(0.7, 1)],
        "underway": [_Stroke(0.25, 0.8), _Stroke(0.5, 0.8), _Stroke(0.75, 0.8)],
        "unknown": [_Stroke(0.35, 1.6, "1.6 4"), _Stroke(0.7, 1.6, "1.6 4")],
    }.get(step.tone, [])
    return format_html_join("", "{}", ((_line(stroke, start, share, size, step),) for stroke in strokes))


def _line(stroke: _Stroke, start: float, share: float, size: BarSize, step: Step) -> SafeString:
    dashes = format_html(' stroke-dasharray="{}"', stroke.dashes) if stroke.dashes else ""
    return format_html(
        '<line class="share-line" x1="{}%" x2="{}%" y1="{}" y2="{}" stroke="{}" stroke-width="{}"{}/>',
        _percent(start),
        _percent(start + share),
        _percent(size.height * stroke.y),
        _percent(size.height * stroke.y),
        colours()[step.tone],
        stroke.width,
        dashes,
    )


def _figure(number: int, middle: float, size: BarSize, *, is_light: bool) -> SafeString:
    """Return the figure of a segment, on a patch of paper where the segment is patterned."""
    digits = len(str(number))
    patch = "" if is_light else _patch(middle, digits, size)
    return format_html(
        '{}<text class="share-figure" x="{}%" y="{}" text-anchor="middle" font-size="{}" font-weight="600"'
        ' font-family="Source Sans Pro" fill="{}">{}</text>',
        patch,
        _percent(middle),
        _percent(size.height / 2 + size.type_size * 0.36),
        size.type_size,
        "#fff" if is_light else colours()["ink"],
        number,
    )


def _patch(middle: float, digits: int, size: BarSize) -> SafeString:
    """Return a short thick line of paper behind a figure: a line may be centred, which a rectangle may not."""
    width = size.type_size * (0.6 * digits + 0.3)
    return format_html(
        '<g transform="translate({} 0)"><line class="share-patch" x1="{}%" x2="{}%" y1="{}" y2="{}" stroke="#fff"'
        ' stroke-width="{}" stroke-dasharray="{} 9999"/></g>',
        _percent(-width / 2),
        _percent(middle),
        100,
        _percent(size.height / 2),
        _percent(size.height / 2),
        size.type_size + 1,
        _percent(width),
    )


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
