"""The report as an Excel workbook to sort, filter and count in: a sheet each for areas, goals, measures, indicators."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

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
from followup.report.report import Report, SubGoalStatus
from followup.scales import Step

# Excel takes no more in a cell.
CELL_LENGTH = 32_767
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
    workbook = empty()
    _about(workbook, report)
    _areas(workbook, report)
    _goals(workbook, report)
    _measures(workbook, report)
    _indicators(workbook, report)
    _outcomes(workbook, report)
    _elsewhere(workbook, report)
    properties = workbook.properties
    properties.title, properties.subject = legible(report.title), legible(report.overarching_goal)
    properties.creator = properties.lastModifiedBy = legible(report.municipality)
    properties.keywords = legible(report.programme)
    properties.language = "sv-SE"
    file = io.BytesIO()
    workbook.save(file)
    # Saving writes the moment of saving.
    properties.created = properties.modified = file_time(report.report_date, report.year)
    return repack(file.getvalue(), {"docProps/core.xml": tostring(properties.to_tree())})


def empty() -> Workbook:
    """A workbook without the sheet that openpyxl gives every new one."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    return workbook


def _about(workbook: Workbook, report: Report) -> None:
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
        ("Övergripande mål", report.overarching_goal),
        ("Bedömning av året", report.assessment),
        ("Prognos för perioden", report.forecast),
        ("Ansvarsområden", len(report.areas)),
        ("Mål", len(report.sub_goals)),
        ("Åtgärder", len(report.measures)),
        ("Innehåller exempel", f"Ja. {example_notice(report)}" if report.shows_example else "Nej"),
    ]
    add_sheet(workbook, "Om rapporten", FACTS, facts)


