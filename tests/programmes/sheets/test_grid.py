"""Values of a grid: the text that a cell displays, and the cells, blocks and struck-out rows that are counted."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from programmes.sheets.grid import EMPTY_CELL, Cell, Column, Grid, Row, shown


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        ("Klar", "@", "Klar"),
        (True, "General", "SANT"),
        (2024, "General", "2024"),
        (3.0, "General", "3"),
        (1.1, "General", "1,1"),
        (1.1, "0.00", "1,10"),
        (0.1 + 0.2, "General", "0,3"),
        (Decimal("12.50"), "0.0", "12,5"),
        (1234567890123.0, "General", "1234567890123"),
        (0.5, "0%", "50 %"),
        (0.125, "0.0%", "12,5 %"),
        (date(2024, 3, 1), "yyyy-mm-dd", "2024-03-01"),
        (datetime(2024, 3, 1, 13, 30), "General", "2024-03-01 13:30"),
        (time(8, 30), "hh:mm", "08:30:00"),
    ],
)
def test_a_value_is_shown_as_in_a_swedish_spreadsheet(value, number_format, text):
    assert shown(value, number_format) == text


def test_a_merged_block_and_empty_cells_are_counted_once():
    anchor = Cell("Blad1!A1", "Trygghet", "Trygghet", anchor="Blad1!A1")
    covered = Cell("Blad1!A2", "Trygghet", "Trygghet", anchor="Blad1!A1")
    coloured = Cell("Blad1!B2", fill="#00b050")
    rows = Row(1, (anchor, EMPTY_CELL)), Row(2, (covered, coloured))
    grid = Grid("Blad1", (Column(1, "A"), Column(2, "B")), rows)
    assert list(grid.filled_cells()) == [anchor, coloured]


@pytest.mark.parametrize(
    ("cells", "is_struck"),
    [
        ((Cell("A1", "1", "1", struck=True), EMPTY_CELL, Cell("C1", "x", "x", struck=True)), True),
        ((Cell("A1", "1", "1", struck=True), Cell("B1", "x", "x")), False),
        ((EMPTY_CELL,), False),
    ],
)
def test_a_row_is_struck_when_all_its_texts_are(cells, is_struck):
    assert Row(1, cells).struck is is_struck
