"""Recognise the kind of each sheet in other people's workbooks, its heading row, and the meaning of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from openpyxl.utils import get_column_letter

from programmes.sheets.cells import UnreadableCellError, normal, text
from programmes.sheets.mapping import ColumnMapping
from programmes.sheets.schema import ColumnSpec, SheetSpec

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
# The order in which a sheet without a telling title is tried: a plan with measures names goals and areas too.
MOST_SPECIFIC_FIRST = (
    *("outcomes", "targets", "indicators", "measures", "goals"),
    *("guidelines", "areas", "perspectives", "units"),
)


@dataclass(frozen=True)
class NumberedRow:
    """A row of a sheet with its number in the file."""

    number: int
    cells: tuple[Any, ...]

    @property
    def filled_cells(self) -> list[Any]:
        return [cell for cell in self.cells if cell.value is not None]


@dataclass(frozen=True)
class Recognition:
    """The kind of a sheet (None when unknown), and the index of its heading row among the first rows."""

    spec: SheetSpec | None
    heading_index: int


@dataclass(frozen=True)
class _Candidate:
    """A row that may hold the headings of a sheet of a kind."""

    spec: SheetSpec
    index: int
    known_keys: frozenset[str]

    @property
    def score(self) -> tuple[int, int]:
        """Most known headings first, then the topmost row."""
        return len(self.known_keys), -self.index


def recognise_sheet(title: str, head: Sequence[NumberedRow], specs: Sequence[SheetSpec], chosen: str) -> Recognition:
    """Recognise a sheet by the key that a person has `chosen`, by its title, or else by its headings."""
    named = _spec_by_title(title, specs)
    if chosen:
        named = next((spec for spec in specs if spec.key == chosen), named)
    if named and (named.upright or not head):
        return Recognition(named, 0)

    candidates = _candidates(head, specs)
    if chosen and named:
        best = max((one for one in candidates if one.spec is named), key=lambda one: one.score)
        return Recognition(named, best.index if best.known_keys else fullest_row(head))

    best_by_key = _best_by_key(candidates, named)
    # An action plan on a sheet called "Mål" is read as a plan: its rows name their goals too.
    is_plan = named and named.key in ("goals", "areas") and "measures" in best_by_key
    if named and named.key in best_by_key and not is_plan:
        return Recognition(named, best_by_key[named.key].index)
    return _most_specific(best_by_key)


def fullest_row(head: Sequence[NumberedRow]) -> int:
    """Return the index of the row with the most cells: the likely headings where none is known."""
    counts = [len(row.filled_cells) for row in head]
    return counts.index(max(counts)) if counts else 0


def _spec_by_title(title: str, specs: Sequence[SheetSpec]) -> SheetSpec | None:
    wanted = normal(title)
    return next((spec for spec in specs if wanted in map(normal, (spec.title, *spec.names))), None)


def _candidates(head: Sequence[NumberedRow], specs: Sequence[SheetSpec]) -> list[_Candidate]:
    tables = [spec for spec in specs if not spec.upright]
    candidates = []
    for index, row in enumerate(head):
        headings = [Heading.of(cell) for cell in row.cells]
        candidates += [_Candidate(spec, index, _known_keys(spec, headings)) for spec in tables]
    return candidates


def _known_keys(spec: SheetSpec, headings: Sequence[Heading]) -> frozenset[str]:
    known = {column.key for heading in headings if (column := find_column(spec, heading))}
    # Years alone tell nothing, but next to the main column they are headings too.
    if spec.main in known and any(heading.is_bare_year for heading in headings):
        known.update(spec.bare_year_keys[:1])
    return frozenset(known)


def _best_by_key(candidates: Iterable[_Candidate], named: SheetSpec | None) -> dict[str, _Candidate]:
    """Return the best heading row of each kind of sheet whose main column is there."""
    best: dict[str, _Candidate] = {}
    for candidate in candidates:
        spec, known = candidate.spec, candidate.known_keys
        # One known heading could be a word of any table, unless the title says the same.
        if spec.main not in known or (len(known) == 1 and spec is not named):
            continue
        if spec.key not in best or candidate.score > best[spec.key].score:
            best[spec.key] = candidate
    return best


def _most_specific(best_by_key: Mapping[str, _Candidate]) -> Recognition:
    for key in MOST_SPECIFIC_FIRST:
        if key in best_by_key and len(best_by_key[key].known_keys) > 1:
            return Recognition(best_by_key[key].spec, best_by_key[key].index)
    for key, candidate in best_by_key.items():
        if key not in MOST_SPECIFIC_FIRST:
            return Recognition(candidate.spec, candidate.index)
    return Recognition(None, 0)


# Columns


@dataclass(frozen=True)
class Heading:
    """A heading as it is compared: its words without case, brackets and year, and the year."""

    text: str
    name: str
    year: int | None

    @property
    def is_bare_year(self) -> bool:
        return self.year is not None and not self.name

    @classmethod
    def of(cls, cell: Any) -> Heading:
        written = text(cell)
        words = "nr" if written == "#" else normal(written)
        year = YEAR.search(written)
        return cls(written, " ".join(YEAR.sub(" ", words).split()), int(year[1]) if year else None)


def map_columns(
    spec: SheetSpec,
    headings: Sequence[Heading],
    chosen: Mapping[str, str],
    status_year: int | None,
    bare_year_column: ColumnSpec | None,
) -> list[ColumnMapping]:
    """Map each column by the key `chosen` for its letter, or by its heading; the first of two alike counts.

    Headings that are nothing but a year stand for `bare_year_column`.
    """
    exact = {column.key for heading in headings if (column := _exact_column(spec, heading)) and not column.yearly}
    mappings: list[ColumnMapping] = []
    used: set[tuple[str, int | None]] = set()
    for number, heading in enumerate(headings, start=1):
        letter = get_column_letter(number)
        column = _exact_column(spec, heading)
        if letter in chosen:
            column = spec.find(chosen[letter])
        elif heading.is_bare_year:
            column = bare_year_column
        elif column is None:
            guess = find_column(spec, heading)
            column = None if guess and guess.key in exact else guess
        year = (heading.year or status_year) if column and column.yearly else None
        if column and ((column.key, year) in used or (column.yearly and not year)):
            column = None
        if column:
            used.add((column.key, year))
        mappings.append(ColumnMapping(letter, heading.text, column, year))
    return mappings


def find_bare_year_column(spec: SheetSpec, cells: Iterable[Any]) -> ColumnSpec | None:
    """Return the column that can read most of the cells under headings that are nothing but a year.

    None when no column reads half of them: amounts under the years of a plan are a budget, and not read.
    """
    filled = [cell for cell in cells if text(cell)]
    best, most = None, len(filled) // 2
    for column in map(spec.column, spec.bare_year_keys):
        readable = sum(_is_readable(column, cell) for cell in filled)
        if readable > most:
            best, most = column, readable
    return best


def _is_readable(column: ColumnSpec, cell: Any) -> bool:
    try:
        column.read(cell)
    except UnreadableCellError:
        return False
    return True


def find_column(spec: SheetSpec, heading: Heading) -> ColumnSpec | None:
    """Return the column with this heading, or else the one with the longest name inside the heading."""
    if column := _exact_column(spec, heading):
        return column
    words = f" {heading.name.replace('/', ' ')} "
    inside = [name for name, _ in _columns_by_heading(spec) if len(name) > 2 and f" {name} " in words]
    return _column_named(spec, max(inside, key=len), heading) if inside else None


def find_exact_column(spec: SheetSpec, cell: Any) -> ColumnSpec | None:
    """Return the column whose heading is in the cell."""
    return _exact_column(spec, Heading.of(cell))


def _exact_column(spec: SheetSpec, heading: Heading) -> ColumnSpec | None:
    return _column_named(spec, heading.name, heading)


def _column_named(spec: SheetSpec, name: str, heading: Heading) -> ColumnSpec | None:
    """Return the column of this name: a yearly one if the heading has a year, otherwise one that is not."""
    by_heading = _columns_by_heading(spec)
    has_year = heading.year is not None
    return by_heading.get((name, has_year)) or by_heading.get((name, not has_year))


@cache
def _columns_by_heading(spec: SheetSpec) -> dict[tuple[str, bool], ColumnSpec]:
    """Map name and "is yearly" to columns. Titles of our own workbook go before other people's words."""
    columns: dict[tuple[str, bool], ColumnSpec] = {}
    for column in spec.columns:
        columns.setdefault((normal(column.title), column.yearly), column)
    for column in spec.columns:
        for name in column.names:
            columns.setdefault((normal(name), column.yearly), column)
    columns.pop(("", False), None)
    columns.pop(("", True), None)
    return columns
