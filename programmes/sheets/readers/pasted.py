"""Read tables in HTML: copied from a web page, Word or Excel, saved from a browser, or named .xls by another system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import html

from programmes.sheets.grid import Cell, Grid
from programmes.sheets.readers.building import Block, DocumentBuilder, GridBuilder, Run, set_runs
from programmes.sheets.readers.csv import decode
from programmes.source import SourceError

NO_TABLE = "Filen är en webbsida utan tabell. Kopiera tabellen till Excel eller Word, spara den och försök igen."
MAX_SPAN = 1000
HEADING = re.compile("h([1-6])")
STRUCK_TAGS = {"s", "strike", "del"}
LINE_TAGS = {"p", "div", "li", "br"}
IGNORED_TAGS = {"script", "style", "head", "title", "template"}
# The rules of a class in the styles that Excel puts on the clipboard, such as ".xl65 {background:#92D050;}".
CLASS_RULE = re.compile(r"\.([\w-]+)\s*\{([^{}]*)\}")
BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*(#[0-9a-f]{6}|#[0-9a-f]{3}|[a-z]+)", re.IGNORECASE)
NAMED_COLOURS = {
    "red": "#ff0000", "yellow": "#ffff00", "green": "#008000", "lime": "#00ff00", "orange": "#ffa500",
    "blue": "#0000ff", "gray": "#808080", "grey": "#808080", "lightgreen": "#90ee90",
}  # fmt: skip


def read(content: bytes) -> list[Grid]:
    """Return a grid for each table. SourceError when the page has none, or is too large."""
    text = decode(content)
    if text is None or not text.strip():
        raise SourceError(NO_TABLE)
    # The declaration would contradict the encoding that is undone already.
    page = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    reader = _PageReader(page)
    reader.read(page)
    if not reader.has_table:
        raise SourceError(NO_TABLE)
    return reader.document.grids()


class _PageReader:
    """Reading of the headings, the text and the tables of a page."""

    def __init__(self, page: Any) -> None:
        self.document = DocumentBuilder()
        self.has_table = False
        rules = "\n".join(style.text or "" for style in page.iter("style"))
        self._rules = dict(CLASS_RULE.findall(rules))

    def read(self, element: Any) -> None:
        """Read an element from top to bottom."""
        if not isinstance(element.tag, str) or element.tag in IGNORED_TAGS:
            return
        heading = HEADING.fullmatch(element.tag)
        if element.tag == "table":
            self._read_table(element)
        elif heading:
            self.document.add_line(element.text_content(), int(heading[1]))
        elif element.find(".//table") is None:
            for line in "".join(run.text for run in self._runs(element, False)).splitlines():
                self.document.add_line(line)
        else:
            self.document.add_line(element.text or "")
            for child in element:
                self.read(child)
                self.document.add_line(child.tail or "")

    def _read_table(self, table: Any) -> None:
        """Read a table. Tables inside of its cells follow as tables of their own."""
        self.has_table = True
        builder = self.document.new_table()
        taken: set[tuple[int, int]] = set()
        rows = table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
        for number, row in enumerate(rows, start=1):
            if self._style(row, "display") == "none" or row.get("hidden") is not None:
                builder.hidden_rows.add(number)
            column = 1
            for stored in row.xpath("./td | ./th"):
                while (number, column) in taken:
                    column += 1
                block = _block(stored, number, column, len(rows))
                self._add(builder, stored, block)
                for below in range(number + 1, block.last_row + 1):
                    taken.update((below, each) for each in range(column, block.last_column + 1))
                column = block.last_column + 1
        for inner in table.xpath(".//td//table | .//th//table"):
            if next(inner.iterancestors("table")) is table:
                self._read_table(inner)

    def _add(self, builder: GridBuilder, stored: Any, block: Block) -> None:
        cell = builder.new_cell(block.first_row, block.first_column)
        self._fill_cell(cell, stored)
        builder.add(block.first_row, block.first_column, cell)
        if block.first_row != block.last_row or block.first_column != block.last_column:
            builder.merge(block)

    def _fill_cell(self, cell: Cell, stored: Any) -> None:
        set_runs(
            cell,
            [
                Run(run.text.strip(" ") if run.text.isspace() else run.text, run.is_struck)
                for run in self._runs(stored, self._is_struck(stored))
            ],
        )
        found = BACKGROUND.search(self._rule(stored))
        cell.fill = _hex(found[1] if found else stored.get("bgcolor", ""))

    def _runs(self, element: Any, struck: bool) -> Iterator[Run]:
        """Yield the parts of the text of an element, each with whether it is struck out."""
        if element.tag == "br":
            yield Run("\n", struck)
        yield Run(_one_line(element.text), struck)
        for child in element:
            if isinstance(child.tag, str) and child.tag not in IGNORED_TAGS and child.tag != "table":
                yield from self._runs(child, struck or self._is_struck(child))
                if child.tag in LINE_TAGS - {"br"}:
                    yield Run("\n", struck)
            yield Run(_one_line(child.tail), struck)

    def _is_struck(self, element: Any) -> bool:
        return element.tag in STRUCK_TAGS or "line-through" in self._rule(element)

    def _style(self, element: Any, name: str) -> str:
        found = re.search(rf"{name}\s*:\s*([\w-]+)", self._rule(element))
        return found[1] if found else ""

    def _rule(self, element: Any) -> str:
        """Return the styles of an element: its own, then those of its classes."""
        classes = element.get("class", "").split()
        return ";".join([element.get("style", ""), *(self._rules.get(name, "") for name in classes)])


def _block(stored: Any, row: int, column: int, number_of_rows: int) -> Block:
    rows, columns = (_span(stored.get(name, "1")) for name in ("rowspan", "colspan"))
    return Block(row, column, min(row + rows - 1, number_of_rows), column + columns - 1)


def _span(written: str) -> int:
    return min(max(int(written), 1), MAX_SPAN) if written.isascii() and written.isdigit() and len(written) < 6 else 1


def _one_line(text: str | None) -> str:
    """Return the text as a browser shows it: line breaks and spaces in the source are one space."""
    return re.sub(r"[ \t\r\n]+", " ", text or "")


def _hex(colour: str) -> str:
    """Return a colour as "#rrggbb", empty for white and for unknown names."""
    written = NAMED_COLOURS.get(colour.lower(), colour.lower())
    if re.fullmatch("#[0-9a-f]{3}", written):
        written = "#" + "".join(digit * 2 for digit in written[1:])
    return written if re.fullmatch("#[0-9a-f]{6}", written) and written != "#ffffff" else ""
