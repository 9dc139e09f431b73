"""Opening a workbook that anybody may have made: judged before it is unpacked, and never obeyed."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from programmes.source import SourceError

MEBIBYTE = 2**20
MAX_PACKED = 10 * MEBIBYTE
# Ten thousand rows of text unpack to about ten.
MAX_UNPACKED = 80 * MEBIBYTE
MAX_PARTS = 2_000
MAX_ROWS = 20_000

SAVE_AS = "Öppna den i Excel eller LibreOffice, välj Spara som och formatet Excel-arbetsbok (.xlsx), och försök igen."
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_workbook(content: bytes) -> Any:
    """The workbook, without what could run or reach out: formulas are text, links are dropped. SourceError."""
    merged = _judge(content)
    # Only the thorough way of reading knows of merged cells; the other one is quick and spares memory.
    return _load(ExcelReader if merged else _QuickReader, content, read_only=not merged, data_only=False)


def calculated(content: bytes) -> Any:
    """The same workbook with the values that its formulas had when it was saved; nothing is calculated."""
    return _load(ExcelReader, content, read_only=False, data_only=True)


def rows_in(content: bytes) -> int:
    """About how many rows the workbook has, counted before it is read; 0 for one that will be refused."""
    try:
        _judge(content)
    except SourceError:
        return 0
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return sum(part.count(b"<row ") + part.count(b"<row>") for part in _xml_parts(package))


class _Sheet(ReadOnlyWorksheet):
    def _get_size(self) -> None:
        """The size that a file gives for a sheet is often wrong, and one that it does not give is looked for through
        the whole sheet. It is as large as its rows turn out to be."""


class _QuickReader(ExcelReader):
    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target not in self.valid_files:
                continue
            if "chartsheet" in relation.Type:
                self.read_chartsheet(sheet, relation)
            else:
                worksheet = _Sheet(self.wb, sheet.name, relation.target, self.shared_strings)
                worksheet.sheet_state = sheet.state
                self.wb._sheets.append(worksheet)


def _load(reader: type[ExcelReader], content: bytes, **how: bool) -> Any:
    try:
        with warnings.catch_warnings():
            # What openpyxl does not carry over (drawings, say) is of no interest here.
            warnings.simplefilter("ignore")
            reading = reader(io.BytesIO(content), keep_links=False, keep_vba=False, **how)
            reading.read()
            return reading.wb
    except Exception as error:  # whatever is wrong in a file that a stranger has made
        raise SourceError(f"Filen är skadad och kan inte läsas. {SAVE_AS}") from error


def _judge(content: bytes) -> bool:
    """Whether the workbook has merged cells. SourceError when it is too large, not a workbook, or has macros."""
    if not content:
        raise SourceError("Filen är tom. Välj en annan fil.")
    if len(content) > MAX_PACKED:
        raise SourceError(f"Filen är större än {MAX_PACKED // MEBIBYTE} MB. Ta bort bilder och blad som inte behövs.")
    if content.startswith(OLD_OFFICE):
        raise SourceError(f"Filen är låst med lösenord eller sparad i ett gammalt format. {SAVE_AS}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = [part.filename.lower() for part in package.infolist()]
            if len(names) > MAX_PARTS or sum(part.file_size for part in package.infolist()) > MAX_UNPACKED:
                raise SourceError(
                    "Filen packas upp till orimligt mycket och läses inte. Ta bort tomma rader och kolumner som har "
                    "formatering, och blad som inte behövs."
                )
            if any("vbaproject" in name or "macrosheets/" in name for name in names):
                raise SourceError(f"Filen innehåller makron och läses inte. {SAVE_AS}")
            if "xl/workbook.xml" not in names:
                raise SourceError(f"Filen är inte en Excel-arbetsbok. {SAVE_AS}")
            # Every part is judged, not only those before the first merged cell.
            return sum(_has_merged_cells(part) for part in _xml_parts(package)) > 0
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise SourceError(f"Filen är inte en Excel-arbetsbok, eller så är den skadad. {SAVE_AS}") from error


def _xml_parts(package: zipfile.ZipFile) -> Iterator[bytes]:
    for part in package.infolist():
        if part.filename.lower().endswith((".xml", ".rels")):
            yield package.read(part)


def _has_merged_cells(part: bytes) -> bool:
    """SourceError when the part defines entities, which no workbook does and which can be made to swell."""
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise SourceError("Filen innehåller sådant som inte hör hemma i en arbetsbok, och läses inte.")
    return b"<mergeCell " in part
