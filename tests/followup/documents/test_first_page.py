"""The first page as a document: one page for the real, an empty, a huge and random reports."""

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from followup.documents.report import html, pdf
from followup.documents.tools.first_page_fit import fitted_first_page, number_of_lines
from followup.documents.tools.svg_shares import share_bar
from followup.models import FollowUp
from followup.report.building import build_report
from followup.report.indicators import Figure
from followup.report.report import BoardCase, Report, Tally
from followup.report.selection import of_area, of_unit, select, without_measures
from tests.factories import SCALES


def pages_of_first_page(report: Report) -> list[str]:
    """Return the texts of the pages after the cover, of a document that has nothing but the first page after it."""
    document = re.sub(r'<nav class="contents-page".*?</nav>|<main>.*</main>', "", html.render(report), flags=re.DOTALL)
    # The places that the page refers to are left out too: each reference gets one that is there.
    document = re.sub(r'(href|data-to)="#[^"]*"', r'\1="#forsta-sidan"', document)
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf.layout(document))).pages][1:]


WORDS = ("Trygghet", "och", "säkerhet", "i", "kommunens", "skolor", "WWWWWWWW", "äldreomsorgsverksamheten", "på", "är")


def text_of(length: int) -> str:
    """Return a text of so many characters, with words of all lengths."""
    return " ".join(WORDS[number % len(WORDS)] for number in range(length))[:length]


def huge(report: Report) -> Report:
    """Return a report with twenty areas of forty goals, all deviating, with the longest texts that are allowed."""
    area, goal = report.areas[0], report.areas[0].sub_goals[0]
    indicator = replace(
        goal.indicators[0],
        name=text_of(200),
        baseline=Figure(2017, Decimal("123456.789")),
        target=Decimal("999999.999"),
        lower_is_better=False,
        outcomes=(replace(goal.indicators[0].outcomes[-1], year=report.year, value=Decimal("12345.678")),),
    )
    bad = replace(
        goal,
        text=text_of(500),
        units=(text_of(200), "Socialnämnden"),
        comment=text_of(9000),
        assessment=SCALES.assessment.step("not_met"),
        forecast=SCALES.forecast.step("will_not"),
        indicators=(indicator,),
        short_name="",
    )
    areas = tuple(
        replace(
            area,
            number=number,
            name=text_of(200),
            sub_goals=tuple(replace(bad, area=number, number=goal_number) for goal_number in range(1, 41)),
        )
        for number in range(1, 21)
    )
    case = BoardCase(text_of(200), text_of(5000), date(2021, 12, 29), "1234 a", text_of(200), False)
    return replace(
        report,
        programme=text_of(300),
        areas=areas,
        case=case,
        judgement_sentence=text_of(230),
        forecast_sentence=text_of(170),
    )


def test_the_first_page_of_every_kind_of_report_is_one_page(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    empty = replace(report, areas=(), years=(), guidelines=(), changes=(), perspective_accounts=(), progress_before=())
    kinds = {
        "real": report,
        "empty": empty,
        "huge": huge(report),
        "area": of_area(report, 3),
        "unit": of_unit(report, "Socialnämnden"),
        "goals": without_measures(report),
    }
    assert {kind: len(pages_of_first_page(of_kind)) for kind, of_kind in kinds.items()} == dict.fromkeys(kinds, 1)


def test_the_real_page_has_its_rows_and_page_numbers(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    page = fitted_first_page(report)
    assert (len(page.deviations), len(page.indicators)) == (7, 3)
    [text] = pages_of_first_page(report)
    assert "Det här avviker: 9 av 24 mål" in text
    assert "Förslag till beslut i kommunstyrelsen" in text
    assert "Indikatorer som avviker: 3 av 10" in text


def test_indicators_are_left_out_before_rows(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    longer = replace(report, judgement_sentence=text_of(200))
    page = fitted_first_page(longer)
    assert len(page.deviations) == 7
    assert len(page.indicators) < 3
    assert page.indicators_left_out


def _long_case(report: Report) -> BoardCase:
    return BoardCase("Kommunstyrelsen", text_of(2000), date(2021, 5, 5), "", text_of(120), False)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=200)


@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_first_page_of_random_reports_is_one_page(huddinge, data):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    assessments, forecasts, progress = SCALES.assessment.steps, SCALES.forecast.steps, SCALES.progress.steps

    def changed_goal(goal):
        return replace(
            goal,
            text=data.draw(TEXTS) or goal.text,
            short_name=data.draw(st.sampled_from(["", goal.short_name])),
            comment=data.draw(TEXTS),
            units=tuple(data.draw(st.lists(TEXTS, max_size=3))),
            assessment=data.draw(st.sampled_from(assessments)),
            forecast=data.draw(st.sampled_from(forecasts)),
            measures=tuple(
                replace(measure, progress=data.draw(st.sampled_from(progress))) for measure in goal.measures
            ),
        )

    areas = tuple(
        replace(area, name=data.draw(TEXTS) or area.name, sub_goals=tuple(map(changed_goal, area.sub_goals)))
        for area in report.areas
    )
    drawn = replace(report, areas=areas, assessment_comment=data.draw(TEXTS), case=_long_case(report))
    assert len(pages_of_first_page(drawn)) == 1


def test_lines_are_reckoned_by_words():
    assert number_of_lines("", 8.5, 40) == 1
    assert number_of_lines("Delvis uppfyllt", 8.5, 22) == 1
    assert number_of_lines("Trygghetsskapande och brottsförebyggande arbete", 8.5, 43) == 2
    assert number_of_lines("x" * 100, 8.5, 40) == 4


def test_a_bar_has_its_figures_as_text_and_leaves_out_those_that_do_not_fit():
    tallies = [
        Tally(SCALES.assessment.step("met"), 97),
        Tally(SCALES.assessment.step("partly"), 1),
        Tally(SCALES.assessment.step("not_met"), 2),
    ]
    bar = share_bar(tallies)
    assert 'aria-label="97 uppfyllda, 1 delvis uppfyllt, 2 ej uppfyllda"' in bar
    assert re.findall(r"<text[^>]*>(\d+)</text>", bar) == ["97"]
    assert "viewBox" not in bar
    assert share_bar([]) == ""


def test_the_short_report_is_at_most_eight_pages_with_the_deviating_goals_alone(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    document = PdfReader(io.BytesIO(pdf.render(select(report, short=True))))
    text = "\n".join(page.extract_text() for page in document.pages)
    assert len(document.pages) <= 8
    assert "Uppföljning 2020 på en sida" in text
    assert "Målen år för år" in text
    assert "Flera av gruppverksamheterna ställdes in" in text
    assert "Gymnasieskolorna hade fjärrundervisning" not in text
    assert "Uppdraget och hur det följs upp" not in text
