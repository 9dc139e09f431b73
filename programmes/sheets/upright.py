"""Reading of a sheet of facts: a name in one column, and its value in the next filled one."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from programmes.sheets.cells import UnreadableCellError
from programmes.sheets.grid import EMPTY_CELL, Grid
from programmes.sheets.ledger import CellLedger
from programmes.sheets.mapping import ColumnMapping, MappedSheet, MappedWorkbook
from programmes.sheets.recognition import find_exact_column
from programmes.source import Problem, SourceRow


def read_upright(grid: Grid, sheet: MappedSheet, mapped: MappedWorkbook, ledger: CellLedger) -> None:
    """Add one row with all facts to the sheet."""
    if sheet.spec is None:
        return
    labels: dict[str, str] = {}
    facts = SourceRow(grid.name, None, labels)
    for row in grid.rows:
        filled = [(index, cell) for index, cell in enumerate(row.cells) if cell.value is not None]
        if not filled:
            continue
        (at, name), *values = filled
        column = find_exact_column(sheet.spec, name.text)
        if column is None or column.key in facts:
            continue
        index, cell = values[0] if values else (at + 1, EMPTY_CELL)
        label = ColumnMapping(_label_of(grid, index), name.text, column).label
        labels[column.key] = f"{label}, rad {row.number}"
        ledger.interpret([name])
        try:
            if cell.fault:
                raise UnreadableCellError(cell.fault)
            facts[column.key] = column.read(cell)
            ledger.read(cell)
        except UnreadableCellError as fault:
            ledger.leave([cell], str(fault))
            mapped.problems.append(Problem(str(fault), sheet=grid.name, row=row.number, column=label))
            facts[column.key] = column.read(EMPTY_CELL)
    if facts:
        sheet.rows.append(facts)


def _label_of(grid: Grid, index: int) -> str:
    """Return the label of a column; the one after the last column that holds something has none in the grid."""
    if index < len(grid.columns):
        return grid.columns[index].label
    number = grid.columns[-1].number + 1
    return str(number) if grid.columns[-1].label.isdigit() else get_column_letter(number)
