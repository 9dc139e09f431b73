"""Word documents: tables in order with headings above them, merged cells, colours, comments and struck-out text."""

import io

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from programmes.sheets.grid import Grid
from programmes.sheets.readers import docx as reader
from programmes.source import SourceError
from tests.programmes.sheets.readers.grids import context, texts


def content_of(document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def read(document) -> list[Grid]:
    return reader.read(content_of(document))


def add_table(document, *rows: list[str]):
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return table


def xml(source: str):
    """Return an element of WordprocessingML."""
    name, rest = source.split(" ", 1) if " " in source else (source.rstrip("/>"), "/>")
    return parse_xml(f"{name} {nsdecls('w')} {rest}")


@pytest.fixture
def document():
    return docx.Document()


def test_a_table_has_the_open_headings_and_the_text_since_the_table_before(document):
    document.add_heading("Plan", 1)
    document.add_heading("Trygghet", 2)
    document.add_paragraph("Läget vid årets slut.")
    add_table(document, ["Mål", "Åtgärd"])
    document.add_heading("Miljö", 2)
    add_table(document, ["Mål", "Åtgärd"])
    document.add_paragraph("G = genomfört")
    first, second, after = read(document)
    assert context(first) == [("Plan", 1), ("Trygghet", 2), ("Läget vid årets slut.", 0)]
    assert context(second) == [("Plan", 1), ("Miljö", 2)]
    assert (second.name, second.rows[0].cells[1].place) == ("tabell 2", "tabell 2, rad 1, kolumn 2")
    assert (context(after), after.rows) == ([("G = genomfört", 0)], ())


def test_merged_cells_repeat_their_value_across_and_down(document):
    table = add_table(document, ["Mål", "Uppföljning", ""], ["", "Läge", "Ord"], ["Ute", "G", "Bra"])
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    [grid] = read(document)
    assert texts(grid) == [["Mål", "Uppföljning", "Uppföljning"], ["Mål", "Läge", "Ord"], ["Ute", "G", "Bra"]]
    assert [cell.text for cell in grid.filled_cells()] == ["Mål", "Uppföljning", "Läge", "Ord", "Ute", "G", "Bra"]


def test_two_blocks_under_each_other_stay_apart(document):
    table = add_table(document, ["A", "1"], ["", "2"], ["B", "3"], ["", "4"])
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))
    [grid] = read(document)
    assert [row.cells[0].text for row in grid.rows] == ["A", "A", "B", "B"]


def test_the_lines_of_a_cell_are_kept(document):
    table = add_table(document, ["", "KS"])
    table.cell(0, 0).text = "Rad ett\nrad två"
    table.cell(0, 0).add_paragraph("Stycke två")
    [grid] = read(document)
    assert texts(grid) == [["Rad ett\nrad två\nStycke två", "KS"]]


def test_a_colour_is_that_of_the_cell_or_of_the_marked_words(document):
    table = add_table(document, ["Klar", "Pågår", "Sen", "Vit"])
    for column, fill in ((0, "92D050"), (3, "FFFFFF")):
        table.cell(0, column)._tc.get_or_add_tcPr().append(xml(f'<w:shd w:val="clear" w:fill="{fill}"/>'))
    table.cell(0, 1).paragraphs[0].runs[0].font.highlight_color = docx.enum.text.WD_COLOR_INDEX.YELLOW
    [grid] = read(document)
    assert [cell.fill for cell in grid.rows[0].cells] == ["#92d050", "#ffff00", "", ""]


def test_a_comment_is_the_note_of_its_cell_and_a_line_elsewhere(document):
    above = document.add_paragraph("Läget")
    table = add_table(document, ["Lyktor", "KS"])
    document.add_comment(table.cell(0, 0).paragraphs[0].runs, "Bara halva området", author="Kim")
    document.add_comment(above.runs, "Vid årets slut", author="Kim")
    [grid] = read(document)
    assert [cell.note for cell in grid.rows[0].cells] == ["Bara halva området", ""]
    assert context(grid) == [("Läget", 0), ("Kommentar: Vid årets slut", 0)]


def test_struck_out_text_and_tracked_removals_are_marked(document):
    table = add_table(document, ["Värdar", "Nya bänkar", "Borta", "Kvar"])
    table.cell(0, 0).paragraphs[0].runs[0].font.strike = True
    table.cell(0, 1).paragraphs[0].add_run(" och lyktor").font.double_strike = True
    removed = table.cell(0, 2).paragraphs[0].runs[0]._r
    removal = xml('<w:del w:id="1" w:author="Kim"/>')
    removed.addprevious(removal)
    removal.append(removed)
    [grid] = read(document)
    assert [(cell.text, cell.struck, cell.note) for cell in grid.rows[0].cells] == [
        ("Värdar", True, ""),
        ("Nya bänkar", False, "Överstruket: och lyktor"),
        ("Borta", True, ""),
        ("Kvar", False, ""),
    ]


def test_a_table_inside_of_a_cell_follows_as_a_table(document):
    table = add_table(document, ["Ram"])
    inner = table.cell(0, 0).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = "Mål"
    outer, follower = read(document)
    assert (texts(outer), texts(follower)) == ([["Ram"]], [["Mål"]])


def test_rows_and_cells_in_content_controls_are_read(document):
    table = add_table(document, ["Mål", "Åtgärd"], ["Ute", "Lyktor"])
    row = table.rows[1]._tr
    control = xml("<w:sdt/>")
    inside = xml("<w:sdtContent/>")
    row.addprevious(control)
    control.append(inside)
    inside.append(row)
    [grid] = read(document)
    assert texts(grid) == [["Mål", "Åtgärd"], ["Ute", "Lyktor"]]


def test_hidden_rows_and_text_are_marked(document):
    table = add_table(document, ["Mål", "Hemlig"], ["Dold", "rad"])
    table.cell(0, 1).paragraphs[0].runs[0].font.hidden = True
    table.rows[1]._tr.get_or_add_trPr().append(xml("<w:hidden/>"))
    [grid] = read(document)
    assert [cell.text for cell in grid.filled_cells() if cell.hidden] == ["Hemlig", "Dold", "rad"]


def test_an_indent_counts_by_the_margin(document):
    table = add_table(document, ["Område"], ["Åtgärd"])
    table.cell(1, 0).paragraphs[0].paragraph_format.left_indent = docx.shared.Cm(1)
    [grid] = read(document)
    assert [row.cells[0].indent for row in grid.rows] == [0, 1]


def test_a_document_without_a_table_says_so(document):
    document.add_paragraph("Mål: Fler ute")
    with pytest.raises(SourceError, match="Word-dokumentet innehåller ingen tabell"):
        read(document)
