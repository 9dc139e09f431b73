"""Plain values between the readers of files and the recognition of their content.

A reader of any format returns a list of `Grid`: one for each sheet of a workbook or table of a document. Only rows and
columns that hold something are part of a grid; each knows its number in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

# A `datetime` is a `date` too. Midnight, which spreadsheets store for a day, is given as a plain date.
Value = str | int | float | Decimal | date | time | bool | None


@dataclass(slots=True)
class Cell:
    """A cell as a person sees it.

    `value` is what is stored, with text cleaned and without spaces around it; `text` is the same as displayed.
    `place` names the cell for a person: "Blad1!C4" or "tabell 2, rad 3, kolumn 2".

    `fill` is the background as "#rrggbb", empty for none and for white. `note` is a comment attached to the cell, and
    words that are struck out in a text of which the rest is not. `struck` says that the whole text is struck out.
    `hidden` says that the row, the column or the text is hidden in the file.

    `anchor` is the place of the first cell of the merged block that the cell lies in, and empty outside of blocks.
    `indent` is the depth of the text from the left edge of its cell, in spaces or steps; compare it within a column.
    `fault` is a Swedish sentence when the value cannot be read, such as a formula without a stored result.
    """

    place: str = ""
    value: Value = None
    text: str = ""
    fill: str = ""
    note: str = ""
    struck: bool = False
    hidden: bool = False
    anchor: str = ""
    indent: int = 0
    number_format: str = "General"
    fault: str = ""

    @property
    def is_covered(self) -> bool:
        """Return whether the cell only repeats the value of the merged block that it lies in."""
        return bool(self.anchor) and self.anchor != self.place

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to read: no value, fill, note or fault."""
        return self.value is None and not (self.fill or self.note or self.fault)


# A cell in which nothing is stored. It is shared by all grids, so it has no place.
EMPTY_CELL = Cell()


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds something. `label` is its letter in a sheet ("C"), otherwise its number ("3")."""

    number: int
    label: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something. `number` counts all rows of the file's sheet or table from 1.

    `cells` has one cell for each of the grid's columns.
    """

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False

    @property
    def struck(self) -> bool:
        """Return whether all texts of the row are struck out."""
        written = [cell for cell in self.cells if cell.text and not cell.is_covered]
        return bool(written) and all(cell.struck for cell in written)


@dataclass(frozen=True, slots=True)
class ContextLine:
    """A line of text outside of the tables. `level` is 1 to 9 for a heading and 0 for other text."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Grid:
    """A sheet of a workbook, or a table of a document.

    `context` are the lines above the table: the headings that it lies under, and the text since the table before it.
    Text after the last table is the context of a grid without rows. `hidden` is true for a hidden sheet.
    `remarks` are Swedish sentences about content that is left out of the grid, such as pictures.
    """

    name: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    context: tuple[ContextLine, ...] = ()
    hidden: bool = False
    remarks: tuple[str, ...] = ()

    def filled_cells(self) -> Iterator[Cell]:
        """Yield each cell that holds something, and a merged block once, row by row."""
        for row in self.rows:
            for cell in row.cells:
                if not cell.is_empty and not cell.is_covered:
                    yield cell


def shown(value: Value, number_format: str = "General") -> str:
    """Return a value as a Swedish spreadsheet displays it, near enough for a person to know it again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "SANT" if value else "FALSKT"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return _shown_number(value, number_format)
    return value


def _shown_number(number: float | Decimal, number_format: str) -> str:
    """Return a number with decimal comma, and with the decimals and the per cent sign of its format."""
    percent = number_format.rstrip().endswith("%")
    scaled = number * 100 if percent else number
    decimals = _decimals_of(number_format)
    # Excel's fifteen digits hide the rounding errors of binary fractions, such as 0.30000000000000004.
    written = f"{Decimal(f'{scaled:.15g}'):f}" if decimals is None else f"{scaled:.{decimals}f}"
    return written.replace(".", ",") + (" %" if percent else "")


def _decimals_of(number_format: str) -> int | None:
    """Return the number of decimals that a format such as "0.00 %" shows; None when it shows as many as needed."""
    if number_format == "General" or "0" not in number_format:
        return None
    decimals = number_format.partition(".")[2]
    return len(decimals) - len(decimals.lstrip("0")) if decimals else 0