def _areas(workbook: Workbook, report: Report) -> None:
    columns = [
        NUMBER,
        Column("Ansvarsområde", 40),
        Column("Övergripande delmål", TEXT),
        Column(f"Bedömning {report.year}", 20),
        Column(f"Prognos för {report.period}", 26),
        Column("Sammanfattning", TEXT),
        Column("Antal mål", 10),
        Column("Antal åtgärder", 14),
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
    add_sheet(workbook, "Områden", columns, rows)


def _goals(workbook: Workbook, report: Report) -> None:
    columns = [
        Column("Område", 10),
        NUMBER,
        Column("Mål", TEXT),
        UNITS,
        *(Column(f"Bedömning {year}", 18) for year in report.years),
        Column(f"Prognos för {report.period}", 26),
        Column("Kommentar", TEXT),
        Column("Antal åtgärder", 14),
        Column("Saknas", 24),
        EXAMPLE,
    ]
    rows: Iterable[Sequence[Value]] = (
        (
            goal.area,
            goal.code,
            goal.text,
            ", ".join(goal.units),
            *(year.assessment for year in goal.years),
            goal.forecast,
            goal.comment,
            len(goal.measures),
            ", ".join(goal.missing),
            yes(goal.is_example),
        )
        for goal in report.sub_goals
    )
    add_sheet(workbook, "Mål", columns, rows)


def _measures(workbook: Workbook, report: Report) -> None:
    columns = [
        Column("Område", 10),
        Column("Mål", 8),
        NUMBER,
        Column("Åtgärd", TEXT),
        UNITS,
        Column("Första år", 10),
        Column("Sista år", 10),
        Column("Genomförande", 18),
        Column("Vad som har gjorts", TEXT),
        Column("Skäl till avbrott", 32),
        Column("Perspektiv", 24),
        Column("Problem", 40),
        Column("Problemets källa", 24),
        EXAMPLE,
    ]
    rows = (
        (
            goal.area,
            goal.code,
            measure.code,
            measure.text,
            ", ".join(measure.units),
            measure.first_year,
            measure.last_year,
            measure.progress,
            measure.done,
            measure.stop_reason,
            ", ".join(measure.perspectives),
            measure.problem,
            measure.problem_source,
            yes(measure.is_example),
        )
        for goal in report.sub_goals
        for measure in goal.measures
    )
    add_sheet(workbook, "Åtgärder", columns, rows)


def _indicators(workbook: Workbook, report: Report) -> None:
    found = [(goal, indicator) for goal in report.sub_goals for indicator in goal.indicators]
    years = sorted({outcome.year for _goal, indicator in found for outcome in indicator.outcomes})
    columns = [
        Column("Mål", 8),
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
    add_sheet(workbook, "Indikatorer", columns, (_indicator(goal, indicator, years) for goal, indicator in found))


def _indicator(goal: SubGoalStatus, indicator: IndicatorStatus, years: Iterable[int]) -> tuple[Value, ...]:
    outcomes = {outcome.year: outcome.value for outcome in indicator.outcomes}
    return (
        goal.code,
        indicator.name,
        indicator.unit,
        indicator.direction,
        indicator.baseline.year if indicator.baseline else None,
        indicator.baseline.value if indicator.baseline else None,
        *(outcomes.get(year) for year in years),
        indicator.target,
        None if indicator.withheld else indicator.trend,
        indicator.target_status if indicator.target_status.key else None,
        yes(indicator.is_confirmed) if indicator.target_status.key else None,
        " ".join(filter(None, (source_in_words(indicator), indicator.withheld))),
        yes(indicator.is_example),
    )


def _outcomes(workbook: Workbook, report: Report) -> None:
    """A row for each outcome, which the charts are drawn from; none when nothing has been measured."""
    found = [(goal, indicator) for goal in report.sub_goals for indicator in goal.indicators if indicator.outcomes]
    columns = [
        Column("Mål", 8),
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
    if found:
        rows = [_outcome(goal, indicator, outcome) for goal, indicator in found for outcome in indicator.outcomes]
        add_sheet(workbook, "Utfall", columns, rows)
        add_charts(workbook, workbook["Utfall"], [indicator for _goal, indicator in found])


def _outcome(goal: SubGoalStatus, indicator: IndicatorStatus, outcome: Outcome) -> tuple[Value, ...]:
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
    """A row for each municipality of each indicator that is compared, and a chart of them; none without any."""
    found = [(goal, indicator) for goal in report.sub_goals for indicator in goal.indicators if indicator.elsewhere]
    if not found:
        return
    years = sorted({year for _goal, indicator in found for year in indicator.years})
    columns = [
        Column("Mål", 8),
        Column("Indikator", TEXT),
        Column("Kommun", 32),
        *(Column(str(year), 12) for year in years),
        Column("Nyckeltal i Kolada", 12),
        Column("Hämtat", 14),
    ]
    rows = [
        _place(goal, indicator, place, years)
        for goal, indicator in found
        for place in compared(indicator, report.municipality)
    ]
    add_sheet(workbook, "Andra kommuner", columns, rows)
    indicators = [indicator for _goal, indicator in found]
    add_comparisons(workbook, workbook["Andra kommuner"], indicators, len(years))


def _place(
    goal: SubGoalStatus, indicator: IndicatorStatus, place: ComparisonRow, years: Iterable[int]
) -> tuple[Value, ...]:
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


def add_sheet(workbook: Workbook, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """A sheet with a header row that stays in view, is printed on every page, and filters the rows below it."""
    sheet: Worksheet = workbook.create_sheet(title)
    for number, column in enumerate(columns, start=1):
        cell = _write(sheet, 1, number, column.title)
        cell.font = _font(bold=True, color="accent")
        cell.fill = PatternFill("solid", fgColor=_hex("accent-soft"))
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for row_number, row in enumerate(rows, start=2):
        cells = [_write(sheet, row_number, number, value) for number, value in enumerate(row, start=1)]
        sheet.row_dimensions[row_number].height = _height(cells, columns)
    sheet.row_dimensions[1].height = _height(sheet[1], columns)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
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
    cell = sheet.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
    cell.font = _font()
    if isinstance(value, Step):
        cell.font = _font(bold=True, color=value.tone)
        cell.fill = PatternFill("solid", fgColor=_hex(f"{value.tone}-soft"))
        value = value.word
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        return cell
    cell.value = legible(value)[:CELL_LENGTH] or None
    if value.startswith(FORMULA_SIGNS):
        # A text and nothing else, also when somebody edits the cell.
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _hex(colour: str) -> str:
    return f"FF{colours()[colour].removeprefix('#').upper()}"
