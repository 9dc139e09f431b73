"""The first page of the report as a Word document, with the rows that the PDF has room for."""

from __future__ import annotations

from django.utils.text import capfirst
from docx.document import Document
from docx.shared import Pt

from followup.documents.tools import word
from followup.documents.tools.first_page_fit import fitted_first_page
from followup.documents.tools.svg_shares import tallies_in_words
from followup.documents.tools.wording import figure
from followup.report.deviations import Deviation
from followup.report.first_page import FirstPage, Total
from followup.report.off_target import Measured
from followup.report.report import Report
from programmes.scales import BLANK, Step
from programmes.terms import Terms

# Space between the parts of the page, so that all of them have room.
SPACE = Pt(4)


def add_first_page(document: Document, report: Report) -> None:
    """Add the first page, on a page of its own."""
    page = fitted_first_page(report)
    word.heading(document, page.title, 1).paragraph_format.page_break_before = True
    _decision(document, page)
    _judgement(document, page)
    for total in (page.goals, page.measures):
        if total:
            _total(document, total)
    _areas(document, page, report.year, report.terms)
    _deviations(document, page, report.terms)
    _turns(document, page)
    _indicators(document, page)
    if page.notes:
        word.add_text(word.paragraph(document), page.notes, colour="ink-soft")


def _title(document: Document, text: str) -> None:
    """Add a bold line that is no heading: the page has one line in the contents."""
    line = word.paragraph(document)
    line.paragraph_format.space_before = SPACE
    line.paragraph_format.space_after = Pt(2)
    line.paragraph_format.keep_with_next = True
    word.add_text(line, text, bold=True, colour="accent")


def _decision(document: Document, page: FirstPage) -> None:
    if page.decision is None:
        return
    _title(document, page.decision.heading)
    word.paragraph(document, page.decision.text).paragraph_format.space_after = Pt(2)
    if page.decision.note:
        word.add_text(word.paragraph(document), page.decision.note, colour="ink-soft")


def _judgement(document: Document, page: FirstPage) -> None:
    if not page.judgement and not page.forecast:
        return
    line = word.paragraph(document)
    if page.judgement:
        word.add_text(line, f"{page.judgement} ", bold=True)
    word.add_text(line, page.forecast)


def _total(document: Document, total: Total) -> None:
    """Add a line such as "24 mål, bedömning 2020: 8 uppfyllda (5), …", with the figures of last year in brackets."""
    line = word.paragraph(document)
    line.paragraph_format.space_after = Pt(2)
    word.add_text(line, f"{total.heading}: ", bold=True)
    for number, counted in enumerate(total.steps):
        before = "" if counted.before is None else f" ({counted.before})"
        word.add_text(line, "   " if number else "")
        word.add_sign(line, counted.step)
        word.add_text(line, f"{counted.number}\N{NO-BREAK SPACE}{counted.words}{before}")


def _areas(document: Document, page: FirstPage, year: int, terms: Terms) -> None:
    """Add a row for each area: assessment, forecast, goals and late measures."""
    if not page.areas:
        return
    headers = [
        capfirst(terms.area.singular),
        f"Bedömning {year}",
        "Prognos",
        capfirst(terms.goal.definite_plural),
        "Försenat",
    ]
    table = word.table(
        document, headers, [46, 30, 36, 34, 24], f"{capfirst(terms.area.definite_plural)}, en rad för varje"
    )
    for row in page.areas:
        name = f"{row.area.number}. {row.name}"
        word.row(table, [name, row.area.assessment, row.area.forecast, tallies_in_words(row.goals), row.late or "–"])
    if page.areas_left_out:
        word.paragraph(document, page.areas_left_out)


def _deviations(document: Document, page: FirstPage, terms: Terms) -> None:
    if not page.deviation_heading:
        return
    _title(document, page.deviation_heading)
    if page.deviations:
        table = word.table(
            document,
            [capfirst(terms.goal.singular), "Vad", "Varför", "Ansvarar"],
            [40, 40, 54, 36],
            page.deviation_heading,
        )
        for deviation in page.deviations:
            word.row(table, _cells_of_deviation(deviation))
    rest = " ".join(sentence.text for sentence in page.rest)
    if rest:
        word.paragraph(document, rest).paragraph_format.space_before = Pt(3)


def _cells_of_deviation(deviation: Deviation) -> list[str | Step]:
    others = f" + {deviation.other_units} till" if deviation.other_units else ""
    return [
        f"{deviation.goal.code} {deviation.name}",
        deviation.step,
        deviation.reason or "Inget skäl har angetts.",
        f"{deviation.lead_unit}{others}",
    ]


def _turns(document: Document, page: FirstPage) -> None:
    if not page.turns:
        return
    line = word.paragraph(document)
    line.paragraph_format.space_before = SPACE
    word.add_text(line, f"Sedan {page.year_before}: ", bold=True)
    for turn in page.turns:
        codes = f" ({turn.codes})" if turn.codes else ""
        word.add_text(line, f"{turn.sentence.rstrip('.')}{codes}. ")


def _indicators(document: Document, page: FirstPage) -> None:
    if not page.indicators:
        return
    _title(document, page.indicator_heading)
    table = word.table(document, ["Indikator", "Utfall", "Målvärde", "Läge"], [80, 36, 24, 30], page.indicator_heading)
    for measured in page.indicators:
        word.row(table, _cells_of_indicator(measured))


def _cells_of_indicator(measured: Measured) -> list[str | Step]:
    values = f"{figure(measured.start.value)} → {figure(measured.latest.value)}"
    return [measured.name, values, figure(measured.aim.value), measured.step or BLANK]
