"""Read the tables of a Word document (.docx), each with the headings and the text above it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from programmes.sheets.grid import Cell, Grid
from programmes.sheets.readers.building import Block, DocumentBuilder, GridBuilder, Run, add_note, set_runs
from programmes.sheets.readers.strict import as_transitional
from programmes.sheets.screening import PackageKind, screen
from programmes.source import SourceError

REMEDY = "Öppna den i Word eller LibreOffice, välj Spara som och formatet Word-dokument (.docx), och försök igen."
DOCUMENT = PackageKind("ett Word-dokument", "word/document", REMEDY, max_elements=1_500_000, max_depth=200)
DAMAGED = f"Word-dokumentet är skadat och kan inte läsas. {REMEDY}"

# Twentieths of a point (twips) of a paragraph's left margin that count as one step of indent: half a centimetre.
TWIPS_PER_STEP = 284
# Columns that one cell of a table may span; Word allows 63.
MAX_SPAN = 63
OFF = {"0", "false", "off", "none"}
TITLE_LEVEL = 1
HIGHLIGHTS = {
    "yellow": "#ffff00", "green": "#00ff00", "cyan": "#00ffff", "magenta": "#ff00ff", "blue": "#0000ff",
    "red": "#ff0000", "darkBlue": "#000080", "darkCyan": "#008080", "darkGreen": "#008000", "darkMagenta": "#800080",
    "darkRed": "#800000", "darkYellow": "#808000", "darkGray": "#808080", "lightGray": "#c0c0c0", "black": "#000000",
}  # fmt: skip
# Text of the elements of a run, other than the words themselves.
SIGNS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "\N{NON-BREAKING HYPHEN}",
    qn("w:softHyphen"): "\N{SOFT HYPHEN}",
}
WORDS = {qn("w:t"), qn("w:delText")}
REMOVED = {qn("w:del"), qn("w:moveFrom")}
NOTE_REFERENCES = {
    qn("w:commentReference"): "comments",
    qn("w:footnoteReference"): "footnotes",
    qn("w:endnoteReference"): "endnotes",
}


def read(content: bytes) -> list[Grid]:
    """Return a grid for each table. SourceError when the file is hostile, damaged or holds no table."""
    screen(content, DOCUMENT)
    try:
        document = docx.Document(io.BytesIO(as_transitional(content)))
        reader = _DocumentReader(document)
        reader.read_blocks(document.element.body)
    except SourceError:
        raise
    except Exception as error:  # python-docx and lxml raise errors of many kinds on a damaged file
        raise SourceError(DAMAGED) from error
    if not reader.has_table:
        raise SourceError(
            "Word-dokumentet innehåller ingen tabell. Lägg mål och åtgärder i en tabell, eller kopiera dem till Excel."
        )
    return reader.builder.grids()


class _DocumentReader:
    """Reading of the body of one document, from top to bottom."""

    def __init__(self, document: Any) -> None:
        self.builder = DocumentBuilder()
        self.has_table = False
        self._styles = _Styles(document)
        self._notes = {kind: _notes_of(document, kind) for kind in NOTE_REFERENCES.values()}

    def read_blocks(self, container: Any) -> None:
        """Read the paragraphs and tables of the body, also those inside of content controls."""
        for element in container:
            if element.tag == qn("w:p"):
                runs = list(self._runs(element))
                text = "".join(run.text for run in runs if not run.is_struck)
                self.builder.add_line(text, self._styles.heading_level(element))
                for note in self._notes_in(element):
                    self.builder.add_line(f"Kommentar: {note}")
            elif element.tag == qn("w:tbl"):
                self._read_table(element)
            elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
                self.read_blocks(element)

    def _read_table(self, table: Any) -> None:
        """Read a table. Tables inside of its cells follow as tables of their own."""
        self.has_table = True
        builder = self.builder.new_table()
        inner_tables: list[Any] = []
        tops: dict[int, Block] = {}
        for number, row in enumerate(_children(table, "w:tr"), start=1):
            if _is_on(row.find(f"{qn('w:trPr')}/{qn('w:hidden')}")):
                builder.hidden_rows.add(number)
            column = 1 + _number(row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}"), 0)
            for stored in _children(row, "w:tc"):
                block = self._read_cell(builder, tops, stored, number, column)
                column = block.last_column + 1
                inner_tables += _own(stored, qn("w:tbl"))
        for block in tops.values():
            _merge(builder, block)
        for inner in inner_tables:
            self._read_table(inner)

    def _read_cell(self, builder: GridBuilder, tops: dict[int, Block], stored: Any, row: int, column: int) -> Block:
        """Add a cell of a table, and return the columns that it covers.

        `tops` maps columns to the blocks above. A cell that continues a block downwards makes the block longer.
        """
        properties = stored.find(qn("w:tcPr"))
        span = _number(_property(properties, "w:gridSpan"), 1)
        block = Block(row, column, row, column + min(max(span, 1), MAX_SPAN) - 1)
        vertical = _property(properties, "w:vMerge")
        above = tops.get(column)
        if vertical is not None and vertical.get(qn("w:val")) != "restart" and above:
            tops[column] = above._replace(last_row=row)
            return block
        if above:
            _merge(builder, above)
        tops[column] = block
        builder.add(row, column, self._cell(builder.new_cell(row, column), stored, properties))
        return block

    def _cell(self, cell: Cell, stored: Any, properties: Any) -> Cell:
        """Give the cell the text, fill, notes and marks of a stored one."""
        paragraphs = _own(stored, qn("w:p"))
        runs: list[Run] = []
        for paragraph in paragraphs:
            if runs:
                runs.append(Run("\n", runs[-1].is_struck))
            runs += self._runs(paragraph)
            for note in self._notes_in(paragraph):
                add_note(cell, note)
        set_runs(cell, runs)
        cell.fill = _fill(_property(properties, "w:shd")) or _highlight(paragraphs)
        cell.indent += max((_indent(paragraph) for paragraph in paragraphs[:1]), default=0)
        if _is_removed(stored):
            cell.struck = bool(cell.text)
        cell.hidden = any(_is_on(mark) for paragraph in paragraphs for mark in paragraph.iter(qn("w:vanish")))
        return cell

    def _runs(self, paragraph: Any) -> Iterator[Run]:
        """Yield the parts of a paragraph's text. Removed text of tracked changes is struck out, as Word shows it."""
        struck_paragraph = self._styles.is_struck(paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}"))
        for run in paragraph.iter(qn("w:r")):
            text = "".join(map(_text_of, run))
            if text:
                yield Run(text, struck_paragraph or self._styles.is_struck_run(run) or _is_removed(run))

    def _notes_in(self, paragraph: Any) -> Iterator[str]:
        for element in paragraph.iter(*NOTE_REFERENCES):
            yield self._notes[NOTE_REFERENCES[element.tag]].get(element.get(qn("w:id")), "")


