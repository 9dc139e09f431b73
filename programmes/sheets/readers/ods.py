"""Read an OpenDocument spreadsheet (.ods), as LibreOffice and Google Sheets save it.

The sheets are read from the file's XML: python-calamine, which reads .xls, gives no colours and no comments.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lxml import etree

from programmes.sheets.grid import Cell, Grid, Value, shown
from programmes.sheets.readers.building import Block, GridBuilder, Run, add_note, is_bare, plain_value, set_runs
from programmes.sheets.readers.limits import MAX_BARE, MAX_TABLES, CellBudget
from programmes.sheets.readers.ods_styles import Style, Styles, tag
from programmes.sheets.screening import LAST_COLUMN, LAST_ROW, PackageKind, screen
from programmes.source import SourceError

REMEDY = "Öppna den i LibreOffice eller Excel, spara den som Excel-arbetsbok (.xlsx), och försök igen."
SPREADSHEET = PackageKind(
    "ett OpenDocument-kalkylblad", "content", REMEDY, max_depth=200, read_parts=("styles.xml", "content.xml")
)
DAMAGED = f"OpenDocument-filen är skadad och kan inte läsas. {REMEDY}"
LOCKED = "Filen är låst med ett lösenord. Öppna den i LibreOffice, spara den utan lösenord och försök igen."
NO_RESULT = (
    "Cellen har en formel utan sparat värde. Öppna filen i LibreOffice, spara den och försök igen, "
    "eller skriv värdet i cellen."
)
# A displayed number with its decimals.
DECIMALS = re.compile(r"-?[\d\s]*\d[.,](\d+)")

STYLE, TABLE, COLUMN, ROW = map(tag, ("style:style", "table:table", "table:table-column", "table:table-row"))
CELL, COVERED_CELL = tag("table:table-cell"), tag("table:covered-table-cell")
PARAGRAPH, ANNOTATION, SPAN = tag("text:p"), tag("office:annotation"), tag("text:span")
SPACES, TAB, LINE_BREAK = tag("text:s"), tag("text:tab"), tag("text:line-break")
STYLE_NAME, DEFAULT_STYLE = tag("table:style-name"), tag("table:default-cell-style-name")
VISIBILITY = tag("table:visibility")


def read(content: bytes) -> list[Grid]:
    """Return a grid for each sheet. SourceError when the file is hostile, locked, damaged or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _refuse_locked(package)
            screen(content, SPREADSHEET)
            reader = _SpreadsheetReader()
            for part in SPREADSHEET.read_parts:
                if part in package.namelist():
                    reader.read_part(package.read(part))
        return [sheet.grid() for sheet in reader.sheets]
    except (etree.XMLSyntaxError, zipfile.BadZipFile, ValueError, TypeError, AttributeError) as error:
        raise SourceError(DAMAGED) from error


def _refuse_locked(package: zipfile.ZipFile) -> None:
    """Refuse a file that is encrypted or carries macros."""
    names = package.namelist()
    if "META-INF/manifest.xml" in names and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise SourceError(LOCKED)
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise SourceError(f"Filen innehåller makron och läses inte. {REMEDY}")


@dataclass(frozen=True)
class StoredCells:
    """One element of the file: a cell, or several cells beside each other that are alike.

    `rows` and `columns` are the size of the merged block that the cell begins.
    """

    cell: Cell
    first: int
    last: int
    rows: int
    columns: int


