"""What all our Word documents are made of: one set of styles, and headings, text, tables and fields that use it.

The styles are Word's own (Rubrik 1, Normal, Listpunkt ...), so that what is pasted into another document takes on
that document's look. A document is accessible: language, title, real headings, tables with a header row.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from followup.documents.tools.colours import colours
from followup.documents.tools.office_zip import repack
from followup.documents.tools.wording import legible
from programmes.scales import Step, Symbol

LANGUAGE = "sv-SE"
FONT = "Calibri"
SIGN_FONT = "Segoe UI Symbol"
TABLE = "Rapporttabell"
TABLE_TEXT = "Tabelltext"
TABLE_HEADER = "Tabellrubrik"
TEXT_WIDTH = 170  # millimetres between the margins

# The symbols of the scales as characters: `Step.path` draws the same on pages.
SIGNS = {
    Symbol.CHECK.path: "✓",
    Symbol.HALF.path: "◐",
    Symbol.QUARTER.path: "◔",
    Symbol.THREE_QUARTERS.path: "◕",
    Symbol.CROSS.path: "✕",
    Symbol.QUESTION.path: "?",
    Symbol.DASH.path: "–",
    Symbol.UP.path: "▲",
    Symbol.LEVEL.path: "►",
    Symbol.DOWN.path: "▼",
    Symbol.CLOCK.path: "◷",
    Symbol.PLAY.path: "▷",
    Symbol.LOOP.path: "↻",
    Symbol.RING.path: "○",
    Symbol.STOP.path: "■",
}

# Style, size in points, space before and after, whether it stands out.
_PARAGRAPHS = [
    ("Normal", 10.5, 0, 6, False),
    ("Title", 28, 0, 18, True),
    ("Subtitle", 13, 0, 6, False),
    ("Heading 1", 18, 24, 8, True),
    ("Heading 2", 13, 16, 4, True),
    ("Heading 3", 11, 10, 3, True),
    ("TOC Heading", 18, 0, 8, True),
    ("List Bullet", 10.5, 0, 3, False),
    ("List Number", 10.5, 0, 6, False),
    ("Header", 8.5, 0, 0, False),
    ("Footer", 8.5, 0, 0, False),
    (TABLE_TEXT, 9, 1, 1, False),
    (TABLE_HEADER, 9, 1, 1, True),
]
# The ids of the headings that stand in the table of contents, with their level there.
_LEVELS = {"Heading1": 1, "Heading2": 2}
_MUTED = ("Subtitle", "Header", "Footer")


def new_document(*, title: str, author: str, subject: str, keywords: str, made: datetime) -> Document:
    """Return an empty A4 document with our styles and these properties. `made` is its time of creation.

    The time is a parameter so that the same content always gives the same file.
    """
    document = docx.Document()
    properties = document.core_properties
    properties.title = _property(title)
    properties.author = properties.last_modified_by = _property(author)
    properties.subject = _property(subject)
    properties.keywords = _property(keywords)
    properties.comments = ""
    properties.language = LANGUAGE
    properties.created = properties.modified = made
    _set_page(document)
    _set_styles(document)
    _set_settings(document)
    return document


def _property(text: str) -> str:
    """Word refuses properties of more than 255 characters."""
    return legible(text)[:255]


def save(document: Document) -> bytes:
    """The file: equal documents give equal bytes."""
    file = io.BytesIO()
    document.save(file)
    return repack(file.getvalue())


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    section.header_distance = section.footer_distance = Mm(11)


def _set_styles(document: Document) -> None:
    """Replace the styles of the library's template by ours, and set the language."""
    language = document.styles.element.find(qn("w:docDefaults")).find(".//" + qn("w:lang"))
    language.set(qn("w:val"), LANGUAGE)
    _delete_table_styles(document)
    for name in (TABLE_TEXT, TABLE_HEADER):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
    for name, size, before, after, stands_out in _PARAGRAPHS:
        _set_paragraph_style(document.styles[name], size, before, after, stands_out=stands_out)
    for name, unwanted in (("Title", "w:pBdr"), ("Subtitle", "w:spacing"), ("Header", "w:tabs"), ("Footer", "w:tabs")):
        _drop(document.styles[name], unwanted)
    for level, indent in ((1, 0), (2, 6)):
        _add_contents_style(document, level, indent)
    _add_table_style(document)


def _delete_table_styles(document: Document) -> None:
    """Delete nearly a hundred unused table styles, which would fill the list of styles in Word."""
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table":
            style.delete()


def _set_paragraph_style(style: Any, size: float, before: float, after: float, *, stands_out: bool) -> None:
    """Set the font and the spacing, in points, of a style; one that stands out is bold and stays with the next."""
    colour = "ink"
    if stands_out:
        colour = "accent"
    elif style.name in _MUTED:
        colour = "ink-soft"
    _set_font(style, size, colour)
    style.font.bold = stands_out or None
    style.font.italic = None
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.line_spacing = 1.15
    style.paragraph_format.keep_with_next = stands_out
    style.paragraph_format.widow_control = True


