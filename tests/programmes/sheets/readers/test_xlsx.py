"""Excel workbooks become grids with fills, notes, struck-out text, merged blocks and what is hidden."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.colors import Color

from programmes.sheets.grid import EMPTY_CELL, Grid
from programmes.sheets.readers import xlsx
from programmes.sheets.readers.limits import MAX_BARE
from programmes.source import SourceError
from tests.programmes.sheets.readers.grids import texts


def content_of(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def read(workbook: Workbook) -> list[Grid]:
    return xlsx.read(content_of(workbook))


@pytest.fixture
def workbook() -> Workbook:
    return Workbook()


@pytest.fixture
def sheet(workbook):
    workbook.active.title = "Plan"
    return workbook.active


def test_values_keep_their_kind_and_are_shown_as_in_swedish(workbook, sheet):
    sheet.append(["Lyktor", 3, 1.5, 0.25, datetime(2024, 3, 1), datetime(2024, 3, 1, 8, 30), True])
    sheet["D1"].number_format = "0%"
    [grid] = read(workbook)
    assert [cell.value for cell in grid.rows[0].cells] == [
        *("Lyktor", 3, 1.5, 0.25),
        *(date(2024, 3, 1), datetime(2024, 3, 1, 8, 30), True),
    ]
    assert texts(grid) == [["Lyktor", "3", "1,5", "25 %", "2024-03-01", "2024-03-01 08:30", "SANT"]]
    assert grid.rows[0].cells[3].place == "Plan!D1"


def test_only_rows_and_columns_with_content_are_in_the_grid(workbook, sheet):
    sheet["B2"], sheet["XFD1048576"], sheet["D3"] = "Mål", ".", "  "
    [grid] = read(workbook)
    assert [column.label for column in grid.columns] == ["B", "XFD"]
    assert [row.number for row in grid.rows] == [2, 1048576]
    assert grid.rows[0].cells[1] is EMPTY_CELL


@pytest.mark.parametrize(
    ("fill", "colour"),
    [
        (PatternFill("solid", fgColor="00B050"), "#00b050"),
        (PatternFill("solid", fgColor="FFFFFF"), ""),
        (PatternFill(), ""),
        (PatternFill("solid", fgColor=Color(theme=4)), "#4f81bd"),
        (PatternFill("solid", fgColor=Color(theme=4, tint=0.5)), "#a7c0de"),
        (PatternFill("solid", fgColor=Color(theme=0, tint=-0.5)), "#808080"),
        (PatternFill("solid", fgColor=Color(indexed=10)), "#ff0000"),
    ],
)
def test_a_fill_is_a_hex_colour(workbook, sheet, fill, colour):
    sheet["A1"], sheet["A1"].fill = "Klar", fill
    [grid] = read(workbook)
    assert grid.rows[0].cells[0].fill == colour


def test_notes_lose_the_name_of_their_author_and_the_notice_of_a_thread(workbook, sheet):
    sheet["A1"], sheet["A2"] = "Klar", "Pågår"
    sheet["A1"].comment = Comment("Kim Provberg:\nDriftsatt i maj.", "Kim Provberg")
    sheet["A2"].comment = Comment("[Trådad kommentar]\n\nDin version av Excel.\n\nKommentar:\n    Halva klar.", "tc")
    sheet["B3"].comment = Comment("Cellen är tom.", "")
    [grid] = read(workbook)
    assert [cell.note for cell in grid.filled_cells()] == ["Driftsatt i maj.", "Halva klar.", "Cellen är tom."]


def test_struck_out_text_is_marked_and_a_struck_out_part_becomes_a_note(workbook, sheet):
    sheet["A1"], sheet["A1"].font = "Värdar", Font(strike=True)
    sheet["A2"] = CellRichText("Nya ", TextBlock(InlineFont(strike=True), "lyktor"), "bänkar")
    sheet["A3"] = CellRichText(TextBlock(InlineFont(strike=True), "Allt"), " ")
    [grid] = read(workbook)
    cells = [row.cells[0] for row in grid.rows]
    assert [(cell.text, cell.struck, cell.note) for cell in cells] == [
        ("Värdar", True, ""),
        ("Nya bänkar", False, "Överstruket: lyktor"),
        ("Allt", True, ""),
    ]


def test_each_cell_of_a_merged_block_has_its_value_and_knows_its_first_cell(workbook, sheet):
    sheet["A1"], sheet["C1"], sheet["C2"], sheet["B3"] = "Ute", "Lyktor", "Värdar", "."
    sheet.merge_cells("A1:B2")
    [grid] = read(workbook)
    assert texts(grid) == [["Ute", "Ute", "Lyktor"], ["Ute", "Ute", "Värdar"], ["", ".", ""]]
    assert [cell.anchor for cell in grid.rows[1].cells] == ["Plan!A1", "Plan!A1", ""]
    assert [cell.place for cell in grid.filled_cells()] == ["Plan!A1", "Plan!C1", "Plan!C2", "Plan!B3"]


def test_hidden_sheets_rows_and_columns_are_marked(workbook, sheet):
    sheet.append(["a", "b", "c"])
    sheet.append(["d", "e", "f"])
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    workbook.create_sheet("Förra året").sheet_state = "veryHidden"
    plan, last_year = read(workbook)
    assert [cell.text for cell in plan.filled_cells() if cell.hidden] == ["b", "d", "e", "f"]
    assert [(row.hidden) for row in plan.rows] == [False, True]
    assert [column.hidden for column in plan.columns] == [False, True, False]
    assert (plan.hidden, last_year.hidden) == (False, True)


def test_an_indent_counts_by_alignment_and_by_spaces(workbook, sheet):
    sheet["A1"], sheet["A2"], sheet["A3"] = "Område", "Mål", "    Åtgärd"
    sheet["A2"].alignment = Alignment(indent=2)
    [grid] = read(workbook)
    assert [(row.cells[0].text, row.cells[0].indent) for row in grid.rows] == [
        ("Område", 0),
        ("Mål", 2),
        ("Åtgärd", 4),
    ]


def test_a_formula_without_a_result_and_an_error_are_faults(workbook, sheet):
    sheet["A1"], sheet["A2"] = "=1+1", "#REF!"
    sheet["A2"].data_type = "e"
    [grid] = read(workbook)
    assert [row.cells[0].fault for row in grid.rows] == [
        xlsx.NO_RESULT,
        "Cellen visar felet #REF!. Rätta formeln eller skriv värdet i cellen.",
    ]


def test_the_strict_form_of_the_standard_is_read(workbook, sheet):
    sheet["A1"] = "Lyktor"
    strict = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content_of(workbook))) as usual,
        zipfile.ZipFile(strict, "w", zipfile.ZIP_DEFLATED) as rewritten,
    ):
        for name in usual.namelist():
            part = usual.read(name)
            for kind in (b"spreadsheetml", b"officeDocument", b"drawingml"):
                usual_name = b"http://schemas.openxmlformats.org/%s/2006/" % kind
                part = part.replace(usual_name, b"http://purl.oclc.org/ooxml/%s/" % kind)
            rewritten.writestr(name, part)
    [grid] = xlsx.read(strict.getvalue())
    assert texts(grid) == [["Lyktor"]]


def test_many_coloured_rows_without_text_are_reported_instead_of_read(workbook, sheet):
    sheet["A1"] = "Lyktor"
    for row in range(2, MAX_BARE + 4):
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor="00B050")
    [grid] = read(workbook)
    assert texts(grid) == [["Lyktor"]]
    assert grid.remarks == ("Fler än 200 rader är färgade men tomma, och läses inte (från rad 2).",)


@pytest.mark.parametrize(
    ("rows", "columns", "reason"),
    [
        (20_001, 1, "Bladet Plan har fler än 20000 rader. "),
        (1, 301, "Bladet Plan har fler än 300 kolumner. "),
    ],
)
def test_too_large_a_sheet_is_refused(workbook, sheet, rows, columns, reason):
    for _ in range(rows):
        sheet.append(["x"] * columns)
    with pytest.raises(SourceError, match=reason):
        read(workbook)
