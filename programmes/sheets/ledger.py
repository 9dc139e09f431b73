"""Account of the filled cells of a sheet: each one is read, interpreted, or listed as not read with the reason."""

from __future__ import annotations

from collections.abc import Iterable

from programmes.sheets.grid import Cell, Grid
from programmes.sheets.mapping import MappedSheet, UnreadCell

UNKNOWN = "innehållet känns inte igen"


class CellLedger:
    """Fates of the cells of one sheet, by place. A cell without an entry counts as not read."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._read: set[str] = set()
        self._interpreted: set[str] = set()
        self._reasons: dict[str, str] = {}

    def read(self, cell: Cell) -> None:
        """Record that the cell is a value of an item."""
        self._read.add(_place(cell))

    def interpret(self, cells: Iterable[Cell]) -> None:
        """Record that the cells tell the meaning or the place of others, or were understood by a guess."""
        self._interpreted.update(map(_place, cells))

    def leave(self, cells: Iterable[Cell], reason: str) -> None:
        """Record why the cells are not read."""
        for cell in cells:
            self._reasons.setdefault(_place(cell), reason)

    def close(self, sheet: MappedSheet, reason: str = UNKNOWN) -> None:
        """Count the cells of the grid into `sheet`; `reason` is that of the cells without an entry."""
        for cell in self._grid.filled_cells():
            place = _place(cell)
            if place in self._interpreted:
                sheet.cells_interpreted += 1
            elif place in self._read:
                sheet.cells_read += 1
            else:
                # A cell that is nothing but coloured is named by its colour.
                sheet.unread.append(
                    UnreadCell(cell.place, cell.text or cell.note or cell.fill, self._why(place, reason))
                )

    def _why(self, place: str, reason: str) -> str:
        return self._reasons.get(place, reason)


def _place(cell: Cell) -> str:
    return cell.anchor or cell.place
