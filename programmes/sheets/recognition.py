"""Recognise the kind of each sheet in other people's files, its heading rows, and the meaning of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from programmes.sheets.cells import UnreadableCellError, normal
from programmes.sheets.grid import Cell, Row
from programmes.sheets.mapping import ColumnMapping
from programmes.sheets.schema import ColumnSpec, SheetSpec
from programmes.sheets.shape.headings import MAX_ROWS_OF_HEADINGS, can_be_lower_heading, heading_parts
from programmes.sheets.steps import read_step

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
# The order in which a sheet without a telling title is tried: a plan with measures names goals and areas too.
MOST_SPECIFIC_FIRST = (
    *("outcomes", "targets", "indicators", "measures", "goals"),
    *("guidelines", "areas", "perspectives", "units"),
)


@dataclass(frozen=True)
class Recognition:
    """The kind of a sheet (None when unknown), and its headings: the index of their first row, and how many rows."""

    spec: SheetSpec | None
    heading_index: int
    number_of_rows: int = 1


@dataclass(frozen=True)
class _Candidate:
    """Rows that may hold the headings of a sheet of a kind. `known` are the keys and years of their columns."""

    spec: SheetSpec
    index: int
    number_of_rows: int
    known: frozenset[tuple[str, int | None]]

    @property
    def known_keys(self) -> set[str]:
        return {key for key, _ in self.known}

    @property
    def score(self) -> tuple[int, int, int]:
        """Most known headings first, then the fewest rows, then the topmost."""
        return len(self.known), -self.number_of_rows, -self.index


def recognise_sheet(title: str, head: Sequence[Row], specs: Sequence[SheetSpec], chosen: str) -> Recognition:
    """Recognise a sheet by the key that a person has `chosen`, by its title, or else by its headings."""
    named = _spec_by_title(title, specs)
    if chosen:
        named = next((spec for spec in specs if spec.key == chosen), named)
    if named and (named.upright or not head):
        return Recognition(named, 0)

    candidates = _candidates(head, specs)
    if chosen and named:
        best = max((one for one in candidates if one.spec is named), key=lambda one: one.score)
        return _recognition(best) if best.known else Recognition(named, fullest_row(head))

    best_by_key = _best_by_key(candidates, named)
    # An action plan on a sheet called "Mål" is read as a plan: its rows name their goals too.
    is_plan = named and named.key in ("goals", "areas") and "measures" in best_by_key
    if named and named.key in best_by_key and not is_plan:
        return _recognition(best_by_key[named.key])
    return _most_specific(best_by_key)


def _recognition(candidate: _Candidate) -> Recognition:
    return Recognition(candidate.spec, candidate.index, candidate.number_of_rows)


def fullest_row(head: Sequence[Row]) -> int:
    """Return the index of the row with the most texts: the likely headings where none is known."""
    counts = [sum(bool(cell.text) and not cell.is_covered for cell in row.cells) for row in head]
    return counts.index(max(counts)) if counts else 0


def _spec_by_title(title: str, specs: Sequence[SheetSpec]) -> SheetSpec | None:
    wanted = normal(title)
    return next((spec for spec in specs if wanted in map(normal, (spec.title, *spec.names))), None)


def _candidates(head: Sequence[Row], specs: Sequence[SheetSpec]) -> list[_Candidate]:
    """Return each row, and each row with one or two rows below that may be headings too, for each kind of sheet."""
    tables = [spec for spec in specs if not spec.upright]
    candidates = []
    for index in range(len(head)):
        for number_of_rows in range(1, _rows_of_headings(head, index) + 1):
            headings = [Heading.of(parts) for parts in heading_parts(head[index : index + number_of_rows])]
            candidates += [_Candidate(spec, index, number_of_rows, _known(spec, headings)) for spec in tables]
    return candidates


def _rows_of_headings(head: Sequence[Row], index: int) -> int:
    """Return how many rows from this one on can be headings together."""
    number_of_rows = 1
    while number_of_rows < MAX_ROWS_OF_HEADINGS and index + number_of_rows < len(head):
        if not can_be_lower_heading(head[index + number_of_rows], head[index + number_of_rows - 1]):
            break
        number_of_rows += 1
    return number_of_rows


def _known(spec: SheetSpec, headings: Sequence[Heading]) -> frozenset[tuple[str, int | None]]:
    """Return the key of each known heading, with the year where there is a column for each year."""
    known = set()
    for heading in headings:
        column = find_column(spec, heading)
        if column:
            known.add((column.key, heading.year if column.yearly else None))
    # Years alone tell nothing, but next to the main column they are headings too.
    if (spec.main, None) in known and spec.bare_year_keys:
        known |= {(spec.bare_year_keys[0], None) for heading in headings if heading.is_bare_year}
    return frozenset(known)


def _best_by_key(candidates: Iterable[_Candidate], named: SheetSpec | None) -> dict[str, _Candidate]:
    """Return the best heading rows of each kind of sheet whose main column is there."""
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
            return _recognition(best_by_key[key])
    for key, candidate in best_by_key.items():
        if key not in MOST_SPECIFIC_FIRST:
            return _recognition(candidate)
    return Recognition(None, 0)


# Columns


@dataclass(frozen=True)
class Heading:
    """A heading of one or more rows. `names` are its lowest row as it is compared, and then all rows together.

    A name has no case, brackets and year.
    """

    text: str
    names: tuple[str, ...]
    year: int | None

    @property
    def is_bare_year(self) -> bool:
        return self.year is not None and not self.names

    @classmethod
    def of(cls, parts: Sequence[str]) -> Heading:
        """Return the heading of the texts over a column, from top to bottom."""
        words = [" ".join(_YEAR_IN_HEADING.sub(" ", _name(part)).split()) for part in parts]
        filled = [name for name in words if name]
        names = [filled[-1], " ".join(filled)] if len(filled) > 1 else filled
        # The year of the lowest row counts: it is the one of the column.
        years = [year[1] for part in reversed(parts) if (year := YEAR.search(part))]
        return cls(" ".join(parts), tuple(names), int(years[0]) if years else None)


_YEAR_IN_HEADING = re.compile(r"(?:\b(?:per|den|år|i|dec|december|av)\s+)*(?<!\d)(?:19|20)\d\d(?!\d)(?:-\d\d-\d\d)?")
# Columns of counts and costs name the thing that they count: "Antal åtgärder", "Kostnad för åtgärden".
_COUNTS = re.compile(r"^(?:antal|andel|summa|kostnad|kostnader|budget|pris|belopp|varav)\b")


def _name(text: str) -> str:
    return "nr" if text.strip() in ("#", "№") else normal(text)


def map_columns(
    spec: SheetSpec,
    headings: Sequence[Heading],
    labels: Sequence[str],
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
    for label, heading in zip(labels, headings, strict=True):
        column = _exact_column(spec, heading)
        if label in chosen:
            column = spec.find(chosen[label])
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
        mappings.append(ColumnMapping(label, heading.text, column, year))
    return mappings


def find_bare_year_column(spec: SheetSpec, cells: Iterable[Cell]) -> ColumnSpec | None:
    """Return the column that can read most of the cells under headings that are nothing but a year.

    None when no column reads half of them: amounts under the years of a plan are a budget, and not read.
    """
    filled = [cell for cell in cells if cell.text]
    best, most = None, len(filled) // 2
    for column in map(spec.column, spec.bare_year_keys):
        readable = sum(is_readable(column, cell) for cell in filled)
        if readable > most:
            best, most = column, readable
    return best


def is_readable(column: ColumnSpec, cell: Cell) -> bool:
    """Return whether the column can read the cell, and with certainty where it reads steps of a scale."""
    if column.steps:
        reading = read_step(cell.text, column.steps)
        return bool(reading.step) and reading.is_certain
    try:
        column.read(cell)
    except UnreadableCellError:
        return False
    return True


def find_column(spec: SheetSpec, heading: Heading) -> ColumnSpec | None:
    """Return the column with this heading, or else the one with the longest name inside the heading."""
    if column := _exact_column(spec, heading):
        return column
    for name in heading.names:
        if _COUNTS.match(name):
            return None
        if column := _column_inside(spec, name, heading):
            return column
    return None


def _column_inside(spec: SheetSpec, name: str, heading: Heading) -> ColumnSpec | None:
    """Return the column with the longest name inside `name`; one for each year goes first when there is a year."""
    words = f" {name.replace('/', ' ')} "
    has_year = heading.year is not None
    best: ColumnSpec | None = None
    best_fit = (False, 0)
    for known, _ in _columns_by_heading(spec):
        column = _column_named(spec, known, heading) if len(known) > 2 and f" {known} " in words else None
        if column and (column.yearly == has_year, len(known)) > best_fit:
            best, best_fit = column, (column.yearly == has_year, len(known))
    return best


def find_exact_column(spec: SheetSpec, text: str) -> ColumnSpec | None:
    """Return the column with this heading."""
    return _exact_column(spec, Heading.of((text,)))


def _exact_column(spec: SheetSpec, heading: Heading) -> ColumnSpec | None:
    for name in heading.names:
        if column := _column_named(spec, name, heading):
            return column
    return None


def _column_named(spec: SheetSpec, name: str, heading: Heading) -> ColumnSpec | None:
    """Return the column of this name: a yearly one if the heading has a year, otherwise one that is not."""
    by_heading = _columns_by_heading(spec)
    has_year = heading.year is not None
    return by_heading.get((name, has_year)) or by_heading.get((name, not has_year))


@lru_cache(maxsize=128)
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