class _Styles:
    """The styles of a document: which are headings, and which strike out their text."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, int] = {}
        self._struck: set[str] = set()
        for style in document.styles:
            level = _level_of_style(style)
            if level:
                self._levels[style.style_id] = level
            if any(_is_on(mark) for mark in style.element.iter(qn("w:strike"), qn("w:dstrike"))):
                self._struck.add(style.style_id)

    def heading_level(self, paragraph: Any) -> int:
        """Return the level of a heading, and 0 for another paragraph."""
        outline = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None and _number(outline, 9) < 9:
            return _number(outline, 9) + 1
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self._levels.get(style.get(qn("w:val")), 0) if style is not None else 0

    def is_struck(self, style: Any) -> bool:
        """Return whether a reference to a style, or None, leads to one that strikes out."""
        return style is not None and style.get(qn("w:val")) in self._struck

    def is_struck_run(self, run: Any) -> bool:
        properties = run.find(qn("w:rPr"))
        if properties is None:
            return False
        marks = [_property(properties, "w:strike"), _property(properties, "w:dstrike")]
        return any(map(_is_on, marks)) or self.is_struck(_property(properties, "w:rStyle"))


def _level_of_style(style: Any) -> int:
    """Return the level of the headings with this style, in any language, and 0 for another style."""
    if style.name == "Title":
        return TITLE_LEVEL
    while style is not None:
        outline = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None:
            return (_number(outline, 9) + 1) % 10
        style = getattr(style, "base_style", None)
    return 0


def _notes_of(document: Any, kind: str) -> dict[str, str]:
    """Map the numbers of the comments, footnotes or endnotes of a document to their texts."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            root = parse_xml(relation.target_part.blob)
            return {note.get(qn("w:id")): _plain_text(note) for note in root}
    return {}


