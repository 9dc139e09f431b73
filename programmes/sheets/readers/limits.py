"""Sizes that a file may have. A reader stops as soon as a file exceeds one of them."""

from __future__ import annotations

from programmes.source import SourceError

# Rows and columns with content that one sheet or table may have; no programme comes near them.
MAX_ROWS = 20_000
MAX_COLUMNS = 300
# Cells with content in the whole file. Their values take about a third of the memory of the reading process.
MAX_CELLS = 400_000
# Rows, and columns, of one sheet that are coloured but hold no text.
MAX_BARE = 200
# Characters of one cell, as in Excel.
MAX_CELL_TEXT = 32_767
MAX_TABLES = 250


class CellBudget:
    """Count of the cells that all sheets of a file may hold together."""

    def __init__(self, cells: int = MAX_CELLS) -> None:
        self.limit = self.left = cells

    def take(self) -> None:
        """Count one more cell. SourceError when the file has too many."""
        self.left -= 1
        if self.left < 0:
            raise SourceError(
                f"Filen har fler än {self.limit:_} celler och läses inte. ".replace("_", " ")
                + "Ta bort tomma rader och kolumner som har formatering, eller dela upp filen."
            )
