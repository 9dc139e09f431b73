"""Read the sheets of a workbook into rows, each value under the key of its recognised column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from openpyxl.utils import get_column_letter

from programmes.sheets.cells import UnreadableCellError, text
from programmes.sheets.loading import load_formula_results, load_workbook
from programmes.sheets.mapping import NOT_READ, ColumnMapping, MappedSheet, MappedWorkbook, MappingChoices
from programmes.sheets.recognition import (
    Heading,
    NumberedRow,
    find_bare_year_column,
    find_exact_column,
    fullest_row,
    map_columns,
    recognise_sheet,
)
from programmes.sheets.schema import INSTRUCTIONS_TITLE, ColumnSpec, SheetSpec
from programmes.sheets.screening import LAST_ROW, SAVE_AS
from programmes.source import Problem, SourceError, SourceRow

# Headings are looked for in this many rows.
HEADING_ROWS = 25
MAX_COLUMNS = 120
# Rows with content that one sheet may have.
MAX_ROWS = 20_000
REPORT_EVERY = 1000
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


def read_sheets(
    content: bytes, specs: Sequence[SheetSpec], choices: MappingChoices, on_progress: OnProgress = ignore_progress
) -> MappedWorkbook:
    """Read all visible sheets. SourceError when the file cannot be opened; faults in cells are collected instead."""
    workbook = load_workbook(content)
    row_counter = RowCounter(workbook.number_of_rows, on_progress)
    mapped = MappedWorkbook([])
    formula_results = FormulaResults(content)
    try:
        for index, worksheet in enumerate(workbook.worksheets):
            if worksheet.sheet_state == "visible" and worksheet.title != INSTRUCTIONS_TITLE:
                cells = CellReader(worksheet, index, formula_results)
                SheetReader(worksheet, specs, choices, mapped, cells, row_counter).read()
    except SourceError:
        raise
    except Exception as error:  # openpyxl parses a sheet while its rows are read, so damage shows here
        raise SourceError("Filen är skadad och kan inte läsas. Spara om den i Excel och försök igen.") from error
    finally:
        workbook.close()
    return mapped


class FormulaResults:
    """Results that were saved with the formulas of a file, loaded when the first one is needed."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._workbook: Any = None

    def cell(self, sheet_index: int, coordinate: str) -> Any:
        if self._workbook is None:
            self._workbook = load_formula_results(self._content)
        return self._workbook.worksheets[sheet_index][coordinate]


class _EmptyCell:
    value = None
    number_format = "General"
    data_type = "n"


EMPTY_CELL = _EmptyCell()


class CellReader:
    """Access to the cells of a sheet: values of merged areas and results of formulas instead of the raw cells."""

    def __init__(self, worksheet: Any, sheet_index: int, formula_results: FormulaResults) -> None:
        self._sheet_index = sheet_index
        self._formula_results = formula_results
        self._anchors = _anchors_of_merged_cells(worksheet)

    def resolve(self, cell: Any) -> Any:
        """Return the cell with the value that a person sees.

        UnreadableCellError when it shows an error, or has a formula without a result.
        """
        if cell.value is None and self._anchors:
            cell = self._anchors.get(getattr(cell, "coordinate", ""), cell)
        if cell.value is not None and cell.data_type == "f":
            cell = self._formula_results.cell(self._sheet_index, cell.coordinate)
            if cell.value is None:
                raise UnreadableCellError(
                    "Cellen har en formel utan sparat värde. Öppna filen i Excel, spara den och försök igen, "
                    "eller skriv värdet i cellen."
                )
        if cell.value is not None and cell.data_type == "e":
            raise UnreadableCellError(f"Cellen visar felet {cell.value}. Rätta formeln eller skriv värdet i cellen.")
        return cell

    def readable_cells(self, cells: Iterable[Any]) -> list[Any]:
        """Return the resolved cells, without those that cannot be resolved."""
        resolved = []
        for cell in cells:
            try:
                resolved.append(self.resolve(cell))
            except UnreadableCellError:
                continue
        return resolved


def _anchors_of_merged_cells(worksheet: Any) -> dict[str, Any]:
    """Map the first cell of each further row of a merged area to the cell that holds the value of the area."""
    anchors = {}
    for area in worksheet.merged_cells.ranges if hasattr(worksheet, "merged_cells") else ():
        anchor = worksheet.cell(area.min_row, area.min_col)
        for row in range(area.min_row + 1, min(area.max_row, area.min_row + MAX_ROWS) + 1):
            anchors[f"{get_column_letter(area.min_col)}{row}"] = anchor
    return anchors


