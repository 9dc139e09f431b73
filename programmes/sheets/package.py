"""Opening a workbook that anybody may have made: screened before it is unpacked, and never obeyed."""

from __future__ import annotations

import io
import warnings
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from programmes.sheets.screening import SAVE_AS, screen
from programmes.source import SourceError

MAX_ROWS = 20_000


def open_workbook(content: bytes) -> Any:
    """Return the workbook with formulas as text and without links or macros. SourceError when it is refused."""
    has_merged_cells = screen(content).has_merged_cells
    # Only openpyxl's full mode knows merged cells; its read-only mode is faster and needs less memory.
    reader = ExcelReader if has_merged_cells else _QuickReader
    return _load(reader, content, read_only=not has_merged_cells, data_only=False)


def calculated(content: bytes) -> Any:
    """Return the same workbook with the formula results that were saved with it; nothing is calculated."""
    return _load(ExcelReader, content, read_only=False, data_only=True)


def rows_in(content: bytes) -> int:
    """Return the number of rows in all sheets. SourceError when the file is refused."""
    return screen(content).rows


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
