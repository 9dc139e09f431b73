"""Collect the cells of a sheet or table, in any order, and the text around tables, and make them grids."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from organisation.text import clean_cell
from programmes.sheets.grid import EMPTY_CELL, Cell, Column, ContextLine, Grid, Row, Value
from programmes.sheets.readers.limits import MAX_BARE, MAX_CELL_TEXT, MAX_COLUMNS, MAX_ROWS, MAX_TABLES, CellBudget
from programmes.source import SourceError

# Spaces that a tab at the beginning of a text counts as.
TAB_WIDTH = 4


class Block(NamedTuple):
    """A merged block of cells, by the numbers of its rows and columns."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Run(NamedTuple):
    """A part of a cell's text with one formatting."""

    text: str
    is_struck: bool


def set_text(cell: Cell, written: str) -> None:
    """Give the cell a text: cleaned, with the spaces before it counted as its indent. A blank text is no value."""
    if len(written) > MAX_CELL_TEXT:
        raise SourceError(
            f"Cellen {cell.place} innehåller mer text än de {MAX_CELL_TEXT} tecken som får plats i en cell. "
            "Korta texten och försök igen."
        )
    cleaned = clean_cell(written)
    text = cleaned.strip()
    if text:
        before = cleaned[: len(cleaned) - len(cleaned.lstrip())]
        cell.value = cell.text = text
        cell.indent += len(before.rpartition("\n")[2].expandtabs(TAB_WIDTH))


def set_runs(cell: Cell, runs: Sequence[Run]) -> None:
    """Give the cell the text of its runs. Words struck out in a text of which the rest is not become a note."""
    kept = "".join(run.text for run in runs if not run.is_struck)
    struck = "".join(run.text for run in runs if run.is_struck)
    if kept.strip():
        set_text(cell, kept)
        if struck.strip():
            add_note(cell, f"Överstruket: {struck.strip()}")
    else:
        set_text(cell, struck)
        cell.struck = bool(struck.strip())


