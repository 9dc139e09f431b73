"""Headings of one to three rows, joined for each column: "Uppföljning 2024" over "Status" is the status of 2024."""

from __future__ import annotations

from collections.abc import Sequence

from programmes.sheets.grid import Row

MAX_ROWS_OF_HEADINGS = 3
# A longer text is no heading of a lower row.
MAX_LOWER_HEADING = 45


def heading_parts(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return the texts over each column from top to bottom, without repeats of merged cells.

    A heading over several columns is often not merged: it counts for the empty cells to its right that have a text
    below.
    """
    width = max((len(row.cells) for row in rows), default=0)
    columns: list[list[str]] = [[] for _ in range(width)]
    for index, row in enumerate(rows):
        texts = [cell.text for cell in row.cells]
        is_last = index == len(rows) - 1
        if not is_last:
            texts = _spread(texts, [cell.text for cell in rows[index + 1].cells])
        for column, text in zip(columns, texts, strict=False):
            if text and text not in column:
                column.append(text)
    return [tuple(column) for column in columns]


def _spread(texts: Sequence[str], below: Sequence[str]) -> list[str]:
    """Give an empty cell the text to its left, where both have a text below."""
    spread = list(texts)
    for column in range(1, len(spread)):
        if not spread[column] and below[column] and below[column - 1] and spread[column - 1]:
            spread[column] = spread[column - 1]
    return spread


def can_be_lower_heading(row: Row, above: Row) -> bool:
    """Return whether a row may be the second one of the headings: short texts, some of them merged with it."""
    own = [cell for cell, upper in zip(row.cells, above.cells, strict=False) if cell.text and cell.text != upper.text]
    is_under = any(not upper.text or upper.anchor for upper in above.cells)
    return bool(own) and is_under and all(len(cell.text) <= MAX_LOWER_HEADING for cell in own)
