"""Finding what the sheets of a workbook hold, by the words that somebody has given them, and reading their rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from openpyxl.utils import get_column_letter

from programmes.sheets.cells import Unreadable, normal, text
from programmes.sheets.columns import INSTRUCTIONS_TITLE, Column, Sheet
from programmes.sheets.loading import load_formula_results, load_workbook
from programmes.sheets.screening import LAST_ROW, SAVE_AS
from programmes.source import Problem, Problems, Row, SourceError

HEADING_ROWS = 25
MAX_COLUMNS = 120
# Rows with content that one sheet may have.
MAX_ROWS = 20_000
REPORT_EVERY = 1000
# By which column an unnamed sheet is known; the first of these that it has.
SPECIFIC = ("outcomes", "targets", "indicators", "measures", "goals", "guidelines", "areas", "perspectives", "units")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
NOT_READ = "-"
# Called with the number of rows read so far, and the number of rows in the file.
OnProgress = Callable[[int, int], None]


class RowCounter:
    """Count of the rows that were read in all sheets, reported every thousand rows."""

    def __init__(self, rows_in_file: int, on_progress: OnProgress) -> None:
        self.rows_in_file = rows_in_file
        self.on_progress = on_progress
        self.rows_read = 0
        on_progress(0, rows_in_file)

    def add_row(self) -> None:
        self.rows_read += 1
        if self.rows_read % REPORT_EVERY == 0:
            self.on_progress(self.rows_read, self.rows_in_file)


def ignore_progress(rows_read: int, rows_in_file: int) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Choices:
    """What a person has said of sheets that we do not understand by ourselves: what they hold, by sheet, and what
    their columns are, by sheet and letter; and the year of statuses that have none in their heading."""

    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    status_year: int | None = None


@dataclass(frozen=True)
class Meaning:
    """A column of the file, and what it is taken for; nothing when it is not read."""

    letter: str
    heading: str
    column: Column | None = None
    year: int | None = None

    @property
    def place(self) -> str:
        return f"{self.letter} ({self.heading})" if self.heading else self.letter


@dataclass
class Table:
    """A sheet of the file: what it is taken for, its columns, and its rows by the keys of the columns."""

    title: str
    sheet: Sheet | None
    meanings: list[Meaning] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def is_understood(self) -> bool:
        """Whether everything that has a heading is read."""
        return self.sheet is not None and all(meaning.column or not meaning.heading for meaning in self.meanings)


@dataclass(frozen=True)
class PlacedItem:
    """A goal or measure that was built from a row, with its number. A flat table has both in a row."""

    kind: str
    row: Row
    code: tuple[int, ...]
    item: Row


@dataclass
class Tables:
    """What was found in a file. `notes` say where it was understood differently from how it was written."""

    tables: list[Table]
    problems: Problems = field(default_factory=Problems)
    notes: list[Problem] = field(default_factory=list)
    placed: list[PlacedItem] = field(default_factory=list)

    def rows(self, key: str) -> list[Row]:
        return [row for table in self.tables if table.sheet and table.sheet.key == key for row in table.rows]

    def has(self, key: str) -> bool:
        return any(table.sheet and table.sheet.key == key for table in self.tables)

    def has_column(self, key: str) -> bool:
        """Whether one of the columns that are read holds `key`."""
        return any(meaning.column and meaning.column.key == key for table in self.tables for meaning in table.meanings)


def read_tables(
    content: bytes, sheets: Sequence[Sheet], choices: Choices, on_progress: OnProgress = ignore_progress
) -> Tables:
    """All sheets of the workbook. SourceError when the file cannot be opened at all; faults in cells are `problems`."""
    workbook = load_workbook(content)
    row_counter = RowCounter(workbook.number_of_rows, on_progress)
    found = Tables([])
    try:
        for number, worksheet in enumerate(workbook.worksheets):
            if worksheet.sheet_state == "visible" and worksheet.title != INSTRUCTIONS_TITLE:
                _Reader(content, number, worksheet, sheets, choices, found, row_counter).read()
    except SourceError:
        raise
    except Exception as error:  # openpyxl reads sheets while we go through them: what is broken there shows now
        raise SourceError("Filen är skadad och kan inte läsas. Spara om den i Excel och försök igen.") from error
    finally:
        workbook.close()
    return found


class _Reader:
    """One sheet of the file, read row by row."""

    def __init__(
        self,
        content: bytes,
        number: int,
        worksheet: Any,
        sheets: Sequence[Sheet],
        choices: Choices,
        found: Tables,
        row_counter: RowCounter,
    ) -> None:
        self.content, self.number, self.worksheet = content, number, worksheet
        self.sheets, self.choices, self.found, self.row_counter = sheets, choices, found, row_counter
        self.title = str(worksheet.title)
        self.calculated: Any = None
        self.merged = _merged(worksheet)

    def read(self) -> None:
        rows = self._rows()
        head = [row for _, row in zip(range(HEADING_ROWS), rows, strict=False)]
        wanted = self.choices.sheets.get(self.title, "")
        if wanted == NOT_READ:
            self.found.tables.append(Table(self.title, None))
            return
        sheet, place = self._understand(head, wanted)
        table = Table(self.title, sheet)
        self.found.tables.append(table)
        if not head or not any(_filled(cells) for _, cells in head):
            return
        if sheet is None:
            table.meanings = _unread(head[_fullest(head)][1])
            return
        if sheet.upright:
            self._read_upright(table, sheet, [*head, *rows])
            return
        table.meanings = self._meanings(sheet, head[place][1])
        self._note_unread(table)
        read = [(index, meaning, meaning.column) for index, meaning in enumerate(table.meanings) if meaning.column]
        columns = {column.key: meaning.place for _, meaning, column in reversed(read)}
        for number, cells in [*head[place + 1 :], *rows]:
            row = Row(self.title, number, columns)
            for index, meaning, column in read:
                value = self._value(meaning, column, number, cells[index] if index < len(cells) else _EMPTY)
                if meaning.year:
                    row.setdefault(column.key, {})[meaning.year] = value
                else:
                    row[column.key] = value
            table.rows.append(row)

    def _rows(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """The rows that hold something, with their numbers."""
        # Where the sheet was read as a whole, its size is known.
        width = self.worksheet.max_column and min(MAX_COLUMNS, self.worksheet.max_column)
        if (self.worksheet.max_row or 0) > MAX_ROWS:
            raise self._too_many()
        number_of_rows = 0
        for number, row in enumerate(self.worksheet.iter_rows(max_col=width), start=1):
            if number > LAST_ROW:  # rows without a number may follow the last one that a sheet can have
                raise SourceError(f"Filen är skadad: bladet {self.title} har fler rader än ett blad rymmer. {SAVE_AS}")
            cells = row[:MAX_COLUMNS]
            if any(cell.value is not None for cell in cells):
                number_of_rows += 1
                if number_of_rows > MAX_ROWS:
                    raise self._too_many()
                self.row_counter.add_row()
                yield number, tuple(cells)

    def _too_many(self) -> SourceError:
        return SourceError(
            Problem(
                f"bladet har fler än {MAX_ROWS} rader. Dela upp det, eller ta bort tomma rader som har formatering.",
                sheet=self.title,
            )
        )

    def _understand(self, head: Sequence[tuple[int, tuple[Any, ...]]], wanted: str) -> tuple[Sheet | None, int]:
        """What the sheet holds, and which row of `head` has its headings: the one with the most that are known."""
        title = normal(self.title)
        named = next((s for s in self.sheets if title in (normal(s.title), *map(normal, s.names))), None)
        if wanted:
            named = next((sheet for sheet in self.sheets if sheet.key == wanted), named)
        if named and (named.upright or not head):
            return named, 0
        scores: list[tuple[int, int, Sheet, set[str]]] = []
        for place, (_, cells) in enumerate(head):
            headings = [normal(text(cell)) for cell in cells]
            for sheet in self.sheets:
                if not sheet.upright:
                    known = {column.key for heading in headings if (column := _known(sheet, heading))}
                    scores.append((len(known), -place, sheet, known))
        if wanted and named:
            best = max((score for score in scores if score[2] is named), key=lambda score: score[:2])
            return named, -best[1] if best[0] else _fullest(head)
        able: dict[str, tuple[int, int, Sheet]] = {}
        for count, place, sheet, known in scores:
            if sheet.main in known and (count > 1 or sheet is named) and count > able.get(sheet.key, (0, 0))[0]:
                able[sheet.key] = (count, -place, sheet)
        # An action plan on a sheet that is called "Mål" is read as one: its rows name their goals too.
        if named and named.key in able and not (named.key in ("goals", "areas") and "measures" in able):
            return named, able[named.key][1]
        for key in SPECIFIC:
            if key in able and able[key][0] > 1:
                return able[key][2], able[key][1]
        others = [able[key] for key in able if key not in SPECIFIC]
        return (others[0][2], others[0][1]) if others else (None, 0)

    def _meanings(self, sheet: Sheet, cells: Sequence[Any]) -> list[Meaning]:
        """What each column is: as a person has chosen, or as its heading says; the first of two alike counts."""
        chosen = self.choices.columns.get(self.title, {})
        meanings: list[Meaning] = []
        taken: set[tuple[str, int | None]] = set()
        exact = {
            (column.key, _year_of(text(cell)) if column.yearly else None)
            for cell in cells
            if (column := _known(sheet, normal(text(cell)), exact=True))
        }
        for index, cell in enumerate(cells):
            heading = text(cell)
            letter = get_column_letter(index + 1)
            column = _known(sheet, normal(heading), exact=True)
            if column is None and (guess := _known(sheet, normal(heading))) and (guess.key, None) not in exact:
                column = guess
            if letter in chosen:
                column = next((one for one in sheet.columns if one.key == chosen[letter]), None)
            year = (_year_of(heading) or self.choices.status_year) if column and column.yearly else None
            if column and ((column.key, year) in taken or (column.yearly and not year)):
                column = None
            if column:
                taken.add((column.key, year))
            meanings.append(Meaning(letter, heading, column, year))
        return meanings

    def _note_unread(self, table: Table) -> None:
        for meaning in table.meanings:
            if meaning.heading and not meaning.column:
                self.found.notes.append(Problem("kolumnen läses inte.", sheet=self.title, column=meaning.place))

    def _value(self, meaning: Meaning, column: Column, number: int, cell: Any) -> Any:
        try:
            return column.read(self._safe(self._anchor(cell)))
        except Unreadable as fault:
            self.found.problems.append(Problem(str(fault), sheet=self.title, row=number, column=meaning.place))
            return column.read(_EMPTY)

    def _safe(self, cell: Any) -> Any:
        """The cell, or what its formula came to when the file was saved. Unreadable when that is not known."""
        if cell.data_type not in ("f", "e") or cell.value is None:
            return cell
        if cell.data_type == "f":
            self.calculated = self.calculated or load_formula_results(self.content).worksheets[self.number]
            result = self.calculated[cell.coordinate]
            if result.value is None:
                raise Unreadable(
                    "Cellen har en formel utan sparat värde. Öppna filen i Excel, spara den och försök igen, "
                    "eller skriv värdet i cellen."
                )
            cell = result
        if cell.value is not None and cell.data_type == "e":
            raise Unreadable(f"Cellen visar felet {cell.value}. Rätta formeln eller skriv värdet i cellen.")
        return cell

    def _anchor(self, cell: Any) -> Any:
        """For a cell that is merged with others, the one that holds what all of them show."""
        if not self.merged or cell.value is not None:
            return cell
        return self.merged.get(getattr(cell, "coordinate", ""), cell)

    def _read_upright(self, table: Table, sheet: Sheet, rows: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
        """A sheet of facts: what is asked for in one column, the answer in the next that holds something."""
        columns: dict[str, str] = {}
        row = Row(self.title, None, columns)
        for number, cells in rows:
            filled = [cell for cell in cells if cell.value is not None]
            column = _known(sheet, normal(text(filled[0])), exact=True) if filled else None
            if column is None or column.key in row:
                continue
            answer = filled[1].column_letter if len(filled) > 1 else get_column_letter(filled[0].column + 1)
            meaning = Meaning(answer, text(filled[0]), column)
            columns[column.key] = f"{meaning.place}, rad {number}"
            row[column.key] = self._value(meaning, column, number, filled[1] if len(filled) > 1 else _EMPTY)
        if row:
            table.rows.append(row)


class _Empty:
    value = None
    number_format = "General"
    data_type = "n"


_EMPTY = _Empty()


def _merged(worksheet: Any) -> dict[str, Any]:
    """Map the first cell of each further row of a merged area to the cell that holds the value of the area."""
    anchors = {}
    for area in worksheet.merged_cells.ranges if hasattr(worksheet, "merged_cells") else ():
        anchor = worksheet.cell(area.min_row, area.min_col)
        for row in range(area.min_row + 1, min(area.max_row, area.min_row + MAX_ROWS) + 1):
            anchors[f"{get_column_letter(area.min_col)}{row}"] = anchor
    return anchors


def _known(sheet: Sheet, heading: str, *, exact: bool = False) -> Column | None:
    """The column that goes by the heading; or else the one whose name, the longest, is in it."""
    if not heading:
        return None
    year = YEAR.search(heading)
    bare = " ".join(YEAR.sub(" ", heading).split()) if year else heading
    by_name = _by_name(sheet)
    found = by_name.get((bare, bool(year))) or by_name.get((bare, not year))
    if found or exact:
        return found
    words = f" {bare.replace('/', ' ')} "
    inside = [name for name, _ in by_name if len(name) > 2 and f" {name} " in words]
    if not inside:
        return None
    name = max(inside, key=len)
    return by_name.get((name, bool(year))) or by_name.get((name, not year))


@cache
def _by_name(sheet: Sheet) -> dict[tuple[str, bool], Column]:
    """The columns by their headings, and whether they are yearly; the first of two alike counts."""
    names: dict[tuple[str, bool], Column] = {}
    # Our own headings go before those of others.
    for column in sheet.columns:
        names.setdefault((column.headings[0], column.yearly), column)
    for column in sheet.columns:
        for name in column.headings:
            names.setdefault((name, column.yearly), column)
    return names


def _year_of(heading: str) -> int | None:
    found = YEAR.search(heading)
    return int(found[1]) if found else None


def _filled(cells: Sequence[Any]) -> int:
    return sum(cell.value is not None for cell in cells)


def _fullest(head: Sequence[tuple[int, tuple[Any, ...]]]) -> int:
    """The row that most likely has the headings, where none of them is known."""
    counts = [_filled(cells) for _, cells in head]
    return counts.index(max(counts)) if counts else 0


def _unread(cells: Sequence[Any]) -> list[Meaning]:
    return [Meaning(get_column_letter(i), text(cell)) for i, cell in enumerate(cells, 1) if text(cell)]