def plain_value(value: Any) -> Value:
    """Return a value as a grid holds it: midnight as a date, a duration as text, any other number as it is."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, bool | int | float | date | time):
        return value
    return str(value)


def add_note(cell: Cell, note: str) -> None:
    """Add a comment to those that the cell has already."""
    cleaned = clean_cell(note).strip()
    cell.note = "\n".join(filter(None, (cell.note, cleaned)))


def sheet_place(name: str) -> Callable[[int, int], str]:
    """Return a function that writes places as "Blad1!C4"."""
    return lambda row, column: f"{name}!{get_column_letter(column)}{row}"


def table_place(name: str) -> Callable[[int, int], str]:
    """Return a function that writes places as "tabell 2, rad 3, kolumn 2"."""
    return lambda row, column: f"{name}, rad {row}, kolumn {column}"


class GridBuilder:
    """The cells of one sheet (with letters for its columns) or of one table of a document (with numbers)."""

    def __init__(self, name: str, budget: CellBudget, *, is_sheet: bool) -> None:
        self.name = name
        self.context: list[ContextLine] = []
        self.remarks: list[str] = []
        self.hidden = False
        self.hidden_rows: set[int] = set()
        self.hidden_columns: list[range] = []
        self._budget = budget
        self._is_sheet = is_sheet
        self._place = sheet_place(name) if is_sheet else table_place(name)
        self._cells: dict[int, dict[int, Cell]] = defaultdict(dict)
        self._blocks: list[Block] = []

    def new_cell(self, row: int, column: int) -> Cell:
        """Return an empty cell that knows its place. It becomes part of the grid only by `add`."""
        return Cell(self._place(row, column))

    def add(self, row: int, column: int, cell: Cell) -> None:
        """Add a cell, unless nothing is in it. SourceError when the file has too many cells."""
        if cell.is_empty:
            return
        self._budget.take()
        self._cells[row][column] = cell

    def merge(self, block: Block) -> None:
        """Let the first cell of the block stand for all its cells."""
        self._blocks.append(block)

    def grid(self) -> Grid:
        """Return the rows and columns that hold something. SourceError when there are too many of them."""
        self._drop_bare_rows()
        self._drop_bare_columns()
        numbers = sorted({number for cells in self._cells.values() for number in cells})
        if len(self._cells) > MAX_ROWS:
            raise self._error(f"fler än {MAX_ROWS} rader", "rader")
        if len(numbers) > MAX_COLUMNS:
            raise self._error(f"fler än {MAX_COLUMNS} kolumner", "kolumner")
        self._fill_blocks(numbers)
        columns = [Column(number, self._label(number), self._is_hidden_column(number)) for number in numbers]
        rows = [self._row(number, columns) for number in sorted(self._cells)]
        return Grid(self.name, tuple(columns), tuple(rows), tuple(self.context), self.hidden, tuple(self.remarks))

    def _error(self, excess: str, items: str) -> SourceError:
        kind = f"Bladet {self.name}" if self._is_sheet else self.name.capitalize()
        return SourceError(f"{kind} har {excess}. Dela upp filen, eller ta bort tomma {items} som har formatering.")

    def _label(self, column: int) -> str:
        return get_column_letter(column) if self._is_sheet else str(column)

    def _is_hidden_column(self, number: int) -> bool:
        return any(number in hidden for hidden in self.hidden_columns)

    def _row(self, number: int, columns: Iterable[Column]) -> Row:
        """Return a row with a cell for each column, and mark the cells that its row or column hides."""
        is_hidden = number in self.hidden_rows
        stored = self._cells[number]
        cells = []
        for column in columns:
            cell = stored.get(column.number, EMPTY_CELL)
            if (is_hidden or column.hidden) and cell is not EMPTY_CELL:
                cell.hidden = True
            cells.append(cell)
        return Row(number, tuple(cells), is_hidden)

    def _fill_blocks(self, columns: Sequence[int]) -> None:
        """Repeat the first cell of each block in those of its cells that lie in a used row and a used column."""
        rows = sorted(self._cells)
        for block in self._blocks:
            anchor = self._cells.get(block.first_row, {}).get(block.first_column)
            if anchor is None:
                continue
            anchor.anchor = anchor.place
            for row in _between(rows, block.first_row, block.last_row):
                for column in _between(columns, block.first_column, block.last_column):
                    if (row, column) != (block.first_row, block.first_column):
                        self._budget.take()
                        self._cells[row][column] = replace(anchor, place=self._place(row, column))

    def _drop_bare_rows(self) -> None:
        """Leave out rows with nothing but colour when there are many: often the empty rest of a sheet."""
        bare = [row for row, cells in self._cells.items() if is_bare(cells.values())]
        if len(bare) > MAX_BARE:
            self.remarks.append(
                f"Fler än {MAX_BARE} rader är färgade men tomma, och läses inte (från rad {min(bare)})."
            )
            for row in bare:
                del self._cells[row]

    def _drop_bare_columns(self) -> None:
        """Leave out columns with nothing but colour when there are many, and rows that lie only in such columns."""
        by_column: dict[int, list[Cell]] = defaultdict(list)
        for cells in self._cells.values():
            for column, cell in cells.items():
                by_column[column].append(cell)
        bare = {column for column, cells in by_column.items() if is_bare(cells)}
        if len(bare) > MAX_BARE:
            first = self._label(min(bare))
            self.remarks.append(
                f"Fler än {MAX_BARE} kolumner är färgade men tomma, och läses inte (från kolumn {first})."
            )
            for row in list(self._cells):
                cells = self._cells[row]
                self._cells[row] = {column: cell for column, cell in cells.items() if column not in bare}
                if not self._cells[row]:
                    del self._cells[row]


class DocumentBuilder:
    """Headings, lines of text and tables of a document, in their order."""

    def __init__(self) -> None:
        self._budget = CellBudget()
        self._tables: list[GridBuilder] = []
        self._open_headings: list[ContextLine] = []
        self._lines: list[ContextLine] = []

    def add_line(self, text: str, level: int = 0) -> None:
        """Add a heading of this level, or a line of other text if the level is 0."""
        cleaned = clean_cell(text).strip()
        if cleaned:
            self._lines.append(ContextLine(cleaned, level))

    def new_table(self) -> GridBuilder:
        """Begin the next table: below the headings that are still open, and the lines since the table before."""
        if len(self._tables) == MAX_TABLES:
            raise SourceError(f"Filen har fler än {MAX_TABLES} tabeller och läses inte. Dela upp den och försök igen.")
        builder = GridBuilder(f"tabell {len(self._tables) + 1}", self._budget, is_sheet=False)
        builder.context = self._take_context()
        self._tables.append(builder)
        return builder

    def grids(self) -> list[Grid]:
        """Return the tables, and the text after the last one as a grid without rows."""
        grids = [table.grid() for table in self._tables]
        if self._lines:
            grids.append(Grid("text efter tabellerna", context=tuple(self._lines)))
        return grids

    def _take_context(self) -> list[ContextLine]:
        """Return the headings above a table and the lines before it, and remember the headings that stay open."""
        headings = list(self._open_headings)
        for line in self._lines:
            if line.level:
                headings = [open_one for open_one in headings if open_one.level < line.level]
                self._open_headings = [one for one in self._open_headings if one.level < line.level] + [line]
        context = headings + self._lines
        self._lines = []
        return context


def is_bare(cells: Iterable[Cell]) -> bool:
    """Return whether all the cells hold nothing but a fill."""
    return all(cell.value is None and not cell.note and not cell.fault for cell in cells)


def _between(numbers: Sequence[int], first: int, last: int) -> Sequence[int]:
    """Return those of the sorted numbers that lie from `first` to `last`."""
    return numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
