"""Read an Excel workbook (.xlsx), also one in the strict form of the standard."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock

from programmes.sheets.grid import Cell, Grid, shown
from programmes.sheets.readers.building import Block, GridBuilder, Run, add_note, plain_value, set_runs, set_text
from programmes.sheets.readers.limits import CellBudget
from programmes.sheets.readers.strict import as_transitional
from programmes.sheets.readers.theme import ThemeColours
from programmes.sheets.screening import SAVE_AS, screen
from programmes.source import SourceError

DAMAGED = f"Filen är skadad och kan inte läsas. {SAVE_AS}"
NO_RESULT = (
    "Cellen har en formel utan sparat värde. Öppna filen i Excel, spara den och försök igen, "
    "eller skriv värdet i cellen."
)
# Excel puts this notice before a comment of a thread, for programs that know only single comments.
THREAD_NOTICE = re.compile(r"^\[[^\]]*(?:thread|tråd)[^\]]*\].*?(?:comment|kommentar):\s*", re.IGNORECASE | re.DOTALL)


def read(content: bytes) -> list[Grid]:
    """Return a grid for each sheet. SourceError when the file is hostile, damaged or too large."""
    screening = screen(content)
    content = as_transitional(content)
    workbook = _load(content, data_only=True, rich_text=True)
    formulas = Formulas(content) if screening.has_formula_without_result else None
    try:
        return list(_grids(workbook, formulas))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise SourceError(DAMAGED) from error


def _load(content: bytes, **options: bool) -> Any:
    """Load a screened file with openpyxl, which never follows links or runs macros. SourceError when it is damaged."""
    try:
        with warnings.catch_warnings():
            # openpyxl warns of parts that it does not carry over, such as drawings. They are never read here.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), keep_links=False, keep_vba=False, **options)
    except Exception as error:  # openpyxl raises errors of many kinds on a damaged file
        raise SourceError(DAMAGED) from error


def _grids(workbook: Any, formulas: Formulas | None) -> Iterator[Grid]:
    budget = CellBudget()
    styles = Styles(ThemeColours(workbook.loaded_theme))
    for index, worksheet in enumerate(workbook.worksheets):
        is_formula = partial(formulas.has, index) if formulas else _never
        yield _SheetReader(worksheet, styles, is_formula, budget).grid()


def _never(coordinate: str) -> bool:
    return False


class Formulas:
    """The formulas of a file, loaded when the first empty cell is checked for one."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._workbook: Any = None

    def has(self, sheet_index: int, coordinate: str) -> bool:
        """Return whether the cell holds a formula."""
        if self._workbook is None:
            self._workbook = _load(self._content, data_only=False)
        return bool(self._workbook.worksheets[sheet_index][coordinate].data_type == "f")


@dataclass(frozen=True)
class Style:
    """The parts of a cell's style that carry meaning."""

    fill: str
    struck: bool
    indent: int
    number_format: str


class Styles:
    """Styles of the cells of a workbook, each worked out once: thousands of cells share a few."""

    def __init__(self, colours: ThemeColours) -> None:
        self._colours = colours
        self._styles: dict[int, Style] = {}

    def of(self, cell: Any) -> Style:
        """Return the style of an openpyxl cell."""
        number = cell.style_id
        if number not in self._styles:
            self._styles[number] = Style(
                self._colours.fill(cell.fill),
                bool(cell.font and cell.font.strike),
                int(cell.alignment.indent or 0) if cell.alignment else 0,
                str(cell.number_format),
            )
        return self._styles[number]


class _SheetReader:
    """Reading of one sheet of openpyxl into a grid."""

    def __init__(self, worksheet: Any, styles: Styles, is_formula: Any, budget: CellBudget) -> None:
        self._worksheet = worksheet
        self._styles = styles
        self._is_formula = is_formula
        self._builder = GridBuilder(str(worksheet.title), budget, is_sheet=True)

    def grid(self) -> Grid:
        worksheet, builder = self._worksheet, self._builder
        builder.hidden = worksheet.sheet_state != "visible"
        builder.hidden_rows = {number for number, row in worksheet.row_dimensions.items() if row.hidden}
        # One dimension may stand for many columns.
        dimensions = worksheet.column_dimensions.values()
        builder.hidden_columns = [range(one.min, one.max + 1) for one in dimensions if one.hidden]
        for area in worksheet.merged_cells.ranges:
            builder.merge(Block(area.min_row, area.min_col, area.max_row, area.max_col))
        # Not iter_rows: it visits each possible cell up to the last one, which may be in row 1,048,576.
        for (row, column), cell in worksheet._cells.items():
            builder.add(row, column, self._read(row, column, cell))
        if worksheet._images or worksheet._charts:
            builder.remarks.append("Bladets bilder och diagram läses inte.")
        return builder.grid()

    def _read(self, row: int, column: int, stored: Any) -> Cell:
        """Return the cell of openpyxl as a cell of a grid."""
        cell = self._builder.new_cell(row, column)
        if stored.has_style:
            style = self._styles.of(stored)
            cell.fill, cell.struck, cell.indent = style.fill, style.struck, style.indent
            cell.number_format = style.number_format
        if getattr(stored, "comment", None):
            add_note(cell, _words_of(stored.comment))
        value = stored.value
        if value is None:
            # Of type "str" is the result of a formula that gave an empty text.
            if stored.data_type == "n" and self._is_formula(stored.coordinate):
                cell.fault = NO_RESULT
        elif stored.data_type == "e":
            cell.fault = f"Cellen visar felet {value}. Rätta formeln eller skriv värdet i cellen."
        elif isinstance(value, CellRichText):
            set_runs(cell, [Run(str(run), _is_struck(run)) for run in value])
        elif isinstance(value, str):
            set_text(cell, value)
        else:
            cell.value = plain_value(value)
            cell.text = shown(cell.value, cell.number_format)
        return cell


def _words_of(comment: Any) -> str:
    """Return the text of a comment without its author's name, which Excel writes in the first line."""
    return THREAD_NOTICE.sub("", str(comment.text)).removeprefix(f"{comment.author}:")


def _is_struck(run: Any) -> bool:
    """Return whether a part of a text is struck out; parts without a font of their own are plain strings."""
    return isinstance(run, TextBlock) and bool(run.font.strike)