def _plain_text(element: Any) -> str:
    paragraphs = element.iter(qn("w:p"))
    return "\n".join("".join(map(_text_of, paragraph.iter())) for paragraph in paragraphs)


def _text_of(element: Any) -> str:
    """Return the text of one element of a run, which is empty for most of them."""
    if element.tag in WORDS:
        return element.text or ""
    if element.tag == qn("w:sym"):
        # A sign of a symbol font, by its number; `clean_cell` knows their meanings.
        return chr(int(element.get(qn("w:char"), "20")[-4:], 16))
    return SIGNS.get(element.tag, "")


def _children(parent: Any, name: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, also those inside of content controls."""
    for child in parent:
        if child.tag == qn(name):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _children(child, name)


def _own(cell: Any, tag: str) -> list[Any]:
    """Return the paragraphs or tables in a cell, without those of tables inside of it."""
    found: list[Any] = []
    for child in cell:
        if child.tag == tag:
            found.append(child)
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            found += _own(child, tag)
    return found


def _merge(builder: GridBuilder, block: Block) -> None:
    if block.first_row != block.last_row or block.first_column != block.last_column:
        builder.merge(block)


def _property(properties: Any, name: str) -> Any:
    return None if properties is None else properties.find(qn(name))


def _number(element: Any, default: int) -> int:
    """Return the value of a property as a number."""
    value = element.get(qn("w:val"), "") if element is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default


def _is_on(mark: Any) -> bool:
    """Return whether a property without a value, or with one such as "true", is there."""
    return mark is not None and mark.get(qn("w:val"), "1") not in OFF


def _is_removed(element: Any) -> bool:
    """Return whether tracked changes have removed the run, or the row of the cell."""
    row = element.getparent()
    if element.tag == qn("w:tc") and row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None:
        return True
    return any(parent.tag in REMOVED for parent in element.iterancestors(*REMOVED))


def _fill(shading: Any) -> str:
    """Return the colour of a shading as "#rrggbb", empty for none and for white."""
    digits = shading.get(qn("w:fill"), "").lower() if shading is not None else ""
    is_colour = len(digits) == 6 and all(digit in "0123456789abcdef" for digit in digits)
    return f"#{digits}" if is_colour and digits != "ffffff" else ""


def _highlight(paragraphs: list[Any]) -> str:
    """Return the colour of the first highlighted words, as with a marker pen."""
    for paragraph in paragraphs:
        for properties in paragraph.iter(qn("w:rPr")):
            pen = _property(properties, "w:highlight")
            colour = HIGHLIGHTS.get(pen.get(qn("w:val"), ""), "") if pen is not None else ""
            colour = colour or _fill(_property(properties, "w:shd"))
            if colour:
                return colour
    return ""


def _indent(paragraph: Any) -> int:
    """Return the indent of a paragraph in steps: by its margin, or by its level in a list."""
    properties = paragraph.find(qn("w:pPr"))
    margin = _property(properties, "w:ind")
    twips = margin.get(qn("w:left"), margin.get(qn("w:start"), "0")) if margin is not None else "0"
    steps = int(float(twips)) // TWIPS_PER_STEP if twips.replace(".", "", 1).isdigit() else 0
    level = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:ilvl')}")
    return max(steps, _number(level, 0))
