"""The report as a Word document, opened again with python-docx."""

import io
from dataclasses import replace
from functools import cache

import docx as python_docx
import pytest
from docx.oxml.ns import qn

from followup.documents.report import docx
from followup.report.selection import compared_with, of_unit, without_measures
from tests.followup.documents.conftest import FORMULA, LONG, MENDED, WORD

# Drawn once for the module: equal reports give equal files.
rendered = cache(docx.render)


def opened(report):
    return python_docx.Document(io.BytesIO(rendered(report)))


def headings(document, level):
    return [p.text for p in document.paragraphs if p.style.name == f"Heading {level}"]


def texts(document):
    return [p.text for p in document.paragraphs]


def test_chapters_in_the_order_that_boards_are_used_to(report):
    assert headings(opened(report), 1) == [
        "Uppföljning 2020 på en sida",
        "Sammanfattning",
        "Uppdraget och hur det följs upp",
        "Samlad bedömning",
        "Årets förutsättningar",
        *(f"Ansvarsområde {area.number}: {area.name}" for area in report.areas),
        "Perspektiv",
        "Uppföljning av riktlinjer",
        "Ändringar i programmet under året",
        "Framåtblick",
    ]


def test_the_title_page_names_the_matter(report):
    paragraphs = opened(report).paragraphs
    assert [(p.text, p.style.name) for p in paragraphs[:2]] == [
        ("Huddinge kommun", "Subtitle"),
        (report.title, "Title"),
    ]
    assert [p.text for p in paragraphs[2:6]] == [
        "År 2020",
        "Diarienummer KS-2021/307.173",
        "Datum 17 februari 2021",
        "Läge Beslutad",
    ]
    assert paragraphs[6].text.startswith("Exempel. Texter som är märkta Exempel är påhittade")


def test_every_goal_and_measure_stands_with_its_status(report):
    document = opened(report)
    all_texts = texts(document)
    goals = headings(document, 2)
    for goal in report.sub_goals:
        assert f"Mål {goal.code} {goal.text}" in goals
        assert set(goal.comment.split("\n\n")) <= set(all_texts)
        for measure in goal.measures:
            line = all_texts.index(f"{measure.code} {measure.text} [Exempel]")
            assert all_texts[line + 1].endswith(
                " · ".join(filter(None, [measure.responsible, ", ".join(measure.perspectives)]))
            )
            assert measure.progress.word in all_texts[line + 1]


def test_the_matrix_has_a_row_for_each_area_and_goal(report):
    matrix = next(
        table for table in opened(report).tables if table.rows[0].cells[0].text == "Mål" and len(table.columns) == 5
    )
    rows = [[cell.text for cell in row.cells] for row in matrix.rows]
    assert rows[0] == ["Mål", "2018", "2019", "2020", "Prognos"]
    assert len(rows) == 1 + len(report.areas) + len(report.sub_goals)
    assert rows[1] == [f"1. {report.areas[0].name}"] * 5
    goal = report.sub_goals[0]
    words = [*(year.assessment.word for year in goal.years), goal.forecast.word]
    assert rows[2][0] == f"1.1 {goal.text} [Exempel]"
    assert [cell.split("\xa0", 1)[1] for cell in rows[2][1:]] == words


def test_the_first_page_has_the_areas_and_the_deviations_with_their_reasons(report):
    areas, deviations, indicators = opened(report).tables[:3]
    assert [cell.text for cell in areas.rows[1].cells] == [
        "1. Trygghetsskapande och brottsförebyggande arbete",
        "◐\xa0Delvis uppfyllt",
        "▲\xa0Kommer att nås",
        "1 uppfyllt, 3 delvis uppfyllda, 1 ej uppfyllt, 1 kan inte bedömas",
        "5 av 18 försenade",
    ]
    assert [cell.text for cell in deviations.rows[1].cells] == [
        "1.3 Unga och kriminalitet",
        "✕\xa0Ej uppfyllt",
        "Flera av gruppverksamheterna ställdes in under pandemin.",
        "Socialnämnden + 2 till",
    ]
    assert [cell.text for cell in indicators.rows[1].cells] == [
        "Anmälda bedrägerier mot personer över 65 år",
        "130 → 171",
        "90",
        "▼\xa0Åt fel håll",
    ]


def test_the_first_page_is_written_in_sentences(report):
    written = texts(opened(report))
    assert "Det här avviker: 9 av 24 mål" in written
    assert (
        "Mål 4.1 och 4.2 kommer delvis att nås, liksom i prognosen 2019. 2 åtgärder är avbrutna: 3.5.3 och 5.1.3. "
        "16 åtgärder är försenade; 2019 var det 1."
    ) in written


