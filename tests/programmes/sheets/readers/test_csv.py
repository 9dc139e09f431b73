"""Text files with separated cells: their encoding, their delimiter, and quoted cells."""

import codecs

import pytest

from programmes.sheets.readers import csv
from programmes.source import SourceError
from tests.programmes.sheets.readers.grids import texts

ROWS = [["Mål", "Åtgärd"], ["Fler ute", "Kvällsvandring – två kvällar"]]
TEXT = "Mål;Åtgärd\r\nFler ute;Kvällsvandring – två kvällar\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 bom", "utf-16-le bom", "utf-16-be bom", "utf-16-le", "utf-16-be", "cp1252"],
)
def test_a_text_is_read_in_each_encoding(content):
    [grid] = csv.read(content)
    assert texts(grid) == ROWS
    assert grid.remarks == ()


def test_a_few_broken_characters_do_not_make_the_file_another_encoding():
    content = ("ö" * 20).encode() + b";\xff\r\nx;y"
    [grid] = csv.read(content)
    assert texts(grid) == [["ö" * 20, "\N{REPLACEMENT CHARACTER}"], ["x", "y"]]
    assert grid.remarks == ("Antal tecken i filen som inte går att läsa och visas som \N{REPLACEMENT CHARACTER}: 1.",)


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_the_delimiter_is_counted_outside_of_quotation_marks(delimiter):
    others = "".join(sorted(set(";\t,|") - {delimiter}))
    rows = ["Titel", delimiter.join(["Nr", "Mål", "Enhet"]), *[f'1{delimiter}"a{others}b{others}"{delimiter}KS'] * 3]
    [grid] = csv.read("\n".join(rows).encode())
    assert [len(row.cells) for row in grid.rows] == [3] * 5
    assert texts(grid)[1] == ["Nr", "Mål", "Enhet"]


def test_commas_in_texts_do_not_outweigh_the_semicolons():
    [grid] = csv.read(b"Nr;Enhet\n1;KS, SN\n2;KS, SN\n3;SN, BUN\n4;KS\n")
    assert texts(grid)[1] == ["1", "KS, SN"]


def test_the_delimiter_that_excel_is_told_is_used():
    [grid] = csv.read(b"sep=,\r\na;b,c\r\nd;e,f\r\n")
    assert texts(grid) == [["a;b", "c"], ["d;e", "f"]]


def test_line_breaks_and_quotation_marks_in_a_cell_are_kept():
    [grid] = csv.read('Nr;Text\r\n1;"Rad ett\r\nrad ""två"""\r\n\r\n3;x\r\n'.encode())
    assert texts(grid) == [["Nr", "Text"], ["1", 'Rad ett\nrad "två"'], ["3", "x"]]
    assert [row.number for row in grid.rows] == [1, 2, 4]
    assert grid.rows[2].cells[1].place == "tabell 1, rad 4, kolumn 2"


def test_a_quotation_mark_that_is_never_closed_is_explained():
    with pytest.raises(SourceError, match="Kanske saknas ett avslutande citattecken"):
        csv.read(b'Nr;Text\n1;"' + b"abc;def\n" * 20_000)


@pytest.mark.parametrize("content", [b"\0\1\2\3" * 100, b"abc\0def"])
def test_a_file_that_is_not_text_is_refused(content):
    with pytest.raises(SourceError, match="Filen är inte en textfil"):
        csv.read(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a;b\n" * 20_001, "Tabell 1 har fler än 20000 rader"),
        (b";".join([b"a"] * 301), "Tabell 1 har fler än 300 kolumner"),
        ((b";".join([b"a"] * 100) + b"\n") * 4_001, "Filen har fler än 400 000 celler"),
    ],
)
def test_too_large_a_table_is_refused(content, reason):
    with pytest.raises(SourceError, match=reason):
        csv.read(content)
