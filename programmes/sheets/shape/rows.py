"""Kinds of the rows below the headings of a plan: measures, areas and goals as rows across, totals and remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from programmes.sheets.cells import Reference
from programmes.sheets.grid import Cell, Row
from programmes.sheets.shape.labels import Label, Level, depth_of_number, read_label
from programmes.sheets.shape.legends import is_legend

_TOTAL = re.compile(
    r"^(?:del|del-|slut|tot)?summa\b|^(?:total|totalt|totalsumma|antal|andel|andelen|medel|medelvärde|snitt|i snitt|"
    r"genomsnitt|subtotal|sum|i alt|alt)\b|^summering\b",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"^(?:obs\b|obs!|anm\b|anm\.|anmärkning|not\b|not:|källa:|kommentar:|\*|ps\b|viktigt)", re.IGNORECASE
)
_COUNT = re.compile(r"^[\d\s.,]*\d[\d\s.,]*(?:%|[^\W\d]+)?(?: .{0,30})?$")


# A number such as 1.2.3 is that of a measure.
DEPTH_OF_MEASURE = 3


class RowKind(Enum):
    ITEM = "åtgärd"
    AREA = "område"
    GOAL = "mål"
    TOTAL = "summering"
    HEADING = "rubrik"
    LEGEND = "förklaring"
    REMARK = "anmärkning"


@dataclass(frozen=True)
class ColumnRoles:
    """Indexes of the columns that tell the kind of a row. `facts` are the columns that only a measure fills in."""

    text: int | None
    number: int | None = None
    area: int | None = None
    goal: int | None = None
    facts: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ShapedRow:
    """A row with its kind. A row across has the `label` of its area or goal, and an item those of the rows above."""

    row: Row
    kind: RowKind
    label: Label | None = None
    area: Reference | None = None
    goal: Reference | None = None
    # The cells that name the item or the row across.
    named_by: tuple[Cell, ...] = field(default=())


def shape_rows(
    rows: Sequence[Row],
    headings: Sequence[tuple[str, ...]],
    roles: ColumnRoles,
    *,
    area: Reference | None = None,
    goal: Reference | None = None,
) -> list[ShapedRow]:
    """Return the rows with their kinds. `area` and `goal` are those that the lines above the table name."""
    bands = {row.number: band for row in rows if (band := _band_of(row, headings, roles))}
    levels = _levels(rows, bands, roles, has_area=area is not None)
    shaped = []
    for row in rows:
        kind = _kind_without_bands(row, headings, roles)
        band = bands.get(row.number)
        if kind is not RowKind.ITEM or band is None:
            shaped.append(ShapedRow(row, kind, area=area, goal=goal))
            continue
        if levels[row.number] is Level.AREA:
            area, goal = band.label.reference, None
            shaped.append(ShapedRow(row, RowKind.AREA, band.label, area, named_by=band.cells))
        else:
            goal = band.label.reference
            shaped.append(ShapedRow(row, RowKind.GOAL, band.label, area, goal, band.cells))
    return shaped


def own_texts(row: Row) -> dict[int, Cell]:
    """Return the cells with a text by index, a merged block once. A value that cannot be read counts as a text."""
    cells = enumerate(row.cells)
    return {index: cell for index, cell in cells if (cell.text or cell.fault) and not cell.is_covered}


def _kind_without_bands(row: Row, headings: Sequence[tuple[str, ...]], roles: ColumnRoles) -> RowKind:
    """Return the kind of a row by its own words; a row across counts as an item here."""
    texts = own_texts(row)
    if _repeats_headings(texts, headings):
        return RowKind.HEADING
    if _is_total(texts, roles):
        return RowKind.TOTAL
    first = next(iter(texts.values())).text if texts else ""
    is_alone = len(texts) == 1
    if is_alone and is_legend(first):
        return RowKind.LEGEND
    if roles.number in texts:
        return RowKind.ITEM  # a remark has no number of its own
    main = texts.get(roles.text) if roles.text is not None else None
    if main and _REMARK.match(main.text) and not texts.keys() & roles.facts:
        return RowKind.REMARK
    if is_alone and _REMARK.match(first):
        return RowKind.REMARK
    return RowKind.ITEM


def _repeats_headings(texts: dict[int, Cell], headings: Sequence[tuple[str, ...]]) -> bool:
    repeated = [index for index, cell in texts.items() if index < len(headings) and cell.text in headings[index]]
    return len(repeated) > 1 and len(repeated) >= len(texts) - 1


def _is_total(texts: dict[int, Cell], roles: ColumnRoles) -> bool:
    """Return whether a row counts or sums up others: its first words say so, and all else are numbers."""
    summing = [index for index, cell in texts.items() if _TOTAL.match(cell.text)]
    if not summing or summing[0] not in list(texts)[:2]:
        return False
    others = [cell for index, cell in texts.items() if index not in summing]
    names = [cell for cell in others if not _COUNT.match(cell.text)]
    return len(names) <= 1 and not any(
        cell.text and index in roles.facts for index, cell in texts.items() if cell in names
    )


# Rows across


@dataclass(frozen=True)
class _Band:
    """A row that is nothing but the name of an area or goal; `style` is how it looks."""

    label: Label
    cells: tuple[Cell, ...]
    style: tuple[object, ...]


def _band_of(row: Row, headings: Sequence[tuple[str, ...]], roles: ColumnRoles) -> _Band | None:
    """Return the row across that this row is; None for a measure, or a total and the like."""
    if _kind_without_bands(row, headings, roles) is not RowKind.ITEM:
        return None
    texts = own_texts(row)
    if texts.keys() & roles.facts and not _is_across(row):
        return None
    if roles.number in texts and depth_of_number(texts[roles.number].text) >= DEPTH_OF_MEASURE:
        return None
    names = {index: cell for index, cell in texts.items() if index != roles.number}
    numbers = [cell for index, cell in texts.items() if index == roles.number]
    if not names and not any(depth_of_number(cell.text) for cell in numbers):
        names, numbers = texts, []
    if len(names) != 1 or _is_item_of_columns(row, names, roles):
        return None
    index, cell = next(iter(names.items()))
    label = read_label(cell.text)
    if numbers and depth_of_number(numbers[0].text):
        label = Label(label.words, label.level, numbers[0].text.strip(" .:)"))
    style = (cell.indent, cell.fill, cell.text.isupper(), index, _is_across(row))
    return _Band(label, (*numbers, cell), style)


def _is_across(row: Row) -> bool:
    """Return whether one merged cell fills most of the row."""
    own = [cell for cell in row.cells if cell.text and not cell.is_covered]
    if len(own) != 1 or own[0].anchor != own[0].place:
        return False
    block = [cell for cell in row.cells if cell.anchor == own[0].place]
    return len(block) > len(row.cells) / 2


def _is_item_of_columns(row: Row, names: dict[int, Cell], roles: ColumnRoles) -> bool:
    """Return whether a row with a single name is an ordinary row of the table's columns."""
    index = next(iter(names))
    if _is_across(row) or read_label(names[index].text).level is not None:
        return False
    # A column of areas or goals names them on rows of their own, with the measures below.
    if index in (roles.area, roles.goal):
        return True
    # Without columns that only measures fill in, nothing tells a measure from a row across.
    return index == roles.text and (roles.area is not None or roles.goal is not None or not roles.facts)