def test_indicators_stand_with_decimal_comma(report):
    table = next(
        t for t in opened(report).tables if [cell.text for cell in t.rows[0].cells][:2] == ["Indikator", "Basvärde"]
    )
    assert [cell.text for cell in table.rows[1].cells] == [
        "Invånare som känner sig trygga utomhus sena kvällar [Exempel]\nprocent. Källa: Exempel på trygghetsmätning",
        "2017: 61",
        "2018: 62\n2019: 64,5\n2020: 67",
        "70\nPå väg mot målvärdet (preliminärt)",
        "▲\xa0Förbättrad",
    ]


def test_every_table_says_what_it_is_and_repeats_its_header(report):
    tables = opened(report).tables
    assert len(tables) > 3
    for table in tables:
        assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_contents_link_to_every_chapter_and_goal(report):
    document = opened(report)
    lines = [p.text.strip() for p in document.paragraphs if p.style.name.startswith("toc")]
    assert lines == [p.text for p in document.paragraphs if p.style.name in ("Heading 1", "Heading 2")]


def test_the_same_report_is_the_same_file_and_another_is_another(report):
    assert docx.render(report) == docx.render(report)
    assert docx.render(report) != docx.render(replace(report, summary="En annan."))


def test_the_properties_say_what_it_is(report):
    properties = opened(report).core_properties
    assert properties.title == report.title
    assert properties.author == "Huddinge kommun"
    assert properties.subject == report.overarching_goal
    assert properties.keywords == f"{report.programme}; 2020; KS-2021/307.173"
    assert properties.created.isoformat()[:10] == "2021-02-17"


def test_one_units_part_leaves_out_the_texts_about_the_whole(report):
    document = opened(of_unit(report, "Socialnämnden"))
    assert "Socialnämnden" in texts(document)[:3]
    chapters = headings(document, 1)
    assert chapters[:3] == ["Uppföljning 2020 på en sida", "Uppdraget och hur det följs upp", "Målens bedömning"]
    assert not {"Sammanfattning", "Framåtblick", "Årets förutsättningar"} & set(chapters)


def test_without_measures(report):
    document = opened(without_measures(report))
    assert headings(document, 1)[-1] == "Framåtblick"
    assert "Ändringar i programmet under året" not in headings(document, 1)
    assert "Målet har inga åtgärder det här året." not in texts(document)


def test_what_has_changed_since_an_earlier_year(report):
    compared = compared_with(report, 2018)
    document = opened(compared)
    assert "Förändrat sedan 2018" in headings(document, 1)
    table = next(t for t in document.tables if t.rows[0].cells[1].text == "2018" and len(t.columns) == 3)
    assert len(table.rows) == 1 + len(compared.comparison.goals)
    goal = compared.comparison.goals[0]
    assert table.rows[1].cells[1].text.endswith(goal.before.assessment.word)
    assert table.rows[1].cells[2].text.endswith(goal.after.assessment.word)
    assert {"Åtgärder som har kommit till", "Åtgärder som har genomförts"} <= set(headings(document, 2))


def test_a_programme_with_nothing_says_so(empty):
    document = opened(empty)
    assert "Ingen sammanfattning har skrivits ännu." in texts(document)
    assert document.tables == []
    assert "Läge Utkast (öppen)" in texts(document)


def test_the_extreme_comes_out_whole_and_harmless(extreme):
    document = opened(extreme)
    assert texts(document).count(LONG.strip()) == 2
    assert f"Mål 1.1 {WORD} {MENDED}" in headings(document, 2)
    assert f"1.1.1 {FORMULA} [Exempel]" in texts(document)
    assert MENDED in texts(document)
    # Word takes no longer properties.
    assert document.core_properties.subject == LONG[:255]


@pytest.mark.parametrize("text", ["Kort.", LONG])
def test_a_long_text_is_not_cut(report, text):
    assert text.strip() in texts(opened(replace(report, looking_ahead=text)))


def test_a_decided_report_names_its_decision_and_leaves_out_empty_texts(report):
    decided = replace(
        report, state="Beslutad: Kommunstyrelsen 5 maj 2021 § 24", is_decided=True, assessment_comment="", summary=""
    )
    shown = texts(opened(decided))
    assert "Beslut Kommunstyrelsen 5 maj 2021 § 24" in shown
    assert not [text for text in shown if text.startswith("Ingen ")]


@pytest.mark.parametrize(("number", "words"), [(5, "5 ansvarsområden"), (1, "ett ansvarsområde")])
def test_the_assignment_counts_its_areas(report, number, words):
    shown = texts(opened(replace(report, areas=report.areas[:number])))
    assert any(text.startswith(f"Programmet gäller 2018–2021 och har {words}.") for text in shown)
