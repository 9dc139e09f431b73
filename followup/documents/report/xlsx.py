"""The report as an Excel workbook to sort, filter and count in: a sheet each for areas, goals, measures, indicators."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from django.utils.text import capfirst
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from followup.documents.report.xlsx_charts import add_charts, add_comparisons
from followup.documents.tools.colours import colours
from followup.documents.tools.office_zip import file_time, repack
from followup.documents.tools.wording import example_notice, legible, source_in_words
from followup.report.indicators import ComparisonRow, IndicatorStatus, Outcome, compared
from followup.report.report import MeasureStatus, Report, SubGoalStatus
from programmes.scales import Step

# Excel takes no more in a cell.
CELL_LENGTH = 32_767
# Excel takes at most 31 characters in the title of a sheet; openpyxl may add a number to one that is taken.
TITLE_LENGTH = 29
INVALID_IN_TITLES = frozenset("[]:*?/\\")
LINE_HEIGHT, ROW_HEIGHT = 15, 409  # points; no row may be higher
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")

Value = str | int | Decimal | date | Step | None


@dataclass(frozen=True)
class Column:
    title: str
    width: int


NUMBER = Column("Nr", 8)
TEXT = 60
UNITS = Column("Ansvar", 32)
EXAMPLE = Column("Exempel", 10)
FACTS = (Column("Uppgift", 26), Column("Värde", 90))


def render(report: Report) -> bytes:
    """Return the report as an Excel workbook. Equal reports give equal files, also when they are made later."""
    workbook = empty()
    _about(workbook, report)
    _areas(workbook, report)
    _goals(workbook, report)
    _measures(workbook, report)
    _indicators(workbook, report)
    _outcomes(workbook, report)
    _elsewhere(workbook, report)
    _set_properties(workbook, report)
    file = io.BytesIO()
    workbook.save(file)
    # Saving sets the times to the present, so the properties are replaced in the finished file.
    properties = workbook.properties
    properties.created = properties.modified = file_time(report.report_date, report.year)
    return repack(file.getvalue(), {"docProps/core.xml": tostring(properties.to_tree())})


def _set_properties(workbook: Workbook, report: Report) -> None:
    properties = workbook.properties
    properties.title = legible(report.title)
    properties.subject = legible(report.overarching_goal)
    properties.creator = properties.lastModifiedBy = legible(report.municipality)
    properties.keywords = legible(report.programme)
    properties.language = "sv-SE"


def empty() -> Workbook:
    """A workbook without the sheet that openpyxl gives every new one."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    return workbook


def _about(workbook: Workbook, report: Report) -> None:
    """Add a sheet of facts about the whole report, each with its label."""
    terms = report.terms
    facts: list[tuple[str, Value]] = [
        ("Rapport", report.title),
        ("Urval", report.selection or "Hela rapporten"),
        ("Kommun", report.municipality),
        ("Program", report.programme),
        ("Period", report.period),
        ("År", report.year),
        (report.state_label, report.state_text),
        ("Diarienummer", report.registration_number),
        ("Datum", report.report_date),
        (capfirst(terms.overarching_goal.singular), report.overarching_goal),
        ("Bedömning av året", report.assessment),
        ("Prognos för perioden", report.forecast),
        *([(capfirst(terms.area.plural), len(report.areas))] if report.shows_areas else []),
        (capfirst(terms.goal.plural), len(report.sub_goals)),
        (capfirst(terms.measure.plural), len(report.measures)),
        ("Innehåller exempel", f"Ja. {example_notice(report)}" if report.shows_example else "Nej"),
    ]
    add_sheet(workbook, "Om rapporten", FACTS, facts)