def _set_font(style: ParagraphStyle, size: float, colour: str) -> None:
    _name_font(style.element, FONT)
    style.font.size = Pt(size)
    style.font.color.rgb = _rgb(colour)


def _name_font(element: Any, name: str) -> None:
    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    # A theme's font would win over the named one.
    fonts.attrib.clear()
    for letters in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{letters}"), name)


def _drop(style: ParagraphStyle, name: str) -> None:
    """Take an element of the template's own style away."""
    for part in (style.element.pPr, style.element.rPr):
        for element in part.findall(qn(name)):
            part.remove(element)


def _add_contents_style(document: Document, level: int, indent: int) -> None:
    style = document.styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    style.base_style = document.styles["Normal"]
    style.paragraph_format.left_indent = Mm(indent)
    style.paragraph_format.space_after = Pt(3)
    style.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _add_table_style(document: Document) -> None:
    """Add our table style: lines between the rows, and a header row that stands out.

    As a style, the look also holds for rows that somebody adds in Word.
    """
    style = document.styles.add_style(TABLE, WD_STYLE_TYPE.TABLE)
    style.base_style = document.styles["Normal Table"]
    properties = _element("w:tblPr")
    properties.extend([_table_borders(), _cell_margins()])
    header_cell = _element("w:tcPr")
    header_cell.append(_shade("accent-soft"))
    header = _element("w:tblStylePr", type="firstRow")
    header.append(header_cell)
    style.element.extend([properties, header])


def _table_borders() -> Any:
    borders = _element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(f"w:{side}", val="single", sz=4, space=0, color=_hex("line")))
    return borders


def _cell_margins() -> Any:
    """The widths are in twentieths of a point."""
    margins = _element("w:tblCellMar")
    for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)):
        margins.append(_element(f"w:{side}", w=width, type="dxa"))
    return margins


def _set_settings(document: Document) -> None:
    settings = document.settings.element
    for setting in settings.iter(qn("w:compatSetting")):
        # Older modes open with "Kompatibilitetsläge" in Word's title.
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), LANGUAGE)
    settings.find(qn("w:decimalSymbol")).set(qn("w:val"), ",")
    settings.find(qn("w:listSeparator")).set(qn("w:val"), ";")
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")


def header_and_footer(document: Document, *, header: str, footer: str, first_page_differs: bool = True) -> None:
    """The document's name above every page; below it the municipality, and "Sida 2 av 30"."""
    section = document.sections[0]
    section.different_first_page_header_footer = first_page_differs
    add_text(section.header.paragraphs[0], header)
    paragraph = section.footer.paragraphs[0]
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    add_text(paragraph, f"{footer}\tSida ")
    field(paragraph, "PAGE", "1")
    add_text(paragraph, " av ")
    field(paragraph, "NUMPAGES", "1")


def heading(document: Document, text: str, level: int) -> Paragraph:
    return paragraph(document, text, f"Heading {level}")


def paragraph(document: Document, text: str = "", style: str = "Normal") -> Paragraph:
    """One paragraph; line breaks in the text stay line breaks."""
    return _styled(document.add_paragraph(legible(text)), style)


def _styled(made: Paragraph, style: str) -> Paragraph:
    # By its id, which is the name without spaces: python-docx looks a name up anew each time, slowly.
    made._p.style = style.replace(" ", "")
    return made


def prose(document: Document, text: str) -> None:
    """Running text: an empty line begins a new paragraph."""
    for part in re.split(r"\n\s*\n", legible(text).strip()):
        document.add_paragraph(part.strip())


def add_text(to: Paragraph, text: str, *, bold: bool = False, colour: str = "") -> Run:
    """Text at the end of a paragraph, in one of the stylesheet's colours."""
    run = to.add_run(legible(text))
    run.bold = bold or None
    if colour:
        run.font.color.rgb = _rgb(colour)
    return run


def add_sign(to: Paragraph, step: Step) -> None:
    """Add the symbol of a step, before words of the caller's own."""
    sign = add_text(to, SIGNS.get(step.path, "•"), colour=step.tone)
    _name_font(sign._r, SIGN_FONT)
    add_text(to, "\N{NO-BREAK SPACE}")


def add_status(to: Paragraph, step: Step) -> None:
    """Add symbol, word and colour together."""
    sign = add_text(to, SIGNS.get(step.path, "•"), colour=step.tone)
    _name_font(sign._r, SIGN_FONT)
    add_text(to, f"\N{NO-BREAK SPACE}{step.word}", bold=True, colour=step.tone)


