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
    """Add a sheet with a chart of each indicator that has at least two outcomes; no sheet without any.

    `figures` has a row for each outcome of each of `indicators`, in their order, below a header row.
    """
    charts = []
    first_row = 2
    for indicator in indicators:
        last_row = first_row + len(indicator.outcomes) - 1
        if last_row > first_row:
            charts.append(_chart(figures, indicator, first_row, last_row))
        first_row = last_row + 1
    if not charts:
        return
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
    """Return a chart with a line for each municipality in the rows from `first` to `last`, over so many `years`.

    The first row is our own municipality: its line is thick and has a mark for each year.
    """
    chart = _empty(indicator)
    year_columns = {"min_col": FIRST_YEAR, "max_col": FIRST_YEAR + years - 1}
    for row in range(first, last + 1):
        line = Series(Reference(places, min_row=row, max_row=row, **year_columns))
        line.tx = SeriesLabel(strRef=StrRef(f"'{places.title}'!$C${row}"))
        line.smooth = False
        line.marker.symbol = "none"
        chart.series.append(line)
    _emphasise(chart.series[0])
    chart.set_categories(Reference(places, min_row=1, max_row=1, **year_columns))
    return chart


def _emphasise(line: Series) -> None:
    line.marker.symbol = "circle"
    line.graphicalProperties.line.solidFill = colours()["accent"].removeprefix("#")
    line.graphicalProperties.line.width = 38_000


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
