"""Read the ruled tables of a PDF, also one that goes on over several pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException
from pdfplumber.utils.text import chars_to_textmap

from programmes.sheets.grid import Grid
from programmes.sheets.readers.building import Block, DocumentBuilder, set_text
from programmes.sheets.readers.pdf_words import Line, joined_lines
from programmes.source import SourceError

MAX_PAGES = 100
# Characters and lines of one page; a page of small print has about ten thousand characters.
MAX_OBJECTS = 50_000
REMEDY = "Be om originalet i Word eller Excel, eller kopiera tabellen dit, och försök igen."
LOCKED = f"PDF-filen är låst med ett lösenord och kan inte läsas. {REMEDY}"
DAMAGED = f"PDF-filen är skadad eller avkortad och kan inte läsas. {REMEDY}"
SCANNED = (
    "PDF-filen är inskannad: den innehåller bilder av sidor och ingen text. Be om originalet i Word eller Excel, "
    "eller låt ett program för textigenkänning (OCR) göra text av bilderna."
)
NO_TABLE = f"PDF-filen innehåller ingen tabell med linjer som kan läsas. {REMEDY}"
# Points by which edges that belong together may differ.
TOLERANCE = 4


class Part(NamedTuple):
    """A rectangle of a table with its text and colour, in the numbers of rows and columns counted from 0."""

    row: int
    column: int
    rows: int
    columns: int
    text: str
    fill: str


class PageTable(NamedTuple):
    """A table, or the part of one that lies on one page. `left` and `right` are its edges in points."""

    left: float
    right: float
    width: int
    rows: list[list[Part]]


def read(content: bytes) -> list[Grid]:
    """Return a grid for each table. SourceError when the file is locked, damaged, scanned or has no table."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            if len(document.pages) > MAX_PAGES:
                raise SourceError(f"PDF-filen har fler än {MAX_PAGES} sidor och läses inte. Dela upp den.")
            return _read_document(document)
    except SourceError:
        raise
    except Exception as error:  # pdfminer raises errors of many kinds on a damaged file
        is_locked = isinstance(error, PDFPasswordIncorrect) or (
            isinstance(error, PdfminerException) and isinstance(error.args[0], PDFPasswordIncorrect)
        )
        raise SourceError(LOCKED if is_locked else DAMAGED) from error


def _read_document(document: Any) -> list[Grid]:
    """Return the tables of all pages, those that go on over a page break as one."""
    has_text = has_image = False
    items: list[str | PageTable] = []
    for page in document.pages:
        if len(page.chars) + len(page.lines) + len(page.rects) + len(page.curves) > MAX_OBJECTS:
            raise SourceError(f"Sidan {page.page_number} i PDF-filen är för detaljrik och läses inte. {REMEDY}")
        has_text, has_image = has_text or bool(page.chars), has_image or bool(page.images)
        _add_items(items, list(_items_of(page)))
        page.close()
    if not has_text:
        raise SourceError(SCANNED if has_image else NO_TABLE)
    if not any(isinstance(item, PageTable) for item in items):
        raise SourceError(NO_TABLE)
    return _grids(items)


def _items_of(page: Any) -> Iterator[str | PageTable]:
    """Yield the lines of text outside of tables and the tables of a page, from top to bottom."""
    tables = page.find_tables()
    outside = page.filter(lambda item: not any(_is_inside(item, table.bbox) for table in tables))
    lines = outside.extract_text_lines(return_chars=False) if tables or page.chars else []
    placed = [(line["top"], line["text"]) for line in lines] + [
        (table.bbox[1], _page_table(page, table)) for table in tables
    ]
    for _, item in sorted(placed, key=lambda one: one[0]):
        yield item


def _add_items(items: list[str | PageTable], page_items: list[str | PageTable]) -> None:
    """Add the items of a page, and let its first table continue the last one if it has the same columns."""
    position = next((index for index, item in enumerate(page_items) if isinstance(item, PageTable)), None)
    last = next((item for item in reversed(items) if isinstance(item, PageTable)), None)
    if position is not None and last is not None:
        following = page_items[position]
        # A page number or a running title may lie between the parts of one table, but no paragraph.
        if isinstance(following, PageTable) and _has_same_columns(last, following) and position <= 1:
            _continue(last, following)
            del page_items[position]
    items += page_items


def _has_same_columns(table: PageTable, other: PageTable) -> bool:
    return (
        table.width == other.width
        and abs(table.left - other.left) < TOLERANCE
        and abs(table.right - other.right) < TOLERANCE
    )


