"""Read a workbook of Excel 97 to 2003 (.xls)."""

from __future__ import annotations

import io
from typing import Any

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from programmes.sheets.grid import Grid, shown
from programmes.sheets.readers.building import Block, GridBuilder, plain_value, set_text
from programmes.sheets.readers.limits import MAX_TABLES, CellBudget
from programmes.sheets.screening import SAVE_AS
from programmes.source import SourceError

LOCKED = "Filen är låst med ett lösenord. Öppna den i Excel, ta bort lösenordet, spara och försök igen."
DAMAGED = f"Excel-filen (.xls) är skadad eller avkortad och kan inte läsas. {SAVE_AS}"
VALUES_ONLY = (
    "Ur det äldre formatet .xls läses bara text, tal och datum. Färger, kommentarer, överstruken text och dolda rader "
    "läses inte. Spara filen som Excel-arbetsbok (.xlsx) om de betyder något."
)


def read(content: bytes) -> list[Grid]:
    """Return a grid for each sheet. SourceError when the file is locked or damaged."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return _grids(workbook)
    except python_calamine.PasswordError as error:
        raise SourceError(LOCKED) from error
    except SourceError:
        raise
    except Exception as error:
        raise SourceError(DAMAGED) from error
    except BaseException as error:
        # A failed assertion inside the library, which is written in Rust, is no Exception.
        if type(error).__name__ == "PanicException":
            raise SourceError(DAMAGED) from error
        raise


def _grids(workbook: CalamineWorkbook) -> list[Grid]:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if len(sheets) > MAX_TABLES:
        raise SourceError(f"Filen har fler än {MAX_TABLES} blad och läses inte. Ta bort blad som inte behövs.")
    budget = CellBudget()
    grids = []
    for sheet in sheets:
        builder = GridBuilder(sheet.name, budget, is_sheet=True)
        builder.hidden = sheet.visible != SheetVisibleEnum.Visible
        builder.remarks.append(VALUES_ONLY)
        _add_cells(builder, workbook.get_sheet_by_name(sheet.name))
        grids.append(builder.grid())
    return grids


def _add_cells(builder: GridBuilder, sheet: CalamineSheet) -> None:
    # calamine counts from 0. Its rows begin at the top of the sheet, and their cells at the first filled column.
    first_column = sheet.start[1] if sheet.start else 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        builder.merge(Block(top + 1, left + 1, bottom + 1, right + 1))
    for row, values in enumerate(sheet.iter_rows(), start=1):
        for column, value in enumerate(values, start=first_column + 1):
            if value != "":
                _add_cell(builder, row, column, value)


def _add_cell(builder: GridBuilder, row: int, column: int, value: Any) -> None:
    cell = builder.new_cell(row, column)
    if isinstance(value, str):
        set_text(cell, value)
    else:
        cell.value = plain_value(value)
        cell.text = shown(cell.value)
    builder.add(row, column, cell)
