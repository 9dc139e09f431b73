"""Reading of a table: the meaning of its columns, and its rows as values by the keys of the columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from programmes.sheets.cells import UnreadableCellError, normal
from programmes.sheets.grid import EMPTY_CELL, Cell, Grid, Row
from programmes.sheets.ledger import CellLedger
from programmes.sheets.mapping import (
    ColumnMapping,
    MappedSheet,
    MappedWorkbook,
    MappingChoices,
    WordQuestion,
)
from programmes.sheets.recognition import Heading, find_bare_year_column, map_columns
from programmes.sheets.schema import ColumnSpec
from programmes.sheets.shape.choices import marked_column, steps_of_columns
from programmes.sheets.shape.headings import heading_parts
from programmes.sheets.shape.lines import TableContext
from programmes.sheets.shape.rows import ColumnRoles, RowKind, ShapedRow, shape_rows
from programmes.sheets.steps import StepReading, StepWords, read_step, step_of_fill, step_of_number
from programmes.source import Problem, SourceRow

# Rows that a guess about a column is made from.
SAMPLE = 40
# Columns that only a measure fills in, and never a row across with an area or a goal.
KEYS_OF_MEASURES = (
    *("units", "period", "deadline", "first_year", "last_year", "planned_years", "progress", "done", "stop_reason"),
    *("problem", "perspectives"),
)
STOPPED = "stopped"
REASONS = {
    RowKind.TOTAL: "raden summerar andra rader",
    RowKind.REMARK: "raden är en anmärkning och ingen åtgärd",
}


class TableReader:
    """Reading of one table into a mapped sheet whose kind is known."""

    def __init__(
        self,
        grid: Grid,
        sheet: MappedSheet,
        mapped: MappedWorkbook,
        ledger: CellLedger,
        choices: MappingChoices,
        context: TableContext,
        status_year: int | None,
    ) -> None:
        self.grid = grid
        self.sheet = sheet
        self.mapped = mapped
        self.ledger = ledger
        self.choices = choices
        self.context = context
        self.status_year = status_year
        self.labels: dict[str, str] = {}
        self.choice_columns: dict[int, str] = {}
        self.percent_columns: set[int] = set()
        self.fill_column: int | None = None
        self.answer_year = status_year
        self.progress = sheet.spec.find("progress") if sheet.spec else None

    def read(self, heading_index: int, number_of_rows: int, count_row: Callable[[], None]) -> None:
        """Map the columns by the headings, and add the rows below to the sheet."""
        heading_rows = self.grid.rows[heading_index : heading_index + number_of_rows]
        below = self.grid.rows[heading_index + number_of_rows :]
        parts = heading_parts(heading_rows)
        self._map_columns(parts, below[:SAMPLE])
        self._note_unread_columns(heading_rows)
        self.labels = {column.spec.key: column.label for column in reversed(self.sheet.columns) if column.spec}
        self.fill_column = self._column_of_fills(below)
        years = [column.year for column in self.sheet.columns if column.year and column.spec is not None]
        # Marks, colours, notes and struck-out texts have no heading with a year of their own.
        self.answer_year = self.status_year or max(years, default=None)
        shaped = shape_rows(below, parts, self._roles(), area=self.context.area, goal=self.context.goal)
        for row in shaped:
            self._read_shaped(row)
            count_row()

    # Columns

    def _map_columns(self, parts: Sequence[tuple[str, ...]], sample: Sequence[Row]) -> None:
        """Set the meaning of each column of the sheet."""
        spec = self.sheet.spec
        if spec is None:
            return
        headings = [Heading.of(texts) for texts in parts]
        if self.progress and self.progress.steps:
            self.choice_columns = steps_of_columns(headings, sample, self.progress.steps)
        bare_years = [index for index, heading in enumerate(headings) if heading.is_bare_year]
        cells = [row.cells[index] for row in sample for index in bare_years if not row.cells[index].fault]
        chosen = dict(self.choices.columns.get(self.grid.name, {}))
        for index in self.choice_columns:
            chosen.setdefault(self.grid.columns[index].label, "")
        labels = [column.label for column in self.grid.columns]
        bare_year_column = find_bare_year_column(spec, cells)
        self.sheet.columns = map_columns(spec, headings, labels, chosen, self.status_year, bare_year_column)
        for index, column in enumerate(self.sheet.columns):
            if column.spec and column.spec.steps and _is_percent(column.heading, [row.cells[index] for row in sample]):
                self.percent_columns.add(index)

    def _note_unread_columns(self, heading_rows: Sequence[Row]) -> None:
        """Record the headings of read columns as interpreted, and mention the columns that are not read."""
        for index, column in enumerate(self.sheet.columns):
            cells = [row.cells[index] for row in heading_rows]
            if column.spec or index in self.choice_columns:
                self.ledger.interpret(cells)
            elif column.heading:
                self.mapped.notes.append(Problem("kolumnen läses inte.", sheet=self.grid.name, column=column.label))
                column_cells = [row.cells[index] for row in self.grid.rows]
                self.ledger.leave(column_cells, f"kolumnen ”{column.heading}” läses inte")

    def _roles(self) -> ColumnRoles:
        keys = {
            column.spec.key: index for index, column in reversed(list(enumerate(self.sheet.columns))) if column.spec
        }
        facts = {
            index
            for index, column in enumerate(self.sheet.columns)
            if column.spec and column.spec.key in KEYS_OF_MEASURES
        }
        main = self.sheet.spec.main if self.sheet.spec else ""
        is_plan = self.sheet.spec is not None and self.sheet.spec.key == "measures"
        goal = keys.get("goal") if is_plan else keys.get(main)
        return ColumnRoles(
            keys.get(main), keys.get("number"), keys.get("area"), goal, frozenset(facts | self.choice_columns.keys())
        )

    def _column_of_fills(self, rows: Sequence[Row]) -> int | None:
        """Return the column whose colours are the statuses: one with several of the legend's or a traffic light's.

        A column of statuses that has words as well is read by its words, with the colour for an empty cell.
        """
        if self.progress is None or self.progress.steps is None:
            return None
        words = self.progress.steps
        counts: Counter[int] = Counter()
        distinct: dict[int, set[str]] = {}
        for row in rows:
            for index, cell in enumerate(row.cells):
                if cell.fill and step_of_fill(cell.fill, words, self.mapped.legend).step:
                    counts[index] += 1
                    distinct.setdefault(index, set()).add(cell.fill)
        varied = [index for index in counts if len(distinct[index]) > 1]
        return max(varied, key=lambda index: counts[index], default=None)

    # Rows

    def _read_shaped(self, shaped: ShapedRow) -> None:
        """Add an item to the sheet, or record the fate of the cells of another row."""
        if shaped.kind is not RowKind.ITEM:
            if shaped.kind in REASONS:
                self.ledger.leave(shaped.row.cells, REASONS[shaped.kind])
            else:
                self.ledger.interpret(cell for cell in shaped.row.cells if cell.text)
            return
        if not any(cell.text or cell.fault for cell in shaped.row.cells):
            return
        values = self._read_row(shaped.row)
        for key, parent in (("area", shaped.area), ("goal", shaped.goal)):
            if parent and not values.get(key) and self._can_have(key):
                values[key] = parent
        self.sheet.rows.append(values)

    def _can_have(self, key: str) -> bool:
        """Return whether rows of this sheet belong to an area, or to a goal."""
        return self.sheet.spec is not None and self.sheet.spec.find(key) is not None

    def _read_row(self, row: Row) -> SourceRow:
        values = SourceRow(self.grid.name, row.number, self.labels)
        for index, column in enumerate(self.sheet.columns):
            if column.spec is None:
                continue
            cell = row.cells[index] if index < len(row.cells) else EMPTY_CELL
            if column.spec.steps:
                self._read_step(values, column, cell, is_percent=index in self.percent_columns)
                continue
            _put(values, column, self._read_cell(column.spec, cell, row.number, column.label))
        if self.progress:
            self._read_marks(values, row)
            self._read_struck(values, row)
            self._read_notes(values, row)
        return values

    def _read_cell(self, spec: ColumnSpec, cell: Cell, row_number: int, label: str) -> Any:
        """Return the value of the cell. A fault is noted with its place, and the cell then counts as empty."""
        try:
            if cell.fault:
                raise UnreadableCellError(cell.fault)
            value = spec.read(cell)
            if cell.text:
                self.ledger.read(cell)
            return value
        except UnreadableCellError as fault:
            self.ledger.leave([cell], str(fault))
            # Without its own words there is no item, so only these stop the import.
            is_main = self.sheet.spec is not None and spec.key == self.sheet.spec.main
            text = str(fault) if is_main else f"{fault} Cellen lämnas tom."
            problem = Problem(text, sheet=self.grid.name, row=row_number, column=label)
            (self.mapped.problems if is_main else self.mapped.notes).append(problem)
            return spec.read(EMPTY_CELL)

    # Steps of scales

    def _read_step(self, values: SourceRow, column: ColumnMapping, cell: Cell, *, is_percent: bool) -> None:
        """Put the step that the cell names, and its comment, into the row."""
        spec = column.spec
        if spec is None or spec.steps is None:
            return
        reading = self._reading_of(spec, spec.steps, cell, is_percent=is_percent)
        _put(values, column, reading.step)
        if reading.step:
            self.ledger.read(cell) if reading.is_certain else self.ledger.interpret([cell])
        elif cell.text.strip(" .-–—"):
            self.ledger.leave([cell], "ordet känns inte igen")
            note = f"”{cell.text}” känns inte igen, och cellen lämnas tom."
            self.mapped.notes.append(Problem(note, sheet=self.grid.name, row=values.number, column=column.label))
        elif cell.text:
            self.ledger.read(cell)
        if reading.comment:
            self._add_comment(values, spec.comment_key, column.year, reading.comment)

    def _reading_of(self, spec: ColumnSpec, words: StepWords, cell: Cell, *, is_percent: bool) -> StepReading:
        """Return the step of a cell: as a person has answered, by its number or words, or else by its colour."""
        answered = self.choices.words.get(spec.key, {})
        if not cell.text:
            return step_of_fill(cell.fill, words, self.mapped.legend) if self._has_colours(cell) else StepReading()
        if is_percent and isinstance(cell.value, int | float):
            number = cell.value * 100 if cell.number_format.endswith("%") else cell.value
            return step_of_number(float(number), words)
        word = normal(cell.text) or cell.text
        reading = read_step(cell.text, words, self.mapped.legend)
        if word in answered:
            reading = StepReading(answered[word], reading.comment)
        self._count_word(spec, word, cell, reading)
        return reading

    def _has_colours(self, cell: Cell) -> bool:
        return bool(cell.fill) and self.fill_column is not None

    def _count_word(self, spec: ColumnSpec, word: str, cell: Cell, reading: StepReading) -> None:
        """Count the word among those that are asked about once each."""
        if normal(cell.text) or cell.text.strip(" .-–—"):
            label = next((label for label, step in spec.values.items() if step == reading.step), "")
            new = WordQuestion(spec.key, cell.text, reading.step, reading.is_certain, label, place=cell.place)
            question = self.mapped.questions.setdefault((spec.key, word), new)
            question.count += 1

    def _read_marks(self, values: SourceRow, row: Row) -> None:
        """Put the status of a row that marks one of several columns, or that has only a colour."""
        if self.progress is None or self.progress.steps is None or self.answer_year is None:
            return
        cell = marked_column(row, list(self.choice_columns))
        known = values.setdefault(self.progress.key, {})
        if cell is not None:
            index = row.cells.index(cell)
            known[self.answer_year] = self.choice_columns[index]
            self.ledger.read(cell)
        elif self.fill_column is not None and not any(known.values()):
            coloured = row.cells[self.fill_column]
            reading = step_of_fill(coloured.fill, self.progress.steps, self.mapped.legend)
            if reading.step:
                known[self.answer_year] = reading.step
                self.ledger.interpret([coloured])

    def _read_struck(self, values: SourceRow, row: Row) -> None:
        """Let a measure whose text is struck out be stopped, whatever its status says."""
        main = self._roles().text
        if main is None or self.progress is None or not self.answer_year or not row.cells[main].struck:
            return
        values.setdefault(self.progress.key, {})[self.answer_year] = STOPPED
        self.ledger.interpret([row.cells[main]])

    def _read_notes(self, values: SourceRow, row: Row) -> None:
        """Add the notes of the row's cells to its comment."""
        if self.progress is None:
            return
        for cell in row.cells:
            if cell.note and not cell.is_covered:
                if self.answer_year:
                    self._add_comment(values, self.progress.comment_key, self.answer_year, cell.note)
                else:
                    note = f"kommentaren ”{cell.note}” läses inte, eftersom det inte framgår vilket år den gäller."
                    self.mapped.notes.append(Problem(note, sheet=self.grid.name, row=row.number))

    def _add_comment(self, values: SourceRow, key: str, year: int | None, comment: str) -> None:
        """Add words to the comment of a year, after those in its own column."""
        if year is None:
            values[key] = _joined(values.get(key, ""), comment)
            return
        comments = values.setdefault(key, {})
        comments[year] = _joined(comments.get(year, ""), comment)