def _continue(table: PageTable, following: PageTable) -> None:
    """Add the rows of the next page: without the repeated head, and with a row parted by the page break joined."""
    rows = following.rows
    if rows and table.rows and _texts(rows[0]) == _texts(table.rows[0]):
        rows = rows[1:]
    if rows and table.rows and _is_rest_of_row(rows[0], table.rows[-1]):
        rests = {part.column: part.text for part in rows[0] if part.text}
        table.rows[-1][:] = [
            part._replace(text=joined_lines([part.text, rests[part.column]])) if part.column in rests else part
            for part in table.rows[-1]
        ]
        rows = rows[1:]
    table.rows.extend(rows)


def _texts(row: Iterable[Part]) -> list[str]:
    return [part.text for part in row]


def _is_rest_of_row(row: list[Part], above: list[Part]) -> bool:
    """Return whether a page break has parted a row: all that is in the next one goes on in the middle of a sentence."""
    filled = [part for part in row if part.text]
    filled_above = {part.column for part in above if part.text}
    goes_on = all(part.text[0].islower() and part.column in filled_above for part in filled)
    return bool(filled) and goes_on and len(row) == len(above)


def _page_table(page: Any, table: Any) -> PageTable:
    """Return the rectangles of a table of pdfplumber by rows."""
    lefts = _edges(cell[0] for cell in table.cells)
    tops = _edges(cell[1] for cell in table.cells)
    rows: list[list[Part]] = [[] for _ in tops]
    for cell in sorted(table.cells, key=lambda one: (one[1], one[0])):
        left, top, right, bottom = cell
        row = _count_before(tops, top + TOLERANCE) - 1
        column = _count_before(lefts, left + TOLERANCE) - 1
        height = max(_count_before(tops, bottom - TOLERANCE) - row, 1)
        width = max(_count_before(lefts, right - TOLERANCE) - column, 1)
        rows[row].append(Part(row, column, height, width, _text_in(page, cell), _fill_of(page, cell)))
    return PageTable(table.bbox[0], table.bbox[2], len(lefts), rows)


def _edges(places: Iterable[float]) -> list[float]:
    """Return the places in order, those that differ by less than the tolerance as one."""
    edges: list[float] = []
    for place in sorted(places):
        if not edges or place - edges[-1] > TOLERANCE:
            edges.append(place)
    return edges


def _count_before(edges: list[float], place: float) -> int:
    return sum(edge < place for edge in edges)


def _text_in(page: Any, cell: tuple[float, float, float, float]) -> str:
    """Return the text of a cell, with the words that its narrow column has broken joined again."""
    inside = [char for char in page.chars if _is_inside(char, cell)]
    lines = chars_to_textmap(inside).extract_text_lines() if inside else []
    left, _, right, _ = cell
    padding = min((line["x0"] - left for line in lines), default=0)
    limit = right - max(padding, 0)
    return joined_lines(
        [Line(line["text"], limit - line["x1"], line["chars"][0]["width"]) for line in lines if line["chars"]]
    )


def _fill_of(page: Any, cell: tuple[float, float, float, float]) -> str:
    """Return the colour of the topmost filled rectangle behind the middle of a cell."""
    middle = (cell[0] + cell[2]) / 2, (cell[1] + cell[3]) / 2
    colour = ""
    for rectangle in page.rects:
        across = rectangle["x0"] <= middle[0] <= rectangle["x1"]
        down = rectangle["top"] <= middle[1] <= rectangle["bottom"]
        if rectangle.get("fill") and across and down:
            colour = _hex(rectangle.get("non_stroking_color"))
    return colour


def _hex(colour: Any) -> str:
    """Return a grey, RGB or CMYK colour, with parts from 0 to 1, as "#rrggbb"; empty for white and for other ones."""
    parts = list(colour) if isinstance(colour, tuple | list) else [colour]
    if not all(isinstance(part, int | float) for part in parts):
        return ""
    if len(parts) == 4:
        black = 1 - parts[3]
        parts = [(1 - part) * black for part in parts[:3]]
    elif len(parts) == 1:
        parts *= 3
    digits = "".join(f"{round(255 * min(max(part, 0), 1)):02x}" for part in parts)
    return f"#{digits}" if len(parts) == 3 and digits != "ffffff" else ""


def _is_inside(item: Any, box: tuple[float, float, float, float]) -> bool:
    middle = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return box[0] <= middle[0] <= box[2] and box[1] <= middle[1] <= box[3]


def _grids(items: Iterable[str | PageTable]) -> list[Grid]:
    """Return the tables as grids, each with the lines of text above it."""
    document = DocumentBuilder()
    for item in items:
        if isinstance(item, str):
            document.add_line(item)
            continue
        builder = document.new_table()
        for number, row in enumerate(item.rows, start=1):
            for part in row:
                cell = builder.new_cell(number, part.column + 1)
                set_text(cell, part.text)
                cell.fill = part.fill
                builder.add(number, part.column + 1, cell)
                if part.rows > 1 or part.columns > 1:
                    builder.merge(Block(number, part.column + 1, number + part.rows - 1, part.column + part.columns))
    return document.grids()