class SheetReader:
    """Reading of one sheet, row by row."""

    def __init__(
        self,
        worksheet: Any,
        specs: Sequence[SheetSpec],
        choices: MappingChoices,
        mapped: MappedWorkbook,
        cells: CellReader,
        row_counter: RowCounter,
    ) -> None:
        self.worksheet = worksheet
        self.title = str(worksheet.title)
        self.specs = specs
        self.choices = choices
        self.mapped = mapped
        self.cells = cells
        self.row_counter = row_counter

    def read(self) -> None:
        """Recognise the sheet and add it with its rows to the workbook."""
        chosen = self.choices.sheets.get(self.title, "")
        if chosen == NOT_READ:
            self.mapped.sheets.append(MappedSheet(self.title, None))
            return
        rows = self._filled_rows()
        head = list(islice(rows, HEADING_ROWS))
        recognition = recognise_sheet(self.title, head, self.specs, chosen)
        sheet = MappedSheet(self.title, recognition.spec)
        self.mapped.sheets.append(sheet)
        if not head:
            return
        if sheet.spec is None:
            sheet.columns = _unread_columns(head[fullest_row(head)])
        elif sheet.spec.upright:
            self._read_upright(sheet, sheet.spec, [*head, *rows])
        else:
            heading_row, below = head[recognition.heading_index], head[recognition.heading_index + 1 :]
            sheet.columns = self._map_columns(sheet.spec, heading_row, below)
            self._note_unread_columns(sheet)
            self._read_rows(sheet, below)
            self._read_rows(sheet, rows)

    def _filled_rows(self) -> Iterator[NumberedRow]:
        """Yield the rows that hold something."""
        # Only a sheet that was loaded as a whole knows its size.
        width = self.worksheet.max_column and min(MAX_COLUMNS, self.worksheet.max_column)
        if (self.worksheet.max_row or 0) > MAX_ROWS:
            raise self._too_many_rows()
        number_of_rows = 0
        for number, row in enumerate(self.worksheet.iter_rows(max_col=width), start=1):
            if number > LAST_ROW:  # rows without a number may follow the last one that a sheet can have
                raise SourceError(f"Filen är skadad: bladet {self.title} har fler rader än ett blad rymmer. {SAVE_AS}")
            cells = tuple(row[:MAX_COLUMNS])
            if all(cell.value is None for cell in cells):
                continue
            number_of_rows += 1
            if number_of_rows > MAX_ROWS:
                raise self._too_many_rows()
            self.row_counter.add_row()
            yield NumberedRow(number, cells)

    def _too_many_rows(self) -> SourceError:
        return SourceError(
            Problem(
                f"bladet har fler än {MAX_ROWS} rader. Dela upp det, eller ta bort tomma rader som har formatering.",
                sheet=self.title,
            )
        )

    def _map_columns(
        self, spec: SheetSpec, heading_row: NumberedRow, sample: Sequence[NumberedRow]
    ) -> list[ColumnMapping]:
        headings = [Heading.of(cell) for cell in heading_row.cells]
        bare_years = [index for index, heading in enumerate(headings) if heading.is_bare_year]
        cells = [row.cells[index] for row in sample for index in bare_years if index < len(row.cells)]
        bare_year_column = find_bare_year_column(spec, self.cells.readable_cells(cells))
        chosen = self.choices.columns.get(self.title, {})
        return map_columns(spec, headings, chosen, self.choices.status_year, bare_year_column)

    def _note_unread_columns(self, sheet: MappedSheet) -> None:
        for column in sheet.columns:
            if column.heading and not column.spec:
                self.mapped.notes.append(Problem("kolumnen läses inte.", sheet=self.title, column=column.label))

    def _read_rows(self, sheet: MappedSheet, rows: Iterable[NumberedRow]) -> None:
        read_columns = [(index, column) for index, column in enumerate(sheet.columns) if column.spec]
        labels = {column.spec.key: column.label for _, column in reversed(read_columns) if column.spec}
        for row in rows:
            sheet.rows.append(self._read_row(row, read_columns, labels))

    def _read_row(
        self, row: NumberedRow, columns: Iterable[tuple[int, ColumnMapping]], labels: Mapping[str, str]
    ) -> SourceRow:
        values = SourceRow(self.title, row.number, labels)
        for index, column in columns:
            if column.spec is None:
                continue
            cell = row.cells[index] if index < len(row.cells) else EMPTY_CELL
            value = self._read_cell(column.spec, cell, row.number, column.label)
            if column.year:
                values.setdefault(column.spec.key, {})[column.year] = value
            else:
                values[column.spec.key] = value
        return values

    def _read_cell(self, spec: ColumnSpec, cell: Any, row_number: int, label: str) -> Any:
        """Return the value of the cell. A fault is collected, and the cell then counts as empty."""
        try:
            return spec.read(self.cells.resolve(cell))
        except UnreadableCellError as fault:
            self.mapped.problems.append(Problem(str(fault), sheet=self.title, row=row_number, column=label))
            return spec.read(EMPTY_CELL)

    def _read_upright(self, sheet: MappedSheet, spec: SheetSpec, rows: Iterable[NumberedRow]) -> None:
        """Read a sheet of facts: a name in one column, its value in the next filled one."""
        labels: dict[str, str] = {}
        facts = SourceRow(self.title, None, labels)
        for row in rows:
            name, *values = row.filled_cells
            column = find_exact_column(spec, name)
            if column is None or column.key in facts:
                continue
            letter = values[0].column_letter if values else get_column_letter(name.column + 1)
            label = ColumnMapping(letter, text(name), column).label
            labels[column.key] = f"{label}, rad {row.number}"
            facts[column.key] = self._read_cell(column, values[0] if values else EMPTY_CELL, row.number, label)
        if facts:
            sheet.rows.append(facts)


def _unread_columns(row: NumberedRow) -> list[ColumnMapping]:
    return [
        ColumnMapping(get_column_letter(number), text(cell))
        for number, cell in enumerate(row.cells, start=1)
        if text(cell)
    ]
