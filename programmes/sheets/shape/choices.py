"""Columns of which each row marks one: "Ej börjat", "Pågår" and "Klart" with an x below."""

from __future__ import annotations

from collections.abc import Sequence

from programmes.sheets.cells import MARKS
from programmes.sheets.grid import Cell, Row
from programmes.sheets.recognition import Heading
from programmes.sheets.steps import StepWords, read_step

# Somebody may have written a word instead of a mark.
SHARE_OF_MARKS = 0.6


def steps_of_columns(headings: Sequence[Heading], rows: Sequence[Row], words: StepWords) -> dict[int, str]:
    """Return the step by column for the columns next to each other whose headings are steps and whose cells are marks.

    Empty unless there are at least two of them with different steps.
    """
    steps: dict[int, str] = {}
    for index, heading in enumerate(headings):
        step = _step_of_heading(heading, words)
        if step and _are_marks(heading, [row.cells[index] for row in rows]):
            steps[index] = step
    together = {index: step for index, step in steps.items() if {index - 1, index + 1} & steps.keys()}
    return together if len(set(together.values())) > 1 else {}


def marked_column(row: Row, columns: Sequence[int]) -> Cell | None:
    """Return the only marked cell of the row in these columns."""
    marked = [row.cells[index] for index in columns if index < len(row.cells) and is_mark(row.cells[index])]
    return marked[0] if len(marked) == 1 else None


def is_mark(cell: Cell) -> bool:
    return cell.text.casefold().strip("()[] ") in MARKS


def _step_of_heading(heading: Heading, words: StepWords) -> str:
    lowest = heading.names[0] if heading.names else ""
    reading = read_step(lowest, words)
    return reading.step if reading.is_certain and not reading.comment else ""


def _are_marks(heading: Heading, cells: Sequence[Cell]) -> bool:
    """Return whether the cells are marks. Counts in rows of totals and repeated headings are left out of account."""
    others = [cell for cell in cells if cell.text and not cell.text.isdigit() and cell.text not in heading.text]
    return bool(others) and sum(map(is_mark, others)) >= SHARE_OF_MARKS * len(others)
