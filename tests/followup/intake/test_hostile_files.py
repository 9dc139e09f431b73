"""Files that are damaged, hostile or no workbooks are refused with a reason, and formulas are never run."""

import io
import zipfile

import pytest

from followup.intake.workbook import ALL_SHEETS
from programmes.sheets.mapping import MappingChoices
from programmes.sheets.readers import xlsx
from programmes.sheets.reading import read_sheets
from programmes.sheets.screening import screen
from tests.followup.intake.workbooks import content_of, goals, load, refused, workbook


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def with_part(name: str, part: bytes) -> bytes:
    content = content_of(workbook(Mål=[["Nr", "Mål"], ["1.1", "Trygghet"]]))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    return zipped({**parts, name: part})


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_rows(rows: str, rest: str = "") -> bytes:
    """Return a workbook whose only sheet has these rows, given as XML."""
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{rest}</worksheet>'
    return with_part("xl/worksheets/sheet1.xml", sheet.encode())


def lying_about_size(content: bytes) -> bytes:
    """Return the file with a zip directory that states a small size for every part."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sizes = {info.file_size for info in package.infolist() if info.file_size > 100_000}
    for size in sizes:
        content = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    return content


CELL = '<c r="A1" t="inlineStr"><is><t>{}</t></is></c>'


# Files of a few kilobytes that ask openpyxl for hours or for all memory.
SWELLING = {
    "row number": (with_rows('<row r="999999999999"/>'), "Filen är skadad: den har en rad med numret 999999999999."),
    "row number with zeros": (with_rows('<row r="0000000001999999999"/>'), "Filen är skadad: den har en rad med"),
    "sheet of another name": (
        with_part("xl/tabs/sheet1.dat", f'<worksheet xmlns="{MAIN}"><row r="9999999"/></worksheet>'.encode()),
        "Filen är skadad: den har en rad med numret 9999999.",
    ),
    "entities of another name": (with_part("xl/a.dat", b"<!DOCTYPE s [<!ENTITY a 'a'>]><s/>"), "Filen innehåller"),
    "row number that is none": (with_rows('<row r="-1"/>'), "Filen är skadad: den har en rad med numret -1."),
    "column": (with_rows('<row r="1"><c r="ZZZZ1"/></row>'), "Filen är skadad: den har en cell med platsen ZZZZ1."),
    "cell without place": (with_rows('<row r="1"><c r="1"/></row>'), "Filen är skadad: den har en cell med platsen 1."),
    "merged sheet": (
        with_rows('<row r="1"/>', '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "many merged areas": (
        with_rows("", "<mergeCells>" + '<mergeCell ref="A1:Z1000"/>' * 100 + "</mergeCells>"),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "linked sheet": (
        with_rows("", '<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "formula over a sheet": (
        with_rows('<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f></c></row>'),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "long text": (
        with_rows('<row r="1">' + CELL.format("a" * 30_000_000) + "</row>"),
        "En cell i filen innehåller mer text än de 32767 tecken",
    ),
    "long shared text": (
        with_part("xl/sharedStrings.xml", b"<sst><si><t>" + b"a" * 30_000_000 + b"</t></si></sst>"),
        "En cell i filen innehåller mer text än de 32767 tecken",
    ),
    "many texts": (
        with_part("xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 500_001 + b"</sst>"),
        "Filen packas upp till orimligt mycket",
    ),
    "wide rows": (
        with_rows("".join(f'<row r="{number}"><c r="XFD{number}"/></row>' for number in range(1, 1300))),
        "Filen packas upp till orimligt mycket",
    ),
    "deep": (with_part("xl/styles.xml", b"<a>" * 500 + b"</a>" * 500), "Filen är skadad och kan inte läsas."),
    "lying sizes": (lying_about_size(with_part("xl/big.xml", b"<a>" + b" " * 90_000_000 + b"</a>")), "Filen "),
    "many sheets": (
        zipped({"xl/workbook.xml": b"<a/>"} | {f"xl/worksheets/sheet{n}.xml": b"<a/>" for n in range(300)}),
        "Filen har fler än 250 blad",
    ),
}


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'


HARMFUL = {
    "empty": (b"", "Filen är tom."),
    "binary": (b"\0\1\2\3" * 50, "Filen är av ett slag som inte kan läsas."),
    "old or locked": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "Filen är sparad i ett gammalt Office-format, eller så är den skadad.",
    ),
    "another package": (zipped({"word/document.xml": b"<a/>"}), "Word-dokumentet är skadat och kan inte läsas."),
    "broken": (zipped({"xl/workbook.xml": b"<a"}), "Filen är skadad och kan inte läsas."),
    "bomb": (with_part("xl/big.xml", b"\0" * 90_000_000), "Filen packas upp till orimligt mycket"),
    "too large": (b"x" * 10_485_761, "Filen är större än 10 MB."),
    "macros": (with_part("xl/vbaProject.bin", b"x"), "Filen innehåller makron och läses inte."),
    "entities": (with_part("xl/sharedStrings.xml", ENTITIES), "Filen innehåller sådant som inte hör hemma"),
    **SWELLING,
}


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "message"), HARMFUL.values(), ids=HARMFUL)
def test_a_harmful_or_foreign_file_is_refused_with_a_reason(content, message):
    [problem] = refused(content)
    assert problem.startswith(message)


@pytest.mark.django_db
def test_a_formula_without_a_stored_result_is_refused_and_never_run():
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", '=HYPERLINK("http://example.com")'], ["1.2", "#REF!"]])
    made["Mål"]["B3"].data_type = "e"
    assert refused(made)[:2] == [
        "Bladet Mål, rad 2, kolumn B (Mål): Cellen har en formel utan sparat värde. Öppna filen i Excel, spara den och "
        "försök igen, eller skriv värdet i cellen.",
        "Bladet Mål, rad 3, kolumn B (Mål): Cellen visar felet #REF!. Rätta formeln eller skriv värdet i cellen.",
    ]


@pytest.mark.django_db
def test_a_cell_in_the_last_possible_row_is_harmless():
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", "Trygghet"]])
    made["Mål"]["XFD1048576"] = "."
    load(made)
    assert goals() == [("1.1", "Trygghet")]


@pytest.mark.parametrize("merged", ["", '<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'])
def test_rows_without_a_number_after_the_last_possible_row_are_harmless(merged):
    content = with_rows(f'<row r="1048576">{CELL.format("a").replace("A1", "A1048576")}</row><row/><row/>', merged)
    mapped = read_sheets(content, ALL_SHEETS, MappingChoices())
    assert [cell.place for sheet in mapped.sheets for cell in sheet.unread] == ["Mål!A1048576"]


def test_a_file_is_screened_once_and_its_rows_are_counted(monkeypatch):
    screened, reported = [], []
    monkeypatch.setattr(xlsx, "screen", lambda content: screened.append(content) or screen(content))
    sheets = {
        "Mål": [["Nr", "Mål"], ["1.1", "Ljus"]],
        "Åtgärder": [["Nr", "Åtgärd"], *[[f"1.1.{n}", "a"] for n in range(1, 1200)]],
    }
    content = content_of(workbook(**sheets))
    read_sheets(content, ALL_SHEETS, MappingChoices(), lambda *progress: reported.append(progress))
    assert screened == [content]
    assert reported == [(0, 1202), (1000, 1202)]