def table(document: Document, headers: Sequence[str], widths: Sequence[int], description: str) -> Table:
    """Add a table with its header row, and return it. The header is repeated on each page that the table covers.

    `widths` are in millimetres. `description` is read aloud to readers that do not see the table.
    """
    new_table = document.add_table(rows=1, cols=len(headers), style=TABLE)
    new_table.autofit = False
    new_table.alignment = WD_TABLE_ALIGNMENT.LEFT
    properties = new_table._tbl.tblPr
    # The style is for the first row alone, not for the first column too.
    properties.find(qn("w:tblLook")).set(qn("w:firstColumn"), "0")
    properties.append(_element("w:tblDescription", val=legible(description)))
    for column, width in zip(new_table.columns, widths, strict=True):
        column.width = Mm(width)
    _fill_header(new_table.rows[0], headers, widths)
    return new_table


def _fill_header(header: Any, texts: Sequence[str], widths: Sequence[int]) -> None:
    _keep_whole(header)
    header._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for cell, text, width in zip(header.cells, texts, widths, strict=True):
        cell.width = Mm(width)
        add_text(_styled(cell.paragraphs[0], TABLE_HEADER), text)


def row(to: Table, values: Iterable[str | Step], *, stands_out: bool = False) -> None:
    """Add a row of texts and statuses to a table. A page break never falls inside the row."""
    added = to.add_row()
    _keep_whole(added)
    for cell, value in zip(added.cells, values, strict=True):
        text = _styled(cell.paragraphs[0], TABLE_TEXT)
        if isinstance(value, Step):
            add_status(text, value)
        else:
            add_text(text, value, bold=stands_out)
        if stands_out:
            _stand_out(cell)


def heading_row(to: Table, text: str) -> None:
    """A row that names the rows below it, over the whole width."""
    added = to.add_row()
    _keep_whole(added)
    first, *others = added._tr.tc_lst
    for other in others:
        added._tr.remove(other)
    first.grid_span = len(others) + 1
    cell = added.cells[0]
    add_text(_styled(cell.paragraphs[0], TABLE_TEXT), text, bold=True)
    _stand_out(cell)


def _stand_out(cell: _Cell) -> None:
    cell._tc.get_or_add_tcPr().append(_shade("paper-soft"))
    cell.paragraphs[0].paragraph_format.keep_with_next = True


def _keep_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))


def field(to: Paragraph, instruction: str, shown: str) -> None:
    """Add a field that Word computes, such as PAGE. `shown` is the text until Word has computed it.

    The file format wants five runs: begin, instruction, separate, shown text, end.
    """
    _field_character(to, "begin")
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    to.add_run()._r.append(code)
    _field_character(to, "separate")
    to.add_run(shown)
    _field_character(to, "end")


def _field_character(to: Paragraph, kind: str) -> None:
    to.add_run()._r.append(_element("w:fldChar", fldCharType=kind))


def contents(document: Document, before: Paragraph) -> None:
    """Insert a table of contents before a paragraph, with the present headings of levels 1 and 2.

    Each line is a link to its heading. Its page number is a field, which Word fills in when it opens the document.
    """
    headings = [paragraph for paragraph in document.paragraphs if paragraph._p.style in _LEVELS]
    lines = []
    for number, heading in enumerate(headings, start=1):
        level = _LEVELS[heading._p.style or ""]
        line = before.insert_paragraph_before(style=f"toc {level}")
        bookmark = f"_Toc{number:08}"
        _bookmark(heading, bookmark, number)
        _contents_line(line, heading.text, bookmark)
        lines.append(line)
    if not lines:
        lines.append(before.insert_paragraph_before())
    _field_around(lines, 'TOC \\o "1-2" \\h \\z \\u')
    document.settings.element.find(qn("w:compat")).addprevious(_element("w:updateFields", val="true"))


def _bookmark(on: Paragraph, name: str, number: int) -> None:
    on._p.get_or_add_pPr().addnext(_element("w:bookmarkStart", id=number, name=name))
    on._p.append(_element("w:bookmarkEnd", id=number))


def _contents_line(line: Paragraph, text: str, mark: str) -> None:
    add_text(line, f"{text}\t")
    field(line, f"PAGEREF {mark} \\h", "")
    link = _element("w:hyperlink", anchor=mark, history=1)
    link.extend(line._p.findall(qn("w:r")))
    line._p.append(link)


def _field_around(lines: Sequence[Paragraph], instruction: str) -> None:
    """One field over several paragraphs: it begins in the first and ends in the last."""
    ends = lines[0].insert_paragraph_before()
    field(ends, instruction, "")
    begin, code, separate, _shown, end = ends._p.findall(qn("w:r"))
    place = lines[0]._p.get_or_add_pPr()
    for run in (separate, code, begin):
        place.addnext(run)
    lines[-1]._p.append(end)
    ends._p.getparent().remove(ends._p)


def _element(name: str, /, **attributes: object) -> Any:
    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), str(value))
    return element


def _shade(colour: str) -> Any:
    return _element("w:shd", val="clear", color="auto", fill=_hex(colour))


def _hex(colour: str) -> str:
    """As Word writes colours: six digits."""
    digits = colours()[colour].removeprefix("#")
    return (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)).upper()


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(_hex(colour))
