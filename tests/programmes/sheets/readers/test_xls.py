"""Workbooks of Excel 97 to 2003."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from programmes.sheets.readers import xls
from programmes.source import SourceError
from tests.programmes.sheets.readers.grids import converted, texts


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    """A file whose first sheet begins in row 3 and column C, and whose second one is hidden."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Plan"
    sheet["C3"], sheet["D3"], sheet["D4"], sheet["E4"] = "Ute", "Lyktor", 2.5, date(2024, 3, 1)
    sheet.merge_cells("C3:C4")
    hidden = workbook.create_sheet("Förra året")
    hidden["A1"], hidden.sheet_state = "x", "hidden"
    file = io.BytesIO()
    workbook.save(file)
    return converted(file.getvalue(), "xls", tmp_path_factory.mktemp("xls"))


def test_values_merged_blocks_and_hidden_sheets_are_read(content):
    plan, last_year = xls.read(content)
    assert texts(plan) == [["Ute", "Lyktor", ""], ["Ute", "2,5", "2024-03-01"]]
    assert [cell.place for cell in plan.filled_cells()] == ["Plan!C3", "Plan!D3", "Plan!D4", "Plan!E4"]
    assert (last_year.name, last_year.hidden, texts(last_year)) == ("Förra året", True, [["x"]])


def test_it_is_reported_that_colours_and_comments_are_not_read(content):
    assert [grid.remarks for grid in xls.read(content)] == [(xls.VALUES_ONLY,), (xls.VALUES_ONLY,)]


def test_a_file_cut_short_or_damaged_is_refused(content):
    for damaged in (content[: len(content) // 2], content[:512], content[:2000] + bytes(500) + content[2500:]):
        with pytest.raises(SourceError, match=r"Excel-filen \(.xls\) är skadad"):
            xls.read(damaged)