def _levels(rows: Sequence[Row], bands: dict[int, _Band], roles: ColumnRoles, *, has_area: bool) -> dict[int, Level]:
    """Return the level of each row across: by its word, its number, or else by how the rows across differ."""
    told = {number: level for number, band in bands.items() if (level := _told_level(band, bands.values()))}
    silent = [number for number in bands if number not in told]
    if roles.goal is not None:
        return told | dict.fromkeys(silent, Level.AREA)
    told_levels = set(told.values())
    if Level.GOAL in told_levels and len(told) < len(bands):
        return told | dict.fromkeys(silent, Level.AREA)
    if Level.AREA in told_levels and silent:
        return told | dict.fromkeys(silent, Level.GOAL)
    return told | _levels_by_style(rows, bands, silent, is_below_area=has_area or roles.area is not None)


def _told_level(band: _Band, bands: object) -> Level | None:
    """Return the level that the label tells: by its word, or by the parts of its number ("A" above "A1")."""
    if band.label.level:
        return band.label.level
    depths = {other.label.depth for other in bands} - {0}  # type: ignore[attr-defined]
    if not band.label.depth or len(depths) < 2:
        return None
    return Level.AREA if band.label.depth == min(depths) else Level.GOAL


def _levels_by_style(
    rows: Sequence[Row], bands: dict[int, _Band], silent: Sequence[int], *, is_below_area: bool
) -> dict[int, Level]:
    """Return levels by indent and look: the look that comes first is that of the areas.

    With one look only, two rows across in turn are an area and its goal; single ones are goals below a known area.
    """
    styles = list(dict.fromkeys(bands[number].style for number in silent))
    if len(styles) > 1:
        areas = min(styles, key=lambda style: (style[0], styles.index(style)))
        return {number: Level.AREA if bands[number].style == areas else Level.GOAL for number in silent}
    if is_below_area:
        return dict.fromkeys(silent, Level.GOAL)
    followers = _bands_right_below_another(rows, bands)
    return {number: Level.GOAL if number in followers else Level.AREA for number in silent}


def _bands_right_below_another(rows: Sequence[Row], bands: dict[int, _Band]) -> set[int]:
    """Return the numbers of the rows across whose row above is one too."""
    numbers = [row.number for row in rows]
    return {below for above, below in pairwise(numbers) if above in bands and below in bands}
