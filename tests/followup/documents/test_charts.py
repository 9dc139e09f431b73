"""Drawings judged by what they draw: lengths, patterns, places and words."""

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from followup.documents.tools import svg_charts as charts
from followup.documents.tools import svg_lines
from followup.documents.tools.colours import colours
from followup.models import FollowUp
from followup.report.building import build_report
from followup.report.indicators import Figure, IndicatorStatus, Outcome
from followup.report.report import Tally
from followup.scales import TREND
from followup.templatetags.charts import figure
from programmes.scales import BLANK
from tests.factories import SCALES

MET, PARTLY, NOT_MET = (SCALES.assessment.step(key) for key in ("met", "partly", "not_met"))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def indicator(
    *outcomes: tuple[int, str], target: str | None = None, targets: dict[int, str] | None = None
) -> IndicatorStatus:
    return IndicatorStatus(
        name="Trygga",
        unit="procent",
        direction="Högre är bättre",
        lower_is_better=False,
        baseline=None,
        target=None if target is None else Decimal(target),
        targets=tuple(Figure(year, Decimal(value)) for year, value in (targets or {}).items()),
        outcomes=tuple(Outcome(year, Decimal(value), None, None, BLANK, "", None) for year, value in outcomes),
        trend=TREND.step("better"),
        suggestion=BLANK,
        source="",
        kpi="",
        is_example=False,
        elsewhere=(),
        withheld="",
    )


def test_a_bar_is_as_long_as_its_figures():
    drawn = parsed(charts.bar([Tally(MET, 1), Tally(PARTLY, 3)], longest=8))
    widths = [float(rect.get("width")) + 2 for rect in drawn.findall("g/rect")]
    assert widths == [charts.BAR_WIDTH / 8, 3 * charts.BAR_WIDTH / 8]
    assert drawn.findtext("title") == "1 uppfyllt, 3 delvis uppfyllda"


def test_steps_differ_without_colour():
    """Filled, hatched one way and hatched the other way, each with its own symbol."""
    drawn = parsed(charts.bar([Tally(MET, 4), Tally(PARTLY, 4), Tally(NOT_MET, 4)], longest=12))
    fills = [rect.get("fill") for rect in drawn.findall("g/rect")]
    assert fills == [colours()[name] for name in ("good", "middling-soft", "poor-soft")]
    hatchings = [path.get("d") for path in drawn.findall("g/path") if path.get("stroke")]
    assert [float(re.match(r"M([\d.]+) [\d.]+L([\d.]+)", d)[1]) for d in hatchings] == [121, 229]
    assert [float(re.match(r"M([\d.]+) [\d.]+L([\d.]+)", d)[2]) for d in hatchings] == [129, 221]
    assert [path.get("d") for path in drawn.findall("g/path") if path.get("transform")] == [
        step.path for step in (MET, PARTLY, NOT_MET)
    ]


def test_a_narrow_segment_has_no_symbol():
    drawn = parsed(charts.bar([Tally(MET, 1), Tally(PARTLY, 99)], longest=100))
    assert [path.get("d") for path in drawn.findall("g/path") if path.get("transform")] == [PARTLY.path]


def test_nothing_to_count_gives_an_empty_bar():
    drawn = parsed(charts.bar([], longest=0))
    assert drawn.findtext("title") == "Inga"
    assert drawn.findall("g/rect") == []


def test_the_charts_hold_every_goal_and_measure(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    assessments, progress = charts.assessments(report), charts.progress(report)
    assert [row.area.number for row in assessments.rows] == [1, 2, 3, 4, 5]
    for row in assessments.rows:
        counts = [sum(goal.assessment == step for goal in row.area.sub_goals) for step in assessments.steps]
        assert list(row.figures) == counts
        assert sum(counts) == len(row.area.sub_goals)
    assert sum(sum(row.figures) for row in progress.rows) == 68
    assert SCALES.progress.step("done") in progress.steps


def test_the_charts_of_nothing_are_empty(huddinge):
    report = replace(build_report(FollowUp.objects.select_related("programme").get(year=2020)), areas=())
    assert charts.assessments(report) == charts.Chart((), ())


def test_a_line_goes_from_the_first_year_to_the_last_and_up_as_values_rise():
    drawn = parsed(svg_lines.sparkline(indicator((2018, "60"), (2019, "62.5"), (2020, "70"), target="65")))
    aim, line = drawn.findall("path")
    assert line.get("d") == "M5 29L55 23L105 5"
    assert aim.get("d") == "M0 17H110"
    assert drawn.findtext("title") == "Linje över utfallet 2018–2020: förbättrad, med målvärdet streckat"


def test_targets_of_single_years_make_a_line_that_follows_them():
    rising = indicator((2018, "60"), (2019, "65"), (2020, "70"), target="65", targets={2018: "60"})
    drawn = parsed(svg_lines.sparkline(rising))
    aim, _ = drawn.findall("path")
    assert aim.get("d") == "M5 29L55 17L105 17"


@pytest.mark.parametrize("outcomes", [(), ((2020, "5"),)])
def test_fewer_than_two_outcomes_make_no_line(outcomes):
    assert svg_lines.sparkline(indicator(*outcomes)) == ""


def test_equal_outcomes_make_a_level_line():
    drawn = parsed(svg_lines.sparkline(indicator((2018, "7"), (2020, "7"))))
    assert drawn.find("path").get("d") == "M5 17L105 17"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("45.50", "45,5"), ("120.00", "120"), ("0.00", "0"), ("-3.25", "-3,25"), ("1000", "1000"), ("0.10", "0,1")],
)
def test_figures_have_a_decimal_comma_and_no_idle_zeros(value, shown):
    assert figure(Decimal(value)) == shown
