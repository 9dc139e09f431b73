"""How the matrix of goals is set on paper: whole goals if they fit on one page, else short names, else more pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from followup.documents.tools.first_page_fit import number_of_lines
from followup.report.excerpts import shortened
from followup.report.matrix import Matrix, MatrixArea, MatrixRow

MOST_WHOLE_GOALS, MOST_ON_ONE_PAGE = 30, 45
AREAS_ON_EACH_PAGE = 3
SHORT_NAME_LENGTH = 60
# Millimetres: the page between its margins, all above and below the rows, and the parts of a row.
ROOM, AROUND = 297 - 12 - 15 - 1, 46
LINE, ROW_PADDING, AREA_ROW = 3.45, 1.6, 5.6
COLUMN_OF_YEAR, OTHER_COLUMNS, WIDTH = 11, 42, 182


@dataclass(frozen=True)
class MatrixPage:
    """The areas of one page, and whether its goals are named by their short names."""

    areas: tuple[MatrixArea, ...]
    has_short_names: bool

    def name_of(self, row: MatrixRow) -> str:
        return shortened(row.goal.name, SHORT_NAME_LENGTH) if self.has_short_names else row.goal.text


def pages_of(matrix: Matrix) -> tuple[MatrixPage, ...]:
    """Return the pages of the matrix: one, or one for every three areas of a very large programme."""
    number = sum(len(area.rows) for area in matrix.areas)
    if number <= MOST_ON_ONE_PAGE:
        has_room = number <= MOST_WHOLE_GOALS and _height(matrix) <= ROOM
        return (MatrixPage(matrix.areas, has_short_names=not has_room),)
    starts = range(0, len(matrix.areas), AREAS_ON_EACH_PAGE)
    return tuple(MatrixPage(_part(matrix.areas, start), has_short_names=True) for start in starts)


def _part(areas: Sequence[MatrixArea], start: int) -> tuple[MatrixArea, ...]:
    return tuple(areas[start : start + AREAS_ON_EACH_PAGE])


def _height(matrix: Matrix) -> float:
    """Return the reckoned height of the matrix with whole goals."""
    width = WIDTH - OTHER_COLUMNS - COLUMN_OF_YEAR * len(matrix.years)
    lines = [number_of_lines(row.goal.text, 8.2, width) for area in matrix.areas for row in area.rows]
    return AROUND + AREA_ROW * len(matrix.areas) + sum(number * LINE + ROW_PADDING for number in lines)
