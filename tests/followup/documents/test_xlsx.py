"""The report as a workbook, opened again with openpyxl."""

import io
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest

from followup.documents.report import xlsx
from followup.report.selection import of_area
from tests.followup.documents.conftest import FORMULA, LONG, MENDED, WORD


def opened(report):
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(report)))


def rows(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def records(sheet):
    header, *lines = rows(sheet)
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_a_sheet_for_each_kind(report):
    assert opened(report).sheetnames == [
        "Om rapporten",
        "Områden",
        "Mål",
        "Åtgärder",
        "Indikatorer",
        "Utfall",
        "Diagram",
    ]


def test_the_first_sheet_says_what_the_workbook_is(report):
    facts = dict(rows(opened(report)["Om rapporten"])[1:])
    assert facts["Rapport"] == report.title
    assert facts["Urval"] == "Hela rapporten"
    assert facts["År"] == 2020
    assert facts["Datum"] == datetime(2021, 2, 17)
    assert facts["Läge"] == "Beslutad"
    assert (facts["Ansvarsområden"], facts["Mål"], facts["Åtgärder"]) == (5, 24, 68)
    assert facts["Innehåller exempel"].startswith("Ja. Texter som är märkta")


def test_areas(report):
    records_ = records(opened(report)["Områden"])
    assert [r["Nr"] for r in records_] == [1, 2, 3, 4, 5]
    assert [r["Ansvarsområde"] for r in records_] == [area.name for area in report.areas]
    assert [r["Antal mål"] for r in records_] == [len(area.sub_goals) for area in report.areas]


def test_goals_with_each_years_assessment(report):
    found = records(opened(report)["Mål"])
    for record, goal in zip(found, report.sub_goals, strict=True):
        assert (record["Område"], record["Nr"], record["Mål"]) == (goal.area, goal.code, goal.text)
        assert [record[f"Bedömning {year.year}"] for year in goal.years] == [
            year.assessment.word for year in goal.years
        ]
        assert record["Prognos för 2018–2021"] == goal.forecast.word
        assert (record["Kommentar"] or "") == goal.comment
        assert (record["Ansvar"] or "") == goal.responsible


def test_measures(report):
    found = records(opened(report)["Åtgärder"])
    for record, measure in zip(found, report.measures, strict=True):
        assert (record["Nr"], record["Åtgärd"]) == (measure.code, measure.text)
        assert (record["Första år"], record["Sista år"]) == (measure.first_year, measure.last_year)
        assert record["Genomförande"] == measure.progress.word
        assert (record["Vad som har gjorts"] or "") == measure.done


def test_indicators_are_numbers(report):
    first = records(opened(report)["Indikatorer"])[0]
    assert (first["Mål"], first["Basår"], first["Basvärde"], first["Målvärde"]) == ("1.1", 2017, 61, 70)
    assert (first["Utfall 2018"], first["Utfall 2019"], first["Utfall 2020"]) == (62, 64.5, 67)
    assert (first["Utveckling"], first["Mot målvärdet"]) == ("Förbättrad", "På väg mot målvärdet")
    assert first["Bekräftat"] == "Nej"


def test_each_indicator_is_drawn_with_its_target_from_the_sheet_of_outcomes(report):
    workbook = opened(report)
    outcomes = records(workbook["Utfall"])
    assert [(r["År"], r["Utfall"], r["Målvärde"]) for r in outcomes[:3]] == [
        (2018, 62, 70),
        (2019, 64.5, 70),
        (2020, 67, 70),
    ]
    charts = workbook["Diagram"]._charts
    assert len(charts) == sum(len(i.outcomes) > 1 for goal in report.sub_goals for i in goal.indicators)
    assert [(line.tx.v, line.val.numRef.f) for line in charts[1].series] == [
        ("Utfall", "'Utfall'!$D$5:$D$7"),
        ("Målvärde", "'Utfall'!$G$5:$G$7"),
    ]


def test_headers_stay_in_view_are_printed_again_and_filter(report):
    for sheet in opened(report).worksheets[:-1]:  # the last one holds charts alone
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.font.bold and cell.alignment.wrap_text for cell in sheet[1])
        assert all(dimension.width >= 8 for dimension in sheet.column_dimensions.values())


def test_a_row_is_as_high_as_its_text(report):
    area = report.areas[0]
    changed = replace(report, areas=(replace(area, summary="Kort.", overarching_sub_goal="Kort."),), summary="")
    assert opened(changed)["Områden"].row_dimensions[2].height == 30  # the area's name takes two lines
    changed = replace(report, areas=(replace(area, summary="Rad\n" * 9 + "Rad"),))
    assert opened(changed)["Områden"].row_dimensions[2].height == 150
    changed = replace(report, areas=(replace(area, summary=LONG),))
    assert opened(changed)["Områden"].row_dimensions[2].height == 409


def test_a_status_is_coloured_and_in_words(report):
    sheet = opened(report)["Mål"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Uppfyllt")
    assert (cell.font.color.rgb, cell.fill.fgColor.rgb) == ("FF17632F", "FFE3F2E6")


def test_the_same_report_is_the_same_file(report):
    assert xlsx.render(report) == xlsx.render(report)
    properties = opened(report).properties
    assert properties.created == properties.modified == datetime(2021, 2, 17, 12)
    assert (properties.title, properties.creator, properties.language) == (report.title, "Huddinge kommun", "sv-SE")


def test_one_area_alone(report):
    workbook = opened(of_area(report, 2))
    assert [r["Nr"] for r in records(workbook["Områden"])] == [2]
    assert dict(rows(workbook["Om rapporten"]))["Urval"] == "Ansvarsområde 2: Skydd mot olyckor"


def test_a_programme_with_nothing_has_headers_alone(empty):
    workbook = opened(empty)
    assert [len(rows(sheet)) for sheet in workbook][1:] == [1, 1, 1, 1]
    assert workbook["Mål"].auto_filter.ref == "A1:J1"


def test_no_text_becomes_a_formula(extreme):
    workbook = opened(extreme)
    assert {cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    measure = workbook["Åtgärder"][2]
    assert (measure[3].value, measure[3].data_type, measure[3].quotePrefix) == (FORMULA, "s", True)
    assert (measure[4].value, measure[4].quotePrefix) == ("+46, @SUM(A1)", True)
    assert measure[10].value == "\t=1+1"
    assert workbook["Områden"]["B2"].value == "-2+3"
    assert workbook["Indikatorer"]["B2"].value == FORMULA


def test_the_extreme_is_whole_and_legible(extreme):
    workbook = opened(extreme)
    goal = records(workbook["Mål"])[0]
    assert goal["Mål"] == f"{WORD} {MENDED}"
    assert goal["Kommentar"] == LONG
    assert workbook.properties.creator == MENDED


def test_more_than_a_cell_holds_is_cut_where_excel_would_refuse_the_file(report):
    text = opened(replace(report, overarching_goal="x" * 40_000))["Om rapporten"]["B11"].value
    assert len(text) == 32_767


@pytest.mark.parametrize("value", [Decimal("0.1"), Decimal("1234567.25")])
def test_decimals_are_kept(report, value):
    area = report.areas[0]
    goal = area.sub_goals[0]
    indicator = replace(goal.indicators[0], target=value)
    goal = replace(goal, indicators=(indicator,))
    changed = replace(report, areas=(replace(area, sub_goals=(goal,)),))
    assert Decimal(str(records(opened(changed)["Indikatorer"])[0]["Målvärde"])) == value
