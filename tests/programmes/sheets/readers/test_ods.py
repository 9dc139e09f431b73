"""OpenDocument spreadsheets, made by LibreOffice from a workbook and by hand."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from programmes.sheets.grid import Grid
from programmes.sheets.readers import ods
from programmes.source import SourceError
from tests.programmes.sheets.readers.grids import converted, texts

GREEN = PatternFill("solid", fgColor="00B050")
HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
)
STYLES = (
    '<style:style style:name="green"><style:table-cell-properties fo:background-color="#00B050"/></style:style>'
    '<style:style style:name="child" style:parent-style-name="green"/>'
)


def package(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return file.getvalue()


def with_rows(rows: str) -> bytes:
    """Return a file with one sheet of these rows, given as XML."""
    sheet = f'<table:table table:name="Plan">{rows}</table:table>'
    return package({"content.xml": f"{HEAD}{STYLES}{sheet}</office:document-content>"})


def text_cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def row_of(cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> list[Grid]:
    """The grids of a workbook with one of everything, saved by LibreOffice."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Plan"
    sheet.append(["Ute", "Lyktor", 2.5, 0.25, date(2024, 3, 1), datetime(2024, 3, 1, 8, 30), "=1+1"])
    sheet.append([None, "Lyktor", 1.1])
    sheet["D1"].number_format, sheet["C2"].number_format = "0%", "0.00"
    sheet.merge_cells("A1:A2")
    sheet["B1"].fill = sheet["D2"].fill = GREEN
    sheet["B2"].font = Font(strike=True)
    sheet["B1"].comment = Comment("Bara halva området", "Kim")
    sheet["A3"] = CellRichText("Nya ", TextBlock(InlineFont(strike=True), "lyktor "), "bänkar")
    sheet["A4"], sheet["A5"] = "    Två mål", "Indrag"
    sheet["A5"].alignment = Alignment(indent=2)
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True
    hidden = workbook.create_sheet("Förra året")
    hidden["A1"], hidden.sheet_state = "x", "hidden"
    file = io.BytesIO()
    workbook.save(file)
    return ods.read(converted(file.getvalue(), "ods", tmp_path_factory.mktemp("ods")))


def test_values_texts_and_merged_blocks_are_read(saved):
    plan, _ = saved
    assert [cell.value for cell in plan.rows[0].cells] == [
        *("Ute", "Lyktor", 2.5, 0.25),
        *(date(2024, 3, 1), datetime(2024, 3, 1, 8, 30), 2),
    ]
    assert texts(plan)[1][:3] == ["Ute", "Lyktor", "1.10"]
    assert (plan.rows[1].cells[0].anchor, plan.rows[1].cells[2].number_format) == ("Plan!A1", "0.00")
    assert (plan.rows[0].cells[3].text, plan.rows[0].cells[3].number_format) == ("25%", "0%")


def test_colours_comments_and_struck_out_text_are_read(saved):
    plan, _ = saved
    assert [(cell.place, cell.fill) for cell in plan.filled_cells() if cell.fill] == [
        ("Plan!B1", "#00b050"),
        ("Plan!D2", "#00b050"),
    ]
    assert [(cell.text, cell.note) for cell in plan.filled_cells() if cell.note] == [
        ("Lyktor", "Bara halva området"),
        ("Nya bänkar", "Överstruket: lyktor"),
    ]
    assert [cell.place for cell in plan.filled_cells() if cell.struck] == ["Plan!B2"]


def test_indents_and_hidden_things_are_read(saved):
    plan, last_year = saved
    assert [(row.cells[0].text, row.cells[0].indent) for row in plan.rows[3:]] == [("Två mål", 4), ("Indrag", 2)]
    assert [row.hidden for row in plan.rows] == [False, False, False, True, False]
    assert [column.label for column in plan.columns if column.hidden] == ["C"]
    assert (plan.hidden, last_year.hidden, texts(last_year)) == (False, True, [["x"]])


def test_cells_and_rows_that_are_alike_are_repeated():
    cells = text_cell("x", 'table:number-columns-repeated="2"')
    [grid] = ods.read(with_rows(row_of(cells, 'table:number-rows-repeated="2"') + row_of(text_cell("y"))))
    assert texts(grid) == [["x", "x"], ["x", "x"], ["y", ""]]


def test_the_colour_of_whole_rows_and_of_the_rest_of_the_sheet_is_reported():
    coloured = '<table:table-cell table:style-name="child" table:number-columns-repeated="{}"/>'
    first = row_of(text_cell("x") + coloured.format(16383))
    rest = row_of(coloured.format(16384), 'table:number-rows-repeated="1048575"')
    [grid] = ods.read(with_rows(first + rest))
    assert texts(grid) == [["x"]]
    assert grid.remarks == (
        "Fler än 200 rader är färgade men tomma, och läses inte (från rad 2).",
        "Fler än 200 kolumner är färgade men tomma, och läses inte (från kolumn B).",
    )


def test_a_formula_without_a_result_and_an_error_are_faults():
    cells = '<table:table-cell table:formula="of:=[.A1]"/>' + text_cell("#REF!", 'calcext:value-type="error"')
    [grid] = ods.read(with_rows(row_of(cells)))
    assert [cell.fault for cell in grid.rows[0].cells] == [
        ods.NO_RESULT,
        "Cellen visar felet #REF!. Rätta formeln eller skriv värdet i cellen.",
    ]


LOCKED = {"content.xml": "x", "META-INF/manifest.xml": "<manifest:encryption-data/>"}
MACROS = {"content.xml": f"{HEAD}</office:document-content>", "Basic/Standard/Module1.xml": "<a/>"}
REFUSED = {
    "locked": (package(LOCKED), "Filen är låst med ett lösenord"),
    "macros": (package(MACROS), "Filen innehåller makron och läses inte"),
    "no content": (package({"mimetype": "x"}), "Filen är inte ett OpenDocument-kalkylblad"),
    "broken": (package({"content.xml": "<a>"}), "Filen är skadad och kan inte läsas"),
    "cut short": (with_rows(row_of(text_cell("x")))[:-30], "OpenDocument-filen är skadad"),
    "entities": (
        package({"content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "Filen innehåller sådant som inte hör hemma",
    ),
    "bomb": (package({"content.xml": "<a>" + " " * 90_000_000 + "</a>"}), "Filen packas upp till orimligt mycket"),
    "deep": (package({"content.xml": "<a>" * 500 + "</a>" * 500}), "Filen är skadad och kan inte läsas"),
    "many filled rows": (
        with_rows(row_of(text_cell("x"), 'table:number-rows-repeated="1000000"')),
        "Filen har fler än 400 000 celler",
    ),
    "many filled columns": (
        with_rows(row_of(text_cell("x", 'table:number-columns-repeated="16000"'))),
        "Bladet Plan har fler än 300 kolumner",
    ),
    "row after the last one": (
        with_rows(row_of("", 'table:number-rows-repeated="9999999999"') + row_of(text_cell("x"))),
        "OpenDocument-filen är skadad",
    ),
    "many sheets": (
        package({"content.xml": f"{HEAD}{'<table:table/>' * 251}</office:document-content>"}),
        "Filen har fler än 250 blad",
    ),
    "number that is none": (
        with_rows(row_of(text_cell("x", 'office:value-type="float" office:value="x"'))),
        "OpenDocument-filen är skadad",
    ),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_or_damaged_file_is_refused_with_a_reason(content, reason):
    with pytest.raises(SourceError, match=reason):
        ods.read(content)