def _areas(workbook: Workbook, report: Report) -> None:
    """Add a sheet with a row for each area of responsibility."""
    terms = report.terms
    columns = [
        NUMBER,
        Column(capfirst(terms.area.singular), 40),
        Column(capfirst(terms.area_goal.singular), TEXT),
        Column(f"Bedömning {report.year}", 20),
        Column(f"Prognos för {report.period}", 26),
        Column("Sammanfattning", TEXT),
        Column(f"Antal {terms.goal.plural}", 10),
        Column(f"Antal {terms.measure.plural}", 14),
        EXAMPLE,
    ]
    rows = (
        (
            area.number,
            area.name,
            area.overarching_sub_goal,
            area.assessment,
            area.forecast,
            area.summary,
            len(area.sub_goals),
            len(area.measures),
            yes(area.is_example),
        )
        for area in report.areas
    )
    add_sheet(workbook, capfirst(terms.area.short.plural), columns, rows)


def _goals(workbook: Workbook, report: Report) -> None:
    """Add a sheet with a row for each goal, and a column for its assessment in each year of the period."""
    terms = report.terms
    columns = [
        Column(capfirst(terms.area.short.singular), 10),
        NUMBER,
        Column(capfirst(terms.goal.singular), TEXT),
        UNITS,
        *(Column(f"Bedömning {year}", 18) for year in report.years),
        Column(f"Prognos för {report.period}", 26),
        Column("Kommentar", TEXT),
        Column("Enheternas bidrag", TEXT),
        Column(f"Antal {terms.measure.plural}", 14),
        Column("Saknas", 24),
        EXAMPLE,
    ]
    rows: Iterable[Sequence[Value]] = (
        (
            goal.area,
            goal.code,
            goal.text,
            goal.responsible,
            *(year.assessment for year in goal.years),
            goal.forecast,
            goal.comment,
            _contributions(goal),
            len(goal.measures),
            ", ".join(goal.missing),
            yes(goal.is_example),
        )
        for goal in report.sub_goals
    )
    add_sheet(workbook, capfirst(terms.goal.plural), columns, rows)


def _measures(workbook: Workbook, report: Report) -> None:
    """Add a sheet with a row for each measure, beside the number of its goal."""
    terms = report.terms
    columns = [
        Column(capfirst(terms.area.short.singular), 10),
        Column(capfirst(terms.goal.singular), 8),
        NUMBER,
        Column(capfirst(terms.measure.singular), TEXT),
        UNITS,
        Column("Första år", 10),
        Column("Sista år", 10),
        Column("Genomförande", 18),
        Column("Vad som har gjorts", TEXT),
        Column("Enheternas bidrag", TEXT),
        Column("Skäl till avbrott", 32),
        Column("Perspektiv", 24),
        Column("Problem", 40),
        Column("Problemets källa", 24),
        EXAMPLE,
    ]
    rows: list[Sequence[Value]] = []
    for goal in report.sub_goals:
        rows.extend(_measure(goal, measure) for measure in goal.measures)
    add_sheet(workbook, capfirst(terms.measure.plural), columns, rows)


def _measure(goal: SubGoalStatus, measure: MeasureStatus) -> tuple[Value, ...]:
    """Return the row of a measure, which begins with the area and the code of its goal."""
    return (
        goal.area,
        goal.code,
        measure.code,
        measure.text,
        measure.responsible,
        measure.first_year,
        measure.last_year,
        measure.progress,
        measure.done,
        _contributions(measure),
        measure.stop_reason,
        ", ".join(measure.perspectives),
        measure.problem,
        measure.problem_source,
        yes(measure.is_example),
    )


def _contributions(item: SubGoalStatus | MeasureStatus) -> str:
    return "\n\n".join(contribution.in_words for contribution in item.contributions)


def _indicators(workbook: Workbook, report: Report) -> None:
    """Add a sheet with a row for each indicator, and a column for each year that any of them has an outcome."""
    goal_indicators = _goal_indicators(report)
    all_years: set[int] = set()
    for _goal, indicator in goal_indicators:
        all_years.update(outcome.year for outcome in indicator.outcomes)
    years = sorted(all_years)
    columns = [
        Column(capfirst(report.terms.goal.singular), 8),
        Column("Indikator", TEXT),
        Column("Enhet", 20),
        Column("Önskad riktning", 18),
        Column("Basår", 8),
        Column("Basvärde", 12),
        *(Column(f"Utfall {year}", 14) for year in years),
        Column("Målvärde", 12),
        Column("Utveckling", 18),
        Column("Mot målvärdet", 24),
        Column("Bekräftat", 12),
        Column("Källa", 36),
        EXAMPLE,
    ]
    rows = [_indicator(goal, indicator, years) for goal, indicator in goal_indicators]
    add_sheet(workbook, "Indikatorer", columns, rows)


