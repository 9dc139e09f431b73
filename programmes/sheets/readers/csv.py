"""Read a text file of rows whose cells are separated by semicolons, tabs, commas or bars (.csv, .tsv, .txt)."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from programmes.sheets.grid import Grid
from programmes.sheets.readers.building import GridBuilder, set_text
from programmes.sheets.readers.limits import CellBudget
from programmes.source import SourceError

NAME = "tabell 1"
# In the order of preference when several separate the rows equally well.
DELIMITERS = ";\t|,"
# Excel reads the delimiter from a first line such as "sep=;".
DELIMITER_LINE = "sep="
# The delimiter is counted in so many characters and rows from the top.
SAMPLE_LENGTH, SAMPLE_ROWS = 100_000, 200
# Characters of one cell before it is taken for the rest of the file after a quotation mark that is never closed.
MAX_FIELD = 100_000
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def read(content: bytes) -> list[Grid]:
    """Return the one grid of the file. SourceError when it is not text, or too large."""
    text = decode(content)
    if text is None:
        raise SourceError("Filen är inte en textfil. Spara tabellen som CSV eller som Excel-arbetsbok (.xlsx).")
    return [read_text(text)]


def read_text(text: str) -> Grid:
    """Return a grid of the rows of a text."""
    builder = GridBuilder(NAME, CellBudget(), is_sheet=False)
    first_line, _, rest = text.partition("\n")
    if first_line.lower().startswith(DELIMITER_LINE) and len(first_line.strip()) == len(DELIMITER_LINE) + 1:
        delimiter, text = first_line[len(DELIMITER_LINE)], rest
    else:
        delimiter = find_delimiter(text)
    for number, row in enumerate(_rows(text, delimiter), start=1):
        for column, written in enumerate(row, start=1):
            if written and not written.isspace():
                cell = builder.new_cell(number, column)
                set_text(cell, written)
                builder.add(number, column, cell)
    unreadable = text.count(REPLACEMENT)
    if unreadable:
        builder.remarks.append(f"Antal tecken i filen som inte går att läsa och visas som {REPLACEMENT}: {unreadable}.")
    return builder.grid()


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows; a cell in quotation marks may hold delimiters and line breaks."""
    csv.field_size_limit(MAX_FIELD)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise SourceError(
            "En cell i filen är orimligt lång. Kanske saknas ett avslutande citattecken. Rätta filen, eller spara "
            "tabellen som Excel-arbetsbok (.xlsx), och försök igen."
        ) from error


def find_delimiter(text: str) -> str:
    """Return the delimiter that gives the most rows of one width, counted outside of quotation marks."""
    sample = text[:SAMPLE_LENGTH]
    return max(DELIMITERS, key=lambda delimiter: _number_of_even_rows(sample, delimiter))


def _number_of_even_rows(sample: str, delimiter: str) -> int:
    """Return how many of the first rows have the most common number of cells above one."""
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            widths[len(row)] += 1
            if widths.total() == SAMPLE_ROWS:
                break
    except csv.Error:
        return 0
    return max((number for width, number in widths.items() if width > 1), default=0)


def decode(content: bytes) -> str | None:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252; None when it is not text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    text = _decode_utf_16(content) if b"\0" in content else _decode_bytes(content)
    return None if text is None or "\0" in text else text


def _decode_utf_16(content: bytes) -> str | None:
    """Return the text of UTF-16 without a byte order mark: every second byte of Swedish text is zero."""
    start = content[:1000]
    if start[1::2].count(0) > len(start) // 3:
        return content.decode("utf-16-le", "replace")
    if start[0::2].count(0) > len(start) // 3:
        return content.decode("utf-16-be", "replace")
    return None


def _decode_bytes(content: bytes) -> str:
    """Return the text as UTF-8 if nearly all letters outside of ASCII are valid in it, and else as Windows-1252."""
    as_utf_8 = content.decode("utf-8-sig", "replace")
    invalid = as_utf_8.count(REPLACEMENT)
    if not invalid:
        return as_utf_8
    valid = sum(not character.isascii() for character in as_utf_8) - invalid
    return as_utf_8 if invalid * 10 <= valid else content.decode("cp1252", "replace")
