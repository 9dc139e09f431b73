"""Line charts in a workbook: the outcomes of each indicator with its target, drawn by Excel from a sheet of figures."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.worksheet.worksheet import Worksheet

from followup.documents.tools.colours import colours
from followup.documents.tools.wording import legible
from followup.report.indicators import IndicatorStatus

# How large a chart is, in centimetres, and how many rows of a sheet that takes.
WIDTH, HEIGHT, ROWS = 16, 7.5, 16
YEAR, VALUE, TARGET = 3, 4, 7  # the columns that are drawn
FIRST_YEAR = 4  # the first column of figures in the sheet of other municipalities


def add_charts(workbook: Workbook, figures: Worksheet, indicators: Iterable[IndicatorStatus]) -> None:
    """A sheet of charts. `figures` has a row for each outcome of each of `indicators`, in their order.

    One outcome makes no line, and is left to its row.
    """
    charts = []
    first = 2
    for indicator in indicators:
        last = first + len(indicator.outcomes) - 1
        if last > first:
            charts.append(_chart(figures, indicator, first, last))
        first = last + 1
    if charts:
        sheet = workbook.create_sheet("Diagram")
        for number, chart in enumerate(charts):
            sheet.add_chart(chart, f"A{1 + number * ROWS}")


def add_comparisons(workbook: Workbook, places: Worksheet, indicators: Iterable[IndicatorStatus], years: int) -> None:
    """A sheet of charts where our line stands among those of other municipalities. `places` has a row for each of them,
    ours first, of each of `indicators`, in their order, and `years` columns of figures."""
    sheet = workbook.create_sheet("Diagram andra kommuner")
    first = 2
    for number, indicator in enumerate(indicators):
        last = first + len(indicator.elsewhere)
        sheet.add_chart(_comparison(places, indicator, first, last, years), f"A{1 + number * ROWS}")
        first = last + 1


def _comparison(places: Worksheet, indicator: IndicatorStatus, first: int, last: int, years: int) -> LineChart:
    """Ours is drawn thick and with a mark a year; the others are known by the legend."""
    chart = _empty(indicator)
    span = {"min_col": FIRST_YEAR, "max_col": FIRST_YEAR + years - 1}
    for row in range(first, last + 1):
        line = Series(Reference(places, min_row=row, max_row=row, **span))
        line.tx = SeriesLabel(strRef=StrRef(f"'{places.title}'!$C${row}"))
        line.smooth = False
        line.marker.symbol = "circle" if row == first else "none"
        if row == first:
            line.graphicalProperties.line.solidFill = colours()["accent"].removeprefix("#")
            line.graphicalProperties.line.width = 38_000
        chart.series.append(line)
    chart.set_categories(Reference(places, min_row=1, max_row=1, **span))
    return chart


def _chart(figures: Worksheet, indicator: IndicatorStatus, first: int, last: int) -> LineChart:
    chart = _empty(indicator)
    chart.series.append(_line(figures, VALUE, first, last, "Utfall"))
    if any(indicator.target_of(outcome.year) is not None for outcome in indicator.outcomes):
        chart.series.append(_line(figures, TARGET, first, last, "Målvärde"))
    chart.set_categories(Reference(figures, min_col=YEAR, min_row=first, max_row=last))
    return chart


def _empty(indicator: IndicatorStatus) -> LineChart:
    chart = LineChart()
    chart.title = legible(f"{indicator.name} ({indicator.unit})")
    chart.width, chart.height, chart.legend.position = WIDTH, HEIGHT, "b"
    chart.x_axis.delete = chart.y_axis.delete = False
    return chart


def _line(figures: Worksheet, column: int, first: int, last: int, name: str) -> Series:
    """Outcomes are drawn through with a mark a year, targets dashed without: they differ without colour."""
    line = Series(Reference(figures, min_col=column, min_row=first, max_row=last))
    line.tx = SeriesLabel(v=name)
    line.smooth = False
    is_target = column == TARGET
    line.graphicalProperties.line.solidFill = colours()["line-strong" if is_target else "accent"].removeprefix("#")
    line.graphicalProperties.line.dashStyle = "dash" if is_target else "solid"
    line.marker.symbol = "none" if is_target else "circle"
    return line