class GoalIndicator(NamedTuple):
    """An indicator with the goal that it measures."""

    goal: SubGoalStatus
    indicator: IndicatorStatus


def _goal_indicators(report: Report) -> list[GoalIndicator]:
    return [GoalIndicator(goal, indicator) for goal in report.sub_goals for indicator in goal.indicators]


def _indicator(goal: SubGoalStatus, indicator: IndicatorStatus, years: Iterable[int]) -> tuple[Value, ...]:
    """Return the row of an indicator, with a cell for its outcome in each of `years`.

    A status without a key is an assessment that has not been made. `withheld` is the reason why outcomes are left out.
    """
    values_by_year = {outcome.year: outcome.value for outcome in indicator.outcomes}
    is_assessed = bool(indicator.target_status.key)
    source_and_reason = " ".join(filter(None, (source_in_words(indicator), indicator.withheld)))
    return (
        goal.code,
        indicator.name,
        indicator.unit,
        indicator.direction,
        indicator.baseline.year if indicator.baseline else None,
        indicator.baseline.value if indicator.baseline else None,
        *(values_by_year.get(year) for year in years),
        indicator.target,
        None if indicator.withheld else indicator.trend,
        indicator.target_status if is_assessed else None,
        yes(indicator.is_confirmed) if is_assessed else None,
        source_and_reason,
        yes(indicator.is_example),
    )


def _outcomes(workbook: Workbook, report: Report) -> None:
    """Add a sheet with a row for each outcome, and charts of them. No sheet when nothing has been measured."""
    measured = [pair for pair in _goal_indicators(report) if pair.indicator.outcomes]
    if not measured:
        return
    columns = [
        Column(capfirst(report.terms.goal.singular), 8),
        Column("Indikator", TEXT),
        Column("År", 8),
        Column("Utfall", 12),
        Column("Kvinnor", 12),
        Column("Män", 12),
        Column("Målvärde", 12),
        Column("Bedömning", 24),
        Column("Nyckeltal i Kolada", 12),
        Column("Uppgiftens datum", 14),
    ]
    rows: list[Sequence[Value]] = []
    for goal, indicator in measured:
        rows.extend(_outcome(goal, indicator, outcome) for outcome in indicator.outcomes)
    sheet = add_sheet(workbook, "Utfall", columns, rows)
    add_charts(workbook, sheet, [pair.indicator for pair in measured])


def _outcome(goal: SubGoalStatus, indicator: IndicatorStatus, outcome: Outcome) -> tuple[Value, ...]:
    """Return the row of an outcome: the value of an indicator in one year."""
    return (
        goal.code,
        indicator.name,
        outcome.year,
        outcome.value,
        outcome.women,
        outcome.men,
        indicator.target_of(outcome.year),
        outcome.assessment if outcome.assessment.key else None,
        outcome.kpi,
        outcome.dated,
    )


def _elsewhere(workbook: Workbook, report: Report) -> None:
    """Add a sheet that compares indicators with other municipalities, and charts of it; none without any.

    A row is one indicator in one municipality, with a column for each year.
    """
    compared_pairs = [pair for pair in _goal_indicators(report) if pair.indicator.elsewhere]
    if not compared_pairs:
        return
    indicators = [pair.indicator for pair in compared_pairs]
    all_years: set[int] = set()
    for indicator in indicators:
        all_years.update(indicator.years)
    years = sorted(all_years)
    columns = [
        Column(capfirst(report.terms.goal.singular), 8),
        Column("Indikator", TEXT),
        Column("Kommun", 32),
        *(Column(str(year), 12) for year in years),
        Column("Nyckeltal i Kolada", 12),
        Column("Hämtat", 14),
    ]
    rows: list[Sequence[Value]] = []
    for goal, indicator in compared_pairs:
        places = compared(indicator, report.municipality)
        rows.extend(_place(goal, indicator, place, years) for place in places)
    sheet = add_sheet(workbook, "Andra kommuner", columns, rows)
    add_comparisons(workbook, sheet, indicators, len(years))