def unread_columns(grid: Grid, row: Row) -> list[ColumnMapping]:
    """Return the columns of a sheet whose kind is unknown, by the likeliest headings."""
    return [
        ColumnMapping(column.label, cell.text)
        for column, cell in zip(grid.columns, row.cells, strict=False)
        if cell.text
    ]


def _put(values: SourceRow, column: ColumnMapping, value: Any) -> None:
    if column.spec is None:
        return
    if column.year:
        years = values.setdefault(column.spec.key, {})
        # A comment from the column of statuses may be there already.
        years[column.year] = (
            _joined(value, years[column.year])
            if years.get(column.year) and value
            else (value or years.get(column.year, value))
        )
    else:
        values[column.spec.key] = value


def _joined(first: str, second: str) -> str:
    if second in first:
        return first
    return "\n".join(part for part in (first, second) if part)


def _is_percent(heading: str, cells: Sequence[Cell]) -> bool:
    """Return whether the numbers of a column are per cent: by the heading, the format, or numbers above ten."""
    numbers = [cell for cell in cells if isinstance(cell.value, int | float)]
    if not numbers:
        return False
    if "%" in heading or "procent" in heading.casefold():
        return True
    return any(cell.number_format.endswith("%") or float(cell.value or 0) > 10 for cell in numbers)  # type: ignore[arg-type]