class _SpreadsheetReader:
    """Reading of the XML from top to bottom: styles come before the sheets, and a row is forgotten once it is read."""

    def __init__(self) -> None:
        self.sheets: list[GridBuilder] = []
        self._styles = Styles()
        self._budget = CellBudget()
        self._last_row = 0
        self._last_column = 0
        # The last column of each group of columns that share a style, and the name of the style.
        self._column_styles: list[tuple[int, str]] = []

    def read_part(self, content: bytes) -> None:
        """Read styles.xml or content.xml."""
        tags = (STYLE, TABLE, COLUMN, ROW)
        source = io.BytesIO(content)
        for event, element in etree.iterparse(source, events=("start", "end"), tag=tags, resolve_entities=False):
            if event == "start":
                if element.tag == TABLE:
                    self._begin_sheet(element)
            elif element.tag == STYLE:
                self._styles.add(element)
            elif element.tag == COLUMN:
                self._read_column(element)
            elif element.tag == ROW:
                self._read_rows(element)
                element.clear()

    def _begin_sheet(self, table: Any) -> None:
        if len(self.sheets) == MAX_TABLES:
            raise SourceError(f"Filen har fler än {MAX_TABLES} blad och läses inte. Ta bort blad som inte behövs.")
        builder = GridBuilder(table.get(tag("table:name"), ""), self._budget, is_sheet=True)
        builder.hidden = self._styles.get(table.get(STYLE_NAME, "")).hides_sheet
        self.sheets.append(builder)
        self._last_row = self._last_column = 0
        self._column_styles = []

    def _read_column(self, column: Any) -> None:
        """Note whether columns are hidden, and the style of their cells."""
        first = self._last_column + 1
        self._last_column += _number(column, "table:number-columns-repeated")
        self._column_styles.append((self._last_column, column.get(DEFAULT_STYLE, "")))
        if column.get(VISIBILITY, "visible") != "visible":
            self.sheets[-1].hidden_columns.append(range(first, self._last_column + 1))

    def _read_rows(self, row: Any) -> None:
        """Add a row, or several rows below each other that are alike."""
        first = self._last_row + 1
        self._last_row += _number(row, "table:number-rows-repeated")
        stored_cells = list(self._stored_cells(row))
        if not stored_cells:
            return
        if self._last_row > LAST_ROW or stored_cells[-1].last > LAST_COLUMN:
            raise SourceError(DAMAGED)
        bare = is_bare(stored.cell for stored in stored_cells)
        is_hidden = row.get(VISIBILITY, "visible") != "visible"
        for number in _not_too_many(first, self._last_row, bare):
            if is_hidden:
                self.sheets[-1].hidden_rows.add(number)
            for stored in stored_cells:
                self._add(number, stored)

    def _add(self, row: int, stored: StoredCells) -> None:
        builder = self.sheets[-1]
        for column in _not_too_many(stored.first, stored.last, is_bare([stored.cell])):
            builder.add(row, column, replace(stored.cell, place=builder.new_cell(row, column).place))
        if stored.rows > 1 or stored.columns > 1:
            builder.merge(Block(row, stored.first, row + stored.rows - 1, stored.first + stored.columns - 1))

    def _stored_cells(self, row: Any) -> Iterator[StoredCells]:
        """Yield the cells of a row that hold something."""
        last = 0
        for element in row.iterchildren(CELL, COVERED_CELL):
            first = last + 1
            last += _number(element, "table:number-columns-repeated")
            if element.tag == CELL:
                style = element.get(STYLE_NAME) or row.get(DEFAULT_STYLE) or self._column_style(first)
                cell = self._cell(element, self._styles.get(style))
                if not cell.is_empty:
                    rows = _number(element, "table:number-rows-spanned")
                    yield StoredCells(cell, first, last, rows, _number(element, "table:number-columns-spanned"))

    def _column_style(self, column: int) -> str:
        return next((name for last, name in self._column_styles if column <= last), "")

    def _cell(self, element: Any, style: Style) -> Cell:
        """Return a cell without a place."""
        cell = Cell(fill=style.fill or "", indent=style.indent)
        runs: list[Run] = []
        for paragraph in element.iterchildren(PARAGRAPH):
            if runs:
                runs.append(Run("\n", runs[-1].is_struck))
            runs += self._runs(paragraph, bool(style.struck))
        set_runs(cell, runs)
        for annotation in element.iterchildren(ANNOTATION):
            paragraphs = annotation.iterchildren(PARAGRAPH)
            add_note(cell, "\n".join("".join(run.text for run in self._runs(one, False)) for one in paragraphs))
        _set_value(cell, element)
        return cell

    def _runs(self, element: Any, struck: bool) -> Iterator[Run]:
        """Yield the parts of a paragraph's text, each with whether it is struck out."""
        if element.tag == SPAN:
            struck = struck or bool(self._styles.get(element.get(tag("text:style-name"), "")).struck)
        yield Run(element.text or "", struck)
        for child in element:
            if child.tag == SPACES:
                yield Run(" " * min(_number(child, "text:c"), 1000), struck)
            elif child.tag in (TAB, LINE_BREAK):
                yield Run("\t" if child.tag == TAB else "\n", struck)
            elif child.tag != ANNOTATION:
                yield from self._runs(child, struck)
            yield Run(child.tail or "", struck)


def _not_too_many(first: int, last: int, bare: bool) -> range:
    """Return the numbers from `first` to `last`, of rows or columns with nothing but colour only the first ones.

    The colour of a row often goes on to the last column that a sheet can have.
    """
    return range(first, min(last, first + MAX_BARE) + 1 if bare else last + 1)


def _number(element: Any, name: str) -> int:
    """Return an attribute that counts something, 1 when it is missing."""
    written = element.get(tag(name), "1")
    return max(int(written), 1) if len(written) < 10 else LAST_ROW + 1


def _set_value(cell: Cell, element: Any) -> None:
    """Give the cell the value behind its displayed text, if it is a number, a date or a truth value."""
    kind = element.get(tag("office:value-type"))
    if element.get(tag("calcext:value-type")) == "error":
        cell.fault = f"Cellen visar felet {cell.text}. Rätta formeln eller skriv värdet i cellen."
        cell.value, cell.text = None, ""
    elif kind in ("float", "percentage", "currency"):
        number = float(element.get(tag("office:value")))
        cell.value = int(number) if number.is_integer() else number
        decimals = DECIMALS.fullmatch(cell.text.rstrip(" %"))
        cell.number_format = ("0." + "0" * len(decimals[1]) if decimals else "0") + "%" * (kind == "percentage")
        cell.text = cell.text or shown(cell.value, cell.number_format)
    elif kind == "date":
        cell.value = _date(element.get(tag("office:date-value"), ""))
    elif kind == "boolean":
        cell.value = element.get(tag("office:boolean-value")) == "true"
    elif kind is None and element.get(tag("table:formula")):
        cell.fault = NO_RESULT


def _date(written: str) -> Value:
    return plain_value(datetime.fromisoformat(written))