def _place(
    goal: SubGoalStatus, indicator: IndicatorStatus, place: ComparisonRow, years: Iterable[int]
) -> tuple[Value, ...]:
    """Return the row of one municipality in a comparison, with a cell for its value in each of `years`."""
    values = dict(zip(indicator.years, place.values, strict=True))
    return (
        goal.code,
        indicator.name,
        place.name,
        *(values.get(year) for year in years),
        indicator.kpi if place.dated else "",
        place.dated,
    )


def yes(value: bool) -> str:
    return "Ja" if value else "Nej"


def add_sheet(workbook: Workbook, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Worksheet:
    """Add a sheet with a row for each of `rows`, under a header row that stays in view and filters them.

    The programme's word for a level may be long or have characters that Excel refuses in the title of a sheet.
    """
    sheet: Worksheet = workbook.create_sheet(_sheet_title(title))
    _add_header(sheet, columns)
    for row_number, row in enumerate(rows, start=2):
        cells = [_write(sheet, row_number, column_number, value) for column_number, value in enumerate(row, start=1)]
        sheet.row_dimensions[row_number].height = _height(cells, columns)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _set_print_layout(sheet)
    return sheet


def _sheet_title(title: str) -> str:
    """Return the title without characters that Excel refuses. openpyxl numbers a title that is taken."""
    allowed = "".join(" " if character in INVALID_IN_TITLES else character for character in legible(title))
    return allowed.strip("' ")[:TITLE_LENGTH].strip("' ") or "Blad"


def _add_header(sheet: Worksheet, columns: Sequence[Column]) -> None:
    for number, column in enumerate(columns, start=1):
        cell = _write(sheet, 1, number, column.title)
        cell.font = _font(bold=True, color="accent")
        cell.fill = PatternFill("solid", fgColor=_hex("accent-soft"))
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[1].height = _height(sheet[1], columns)


def _set_print_layout(sheet: Worksheet) -> None:
    """Print on landscape A4, as wide as one page, with the header row on every page."""
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _height(cells: Iterable[Any], columns: Sequence[Column]) -> float:
    """Room for the longest text as it is wrapped: not every program works it out when it opens the file."""
    lines = (
        sum(max(1, ceil(len(line) / column.width)) for line in str(cell.value or "").split("\n"))
        for cell, column in zip(cells, columns, strict=True)
    )
    return min(LINE_HEIGHT * max(lines), ROW_HEIGHT)


def _font(*, bold: bool = False, color: str = "ink") -> Font:
    return Font(name="Calibri", size=11, bold=bold, color=_hex(color))


def _write(sheet: Worksheet, row: int, column: int, value: Value) -> Any:
    """Write a value to a cell and return the cell. A step of a scale is written as its word, in its colours."""
    cell = sheet.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
    cell.font = _font()
    if isinstance(value, Step):
        cell.font = _font(bold=True, color=value.tone)
        cell.fill = PatternFill("solid", fgColor=_hex(f"{value.tone}-soft"))
        _write_text(cell, value.word)
    elif isinstance(value, str):
        _write_text(cell, value)
    else:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
    return cell


def _write_text(cell: Any, text: str) -> None:
    """Write a text that Excel never takes for a formula, not even after somebody has edited the cell."""
    cell.value = legible(text)[:CELL_LENGTH] or None
    if text.startswith(FORMULA_SIGNS):
        cell.data_type = "s"
        cell.quotePrefix = True


def _hex(colour: str) -> str:
    return f"FF{colours()[colour].removeprefix('#').upper()}"
