"""The front door: a format is recognised by content, and a file of another kind is refused by its name."""

import io
import zipfile

import pytest

from programmes.sheets.readers.formats import read_grids
from programmes.source import SourceError
from tests.programmes.sheets.readers.grids import context, texts

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PAGE = (
    "<style>.xl65 {background:#92D050;}</style><h2>Ute</h2><table><tr><th rowspan=2>Mål<th colspan=2>Läge</tr>"
    "<tr><td>Nu<td class=xl65>Sen</tr><tr><td><s>a</s><td>b<br>c<td bgcolor=yellow>d</tr></table>G = klar"
)


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return file.getvalue()


REFUSED = {
    "empty": (b"", "Filen är tom"),
    "too large": (b"x" * 10_485_761, "Filen är större än 10 MB"),
    "locked": (OLE + "EncryptedPackage".encode("utf-16-le"), "Filen är låst med ett lösenord"),
    "doc": (OLE + "WordDocument".encode("utf-16-le"), "Filen är ett Word-dokument i det gamla formatet"),
    "damaged xls": (OLE + "Workbook".encode("utf-16-le"), r"Excel-filen \(.xls\) är skadad"),
    "xlsb": (zipped("xl/workbook.bin"), "Filen är en binär Excel-arbetsbok"),
    "powerpoint": (zipped("ppt/presentation.xml"), "Filen är en PowerPoint-presentation"),
    "zip": (zipped("a.txt"), "Filen är ett zip-arkiv"),
    "cut docx": (zipped("word/document.xml")[:-30], "Word-dokumentet är skadat eller avkortat"),
    "cut xlsx": (zipped("xl/workbook.xml")[:-30], "Excel-arbetsboken är skadad eller avkortad"),
    "cut pdf": (b"%PDF-1.7\n1 0 obj", "PDF-filen"),
    "picture": (b"\x89PNG\r\n", "Filen är en bild"),
    "rtf": (b"{\\rtf1", "Filen är ett RTF-dokument"),
    "xml": (b"<?xml version='1.0'?><a/>", "Filen är en XML-fil"),
    "json": (b'{"a": 1}', "Filen är en programfil"),
    "page without a table": (b"<html><p>x</p></html>", "Filen är en webbsida utan tabell"),
    "binary": (b"\0\1\2\3" * 50, "Filen är av ett slag som inte kan läsas"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_of_another_kind_is_refused_by_its_name(content, reason):
    with pytest.raises(SourceError, match=reason):
        read_grids(content)


def test_a_page_is_read_with_its_colours_merged_cells_and_text():
    grid, after = read_grids(f"<html>{PAGE}</html>".encode())
    assert texts(grid) == [["Mål", "Läge", "Läge"], ["Mål", "Nu", "Sen"], ["a", "b\nc", "d"]]
    assert (context(grid), context(after)) == ([("Ute", 2)], [("G = klar", 0)])
    assert [cell.fill for row in grid.rows for cell in row.cells if cell.fill] == ["#92d050", "#ffff00"]
    assert grid.rows[2].cells[0].struck


def test_a_text_file_is_read_as_separated_cells():
    [grid] = read_grids(b"Nr;Text\n1;x\n")
    assert texts(grid) == [["Nr", "Text"], ["1", "x"]]
