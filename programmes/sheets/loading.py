"""Load a workbook that anybody may have made: screen it before it is unpacked, and never follow links or run macros."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import openpyxl

from programmes.sheets.screening import SAVE_AS, screen
from programmes.source import SourceError


@dataclass(frozen=True)
class LoadedWorkbook:
    """A workbook that passed the screening. Formulas are text; `worksheets` are openpyxl's, in read-only mode if
    possible."""

    workbook: Any
    number_of_rows: int

    @property
    def worksheets(self) -> list[Any]:
        return list(self.workbook.worksheets)

    def close(self) -> None:
        self.workbook.close()


def load_workbook(content: bytes) -> LoadedWorkbook:
    """Screen the file and load it with formulas as text. SourceError when it is refused."""
    screening = screen(content)
    # Only openpyxl's full mode knows merged cells; its read-only mode is faster and needs less memory.
    workbook = _load(content, read_only=not screening.has_merged_cells, data_only=False)
    if workbook.read_only:
        for worksheet in workbook.worksheets:
            # The size that a file states for a sheet is often wrong: read as many rows as there are.
            worksheet.reset_dimensions()
    return LoadedWorkbook(workbook, screening.rows)


def load_formula_results(content: bytes) -> Any:
    """Load a screened file with the results that were saved with its formulas; nothing is calculated."""
    return _load(content, read_only=False, data_only=True)


def _load(content: bytes, *, read_only: bool, data_only: bool) -> Any:
    try:
        with warnings.catch_warnings():
            # openpyxl warns of parts that it does not carry over, such as drawings. They are never read here.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(
                io.BytesIO(content), read_only=read_only, data_only=data_only, keep_links=False, keep_vba=False
            )
    except Exception as error:  # openpyxl raises errors of many kinds on a damaged file
        raise SourceError(f"Filen är skadad och kan inte läsas. {SAVE_AS}") from error
