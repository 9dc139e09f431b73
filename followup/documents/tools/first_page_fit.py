"""The number of rows that the first page of a report has room for: it is one page of A4, always.

Heights are reckoned from the type sizes and widths of `document.css`, so that all formats show the same rows and no
page is laid out twice. If the page is full, indicators are left out first, then rows: see `Budget`.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from followup.report.deviations import Deviation
from followup.report.first_page import AreaRow, Budget, FirstPage, Total, first_page_of
from followup.report.off_target import Measured
from followup.report.report import Report

# Millimetres between the margins, less a reserve for what is reckoned too low.
ROOM = 297 - 12 - 15 - 4
MILLIMETRES_OF_POINT = 0.3528
LAST_LATIN = 0x24F
# Widths of the letters of Source Sans Pro in ems, about. Letters of other alphabets are up to one em wide.
_LETTER_WIDTHS = {" ": 0.2, "ijlI.,:;’|'": 0.26, "ftr-()!/": 0.34, "sczxvyJ–”?": 0.46, "mwMW%…": 0.8}
_WIDTHS = {letter: width for letters, width in _LETTER_WIDTHS.items() for letter in letters}
_SMALL_LETTER, _CAPITAL = 0.53, 0.61

HEADING_LINE = 5.7  # h3 with its margin
SMALL_LINE = 3.95  # 8.5 pt
TABLE_LINE = 3.8
ROW_PADDING = 1.8
TABLE_HEAD = 5.8
BLOCK_MARGIN = 3.4


def fitted_first_page(report: Report) -> FirstPage:
    """Return the first page of the report with as many rows as fit."""
    budget = Budget()
    page = first_page_of(report, budget)
    while height_of(page) > ROOM and budget.smaller:
        budget = budget.smaller
        page = first_page_of(report, budget)
    return page


def height_of(page: FirstPage) -> float:
    """Return the reckoned height of the page in millimetres."""
    heading, notes = 8.9, 6
    return (
        heading
        + _decision(page)
        + _judgement(page)
        + _totals(page)
        + _areas(page)
        + _deviations(page)
        + max(_turns(page), _indicators(page))
        + notes
    )


def text_width(text: str, points: float) -> float:
    """Return the reckoned width of a text in millimetres."""
    return sum(map(_letter_width, text)) * points * MILLIMETRES_OF_POINT


def _letter_width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if ord(letter) > LAST_LATIN:
        return 1.0
    return _CAPITAL if letter.isupper() else _SMALL_LETTER


def number_of_lines(text: str, points: float, width: float) -> int:
    """Return the number of lines that a text takes in a column of `width` millimetres."""
    lines, used = 1, 0.0
    for word in text.split():
        length = text_width(word, points)
        space = text_width(" ", points) if used else 0.0
        if used + space + length <= width:
            used += space + length
            continue
        lines += (1 if used else 0) + max(ceil(length / width) - 1, 0)
        used = length % width if length > width else length
    return lines


def _decision(page: FirstPage) -> float:
    decision = page.decision
    if decision is None:
        return 0
    width = 172
    return (
        8.8
        + HEADING_LINE * number_of_lines(decision.heading, 11, width)
        + 4.6 * number_of_lines(decision.text, 10, width)
        + (4.2 * number_of_lines(decision.note, 9, width) if decision.note else 0)
    )


def _judgement(page: FirstPage) -> float:
    text = f"{page.judgement} {page.forecast}".strip()
    return 3 + 5.55 * number_of_lines(text, 12, 180) if text else 0


def _totals(page: FirstPage) -> float:
    """Return the height of the totals: a heading, a bar, and the legend, which wraps."""
    legends = [_legend_lines(total) for total in (page.goals, page.measures) if total]
    return HEADING_LINE + 6.2 + SMALL_LINE * max(legends) + BLOCK_MARGIN


def _legend_lines(total: Total) -> int:
    """Return the lines of a legend whose items do not break inside."""
    lines, used = 1, 0.0
    for counted in total.steps:
        before = "" if counted.before is None else f" ({counted.before})"
        width = 7.7 + text_width(f"{counted.number} {counted.words}{before}", 8.5)
        if used and used + width > 88:
            lines, used = lines + 1, 0.0
        used += width
    return lines


def _areas(page: FirstPage) -> float:
    if not page.areas:
        return 0
    left_out = 4.2 if page.areas_left_out else 0
    return TABLE_HEAD + sum(map(_area_height, page.areas)) + left_out + BLOCK_MARGIN


def _area_height(row: AreaRow) -> float:
    cells = (
        (f"{row.area.number}. {row.name}", 43),
        (row.area.assessment.word, 22),
        (row.area.forecast.word, 31),
        (row.late, 22),
    )
    return max(_row_height(cells), 5.2)


def _row_height(cells: Iterable[tuple[str, float]]) -> float:
    """Return the height of a row of a table, given the text of each cell and its width."""
    most = max(number_of_lines(text, 8.5, width) for text, width in cells)
    return most * TABLE_LINE + ROW_PADDING


def _deviations(page: FirstPage) -> float:
    if not page.deviation_heading:
        return 0
    rows = TABLE_HEAD + sum(map(_deviation_height, page.deviations)) if page.deviations else 0
    rest = " ".join(f"{sentence.text}{' (s. 999)' * len(sentence.references)}" for sentence in page.rest)
    rest_height = 1 + SMALL_LINE * number_of_lines(rest, 8.5, 180) if rest else 0
    return HEADING_LINE + rows + rest_height + BLOCK_MARGIN


def _deviation_height(deviation: Deviation) -> float:
    step_lines = number_of_lines(deviation.step.word, 8.5, 33)
    before_lines = number_of_lines(deviation.before, 8.5, 33) if deviation.before else 0
    unit = f"{deviation.lead_unit} + {deviation.other_units} till" if deviation.other_units else deviation.lead_unit
    cells = (
        (f"{deviation.goal.code} {deviation.name}", 34),
        (deviation.reason or "Inget skäl har angetts.", 58),
        (unit, 34),
    )
    return max(_row_height(cells), (step_lines + before_lines) * TABLE_LINE + ROW_PADDING)


def _turns(page: FirstPage) -> float:
    if not page.turns:
        return 0
    lines = [number_of_lines(f"{turn.sentence} {turn.codes}", 8.5, 40) for turn in page.turns]
    return HEADING_LINE + SMALL_LINE * sum(lines)


def _indicators(page: FirstPage) -> float:
    if not page.indicator_heading:
        return 0
    left_out = 4.2 if page.indicators_left_out else 0
    return HEADING_LINE + sum(map(_indicator_height, page.indicators)) + left_out


def _indicator_height(measured: Measured) -> float:
    step_word = measured.step.word if measured.step else ""
    values = f"{measured.start.value} → {measured.latest.value}"
    cells = ((measured.name, 38), (values, 20), (f"mål {measured.aim.value}", 14), (step_word, 17))
    return max(_row_height(cells), 8)
