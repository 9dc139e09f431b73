"""The report as a Word document: what secretaries paste into the case system, with the chapters of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from django.template.defaultfilters import date as in_words
from django.utils.text import capfirst
from docx.document import Document
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from followup.documents.report.docx_first_page import add_first_page
from followup.documents.tools import word
from followup.documents.tools.office_zip import file_time
from followup.documents.tools.wording import (
    example_notice,
    figure,
    judgements_in_words,
    outcome_in_words,
    scope_in_words,
    source_in_words,
    target_status_in_words,
)
from followup.report.deviations import deviations_of
from followup.report.indicators import Figure, IndicatorStatus, compared
from followup.report.report import AreaStatus, Comparison, GuidelineStatus, MeasureStatus, Report, SubGoalStatus
from followup.report.selection import without_measures
from followup.report.sentences import perspective_sentence
from programmes.scales import Step
from programmes.terms import Term, genitive


class Markable(Protocol):
    """What can be invented for demonstration."""

    @property
    def is_example(self) -> bool: ...


def render(report: Report) -> bytes:
    """Return the report as a Word file. Equal reports give equal files, also when they are made at different times."""
    document = word.new_document(
        title=report.title,
        author=report.municipality,
        subject=report.overarching_goal,
        keywords="; ".join(filter(None, [report.programme, str(report.year), report.registration_number])),
        made=file_time(report.report_date, report.year),
    )
    note = " · innehåller exempel" if report.shows_example else ""
    word.header_and_footer(document, header=f"{report.title}{note}", footer=report.municipality)
    _title_page(document, report)
    add_first_page(document, report)
    word.paragraph(document, "Innehåll", "TOC Heading").paragraph_format.page_break_before = True
    # The first chapter comes after the contents, which are made of all of them.
    first = len(document.paragraphs)
    for chapter in SHORT_CHAPTERS if report.is_short else CHAPTERS:
        chapter(document, report)
    chapters = document.paragraphs[first]
    chapters.paragraph_format.page_break_before = True
    word.contents(document, chapters)
    return word.save(document)


def _title_page(document: Document, report: Report) -> None:
    """Add the title page: the municipality, the title, the known facts, and a notice when the report holds examples."""
    word.paragraph(document, report.municipality, "Subtitle").paragraph_format.space_before = Mm(60)
    word.paragraph(document, report.title, "Title")
    if report.selection:
        word.paragraph(document, report.selection, "Subtitle")
    facts = {
        "År": str(report.year),
        "Diarienummer": report.registration_number,
        "Datum": in_words(report.report_date),
        report.state_label: report.state_text,
    }
    for label, fact in facts.items():
        if fact:
            _labelled(document, label, fact).paragraph_format.space_after = Pt(2)
    if report.shows_example:
        notice = word.paragraph(document)
        notice.paragraph_format.space_before = Mm(20)
        word.add_text(notice, "Exempel. ", bold=True)
        word.add_text(notice, example_notice(report))


def _summary(document: Document, report: Report) -> None:
    if report.shows_summary:
        _chapter(document, "Sammanfattning", report)
        word.prose(document, report.summary or "Ingen sammanfattning har skrivits ännu.")


def _assignment(document: Document, report: Report) -> None:
    """Add the chapter on the programme and its follow-up, with the steps of each assessment scale."""
    _chapter(document, "Uppdraget och hur det följs upp")
    if report.overarching_goal:
        _labelled(document, capfirst(report.terms.overarching_goal.singular), report.overarching_goal)
    word.prose(document, f"{scope_in_words(report)}\n\n{judgements_in_words(report)}")
    for scale in report.scales:
        line = word.paragraph(document)
        word.add_text(line, f"{scale.name}: ", bold=True)
        for number, step in enumerate(scale.steps):
            word.add_text(line, "   " if number else "")
            word.add_status(line, step)


def _overall(document: Document, report: Report) -> None:
    """Add the chapter of the year as a whole. A report of selected areas or units has only the table of goals."""
    if report.selection:
        _chapter(document, f"{capfirst(report.terms.goal.plural_genitive)} bedömning")
    else:
        _chapter(document, "Samlad bedömning", report)
        _overall_assessment(document, report)
    if report.sub_goals:
        goals = capfirst(report.terms.goal.plural_genitive)
        word.heading(document, f"{goals} bedömning år för år, och prognos för perioden", 2)
        _matrix(document, report)


def _overall_assessment(document: Document, report: Report) -> None:
    statuses = [(f"Prognos för {report.period}", report.forecast)]
    if report.assessment.key:
        statuses.insert(0, (f"Bedömning {report.year}", report.assessment))
    _verdict(document, statuses)
    if report.assessment_comment:
        word.prose(document, report.assessment_comment)
    elif not report.is_decided:
        word.prose(document, "Ingen samlad bedömning har skrivits ännu.")


def _matrix(document: Document, report: Report) -> None:
    """Add a table with a row for each goal: its assessment each year, and the forecast for the period.

    Widths are in millimetres. The more years, the narrower each column, so that the text of the goals keeps its room.
    """
    goal_term = report.terms.goal
    number_of_years = len(report.years)
    year_width = min(28, 84 // max(number_of_years, 1))
    forecast_width = 34
    goal_width = word.TEXT_WIDTH - year_width * number_of_years - forecast_width
    table = word.table(
        document,
        [capfirst(goal_term.singular), *map(str, report.years), "Prognos"],
        [goal_width, *[year_width] * number_of_years, forecast_width],
        f"Varje {genitive(goal_term.singular)} bedömning år för år, och prognosen för perioden",
    )
    for area in report.areas:
        if report.shows_areas:
            word.heading_row(table, f"{area.number}. {area.name}")
        for goal in area.sub_goals:
            assessments = [year.assessment for year in goal.years]
            word.row(table, [f"{goal.code} {goal.text}{_mark(goal)}", *assessments, goal.forecast])


def _circumstances(document: Document, report: Report) -> None:
    if report.shows_circumstances:
        _chapter(document, "Årets förutsättningar", report)
        word.prose(document, report.circumstances or "Inget har skrivits om årets förutsättningar.")


def _areas(document: Document, report: Report) -> None:
    for area in report.areas:
        _area(document, report, area)


def _deviating_goals(document: Document, report: Report) -> None:
    """Add the deviating goals of the short report: judgement, units and comment, without indicators and measures."""
    _chapter(document, "Det som avviker")
    for deviation in deviations_of(report):
        goal = replace(deviation.goal, indicators=(), measures=(), contributions=())
        _goal(document, without_measures(report), goal)


def _area(document: Document, report: Report, area: AreaStatus) -> None:
    """Add the chapter of an area of responsibility, on a new page: its assessment, its summary and its goals."""
    terms = report.terms
    in_words = f"{capfirst(terms.area.numbered(area.number))}: {area.name}"
    title = _chapter(document, in_words if report.shows_areas else capfirst(terms.goal.plural))
    title.paragraph_format.page_break_before = True
    if area.overarching_sub_goal:
        _labelled(document, capfirst(terms.area_goal.singular), f"{area.overarching_sub_goal}{_mark(area)}")
    _verdict(
        document,
        [(f"Bedömning {report.year}", area.assessment), (f"Prognos för {report.period}", area.forecast)],
    )
    if area.summary:
        word.prose(document, area.summary)
    for goal in area.sub_goals:
        _goal(document, report, goal)


def _goal(document: Document, report: Report, goal: SubGoalStatus) -> None:
    """Add a goal with its assessment, comment, indicators and measures."""
    terms = report.terms
    word.heading(document, f"{capfirst(terms.goal.numbered(goal.code))} {goal.text}", 2)
    _verdict(document, [("Bedömning", goal.assessment), ("Prognos", goal.forecast)], goal)
    if goal.units:
        _labelled(document, "Ansvar", goal.responsible)
    word.prose(document, goal.comment or "Ingen kommentar har skrivits.")
    _contributions(document, goal)
    if goal.indicators:
        word.heading(document, "Indikatorer", 3)
        _indicators(document, report, goal)
    if goal.measures:
        word.heading(document, capfirst(terms.measure.plural), 3)
        for measure in goal.measures:
            _measure(document, measure, terms.measure)
    elif report.with_measures:
        word.prose(document, f"{capfirst(terms.goal.definite)} har inga {terms.measure.plural} det här året.")


def _indicators(document: Document, report: Report, goal: SubGoalStatus) -> None:
    """Add a table of the indicators of a goal, then a comparison with other municipalities where there is one."""
    headers = ["Indikator", "Basvärde", "Utfall", "Målvärde", "Utveckling"]
    caption = f"Indikatorer för {report.terms.goal.numbered(goal.code)}"
    table = word.table(document, headers, [62, 24, 30, 24, 30], caption)
    for indicator in goal.indicators:
        word.row(table, _indicator_cells(indicator))
    for indicator in goal.indicators:
        if indicator.elsewhere:
            _elsewhere(document, report, indicator)


def _indicator_cells(indicator: IndicatorStatus) -> list[str | Step]:
    """Return a row of the table. `withheld` is the reason why outcomes are left out, for example too few people."""
    baseline = _figure(indicator.baseline) if indicator.baseline else "–"
    outcomes = [outcome_in_words(outcome) for outcome in indicator.outcomes]
    if indicator.withheld:
        outcomes.append(indicator.withheld)
    trend = "–" if indicator.withheld else indicator.trend
    return [_name(indicator), baseline, "\n".join(outcomes) or "–", _aim(indicator), trend]


def _elsewhere(document: Document, report: Report, indicator: IndicatorStatus) -> None:
    """The indicator beside other municipalities, with the day that their values were fetched."""
    caption = f"{indicator.name} i andra kommuner, {indicator.unit}. Källa: Kolada {indicator.kpi}"
    word.paragraph(document, caption).paragraph_format.keep_with_next = True
    years = indicator.years
    widths = [60, *(70 // len(years) for _ in years), 40]
    table = word.table(document, ["Kommun", *map(str, years), "Hämtat"], widths, caption)
    for place in compared(indicator, report.municipality):
        values = ["–" if value is None else figure(value) for value in place.values]
        word.row(table, [place.name, *values, in_words(place.dated, "j F Y") if place.dated else "Utfallen ovan"])


def _name(indicator: IndicatorStatus) -> str:
    source = source_in_words(indicator)
    return f"{indicator.name}{_mark(indicator)}\n{indicator.unit}{f'. Källa: {source}' if source else ''}"


def _figure(of_year: Figure) -> str:
    return f"{of_year.year}: {figure(of_year.value)}"


def _aim(indicator: IndicatorStatus) -> str:
    """The targets, and how the latest outcome stands to its own."""
    lines = [] if indicator.target is None else [figure(indicator.target)]
    lines += map(_figure, indicator.targets)
    return "\n".join([*lines, target_status_in_words(indicator)] if indicator.target_status.key else lines) or "–"


def _measure(document: Document, measure: MeasureStatus, term: Term) -> None:
    """Add a measure: its code and text, a line of facts, and the texts that the units have written about it."""
    _measure_title(document, measure)
    _measure_facts(document, measure)
    if measure.done:
        word.prose(document, measure.done)
    _contributions(document, measure)
    if measure.stop_reason:
        _labelled(document, f"Skäl till att {term.definite} avbröts:", measure.stop_reason)
    if measure.problem:
        source = f" (Källa: {measure.problem_source}.)" if measure.problem_source else ""
        _labelled(document, f"Problem som {term.definite} svarar mot:", f"{measure.problem}{source}")


def _contributions(document: Document, item: SubGoalStatus | MeasureStatus) -> None:
    """Add the units' contributions to the joint answer, each below the unit's name and its own judgements."""
    for contribution in item.contributions:
        title = word.paragraph(document)
        title.paragraph_format.keep_with_next = True
        word.add_text(title, f"Bidrag från {contribution.unit} ", bold=True)
        for judgement in contribution.judgements:
            word.add_status(title, judgement)
        word.prose(document, contribution.text)


def _measure_title(document: Document, measure: MeasureStatus) -> None:
    title = word.paragraph(document)
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_before = Pt(6)
    title.paragraph_format.space_after = Pt(2)
    word.add_text(title, f"{measure.code} ", bold=True)
    word.add_text(title, f"{measure.text}{_mark(measure)}")


def _measure_facts(document: Document, measure: MeasureStatus) -> None:
    facts = word.paragraph(document)
    word.add_status(facts, measure.progress)
    for names in (measure.responsible, ", ".join(measure.perspectives)):
        if names:
            word.add_text(facts, f" · {names}", colour="ink-soft")


def _perspectives(document: Document, report: Report) -> None:
    """Add the chapter on the perspectives, such as gender equality, that cut across the areas; none without any."""
    if not (report.perspectives or report.perspective_accounts):
        return
    _chapter(document, "Perspektiv", report)
    if report.perspectives:
        word.prose(document, report.perspectives)
    for account in report.perspective_accounts:
        word.heading(document, account.name, 2)
        if account.description:
            word.prose(document, account.description)
        codes = ", ".join(measure.code for measure in account.measures)
        term = report.terms.measure
        start = perspective_sentence(len(account.measures), len(report.measures), term)
        word.prose(document, f"{start} {codes}.")


def _guidelines(document: Document, report: Report) -> None:
    if report.guidelines:
        _chapter(document, "Uppföljning av riktlinjer")
    for guideline in report.guidelines:
        _guideline(document, report, guideline)


def _guideline(document: Document, report: Report, guideline: GuidelineStatus) -> None:
    word.heading(document, guideline.title, 2)
    if guideline.description:
        word.prose(document, guideline.description)
    _verdict(document, [(f"Bedömning {report.year}", guideline.assessment)], guideline)
    if guideline.units:
        _labelled(document, "Ansvar", guideline.responsible)
    word.prose(document, guideline.comment or "Ingen kommentar har skrivits.")


def _comparison(document: Document, report: Report) -> None:
    """Add a chapter of the changes since an earlier year, when the reader has chosen one to compare with."""
    comparison = report.comparison
    if comparison is None:
        return
    _chapter(document, f"Förändrat sedan {comparison.year}")
    _moved_goals(document, report, comparison)
    if not report.with_measures:
        return
    plural = capfirst(report.terms.measure.plural)
    measures_by_heading = {
        f"{plural} som har kommit till": comparison.added,
        f"{plural} som har genomförts": comparison.finished,
        f"{plural} som har avbrutits": comparison.stopped,
    }
    for heading, measures in measures_by_heading.items():
        word.heading(document, heading, 2)
        _measure_list(document, measures)


def _moved_goals(document: Document, report: Report, comparison: Comparison) -> None:
    term = report.terms.goal
    if not comparison.goals:
        word.prose(document, f"{capfirst(term.negated)} har fått en annan bedömning än {comparison.year}.")
        return
    heading = f"{capfirst(term.plural)} vars bedömning har ändrats"
    word.heading(document, heading, 2)
    headers = [capfirst(term.singular), str(comparison.year), str(report.year)]
    table = word.table(document, headers, [100, 35, 35], heading)
    for goal in comparison.goals:
        word.row(table, [f"{goal.code} {goal.text}{_mark(goal)}", goal.before.assessment, goal.after.assessment])


def _changes(document: Document, report: Report) -> None:
    if not report.with_measures:
        return
    _chapter(document, "Ändringar i programmet under året")
    for change in report.changes:
        line = _labelled(document, f"{change.kind}:", f"{change.code} {change.text}{_mark(change)}")
        line.paragraph_format.keep_with_next = bool(change.reason)
        if change.reason:
            word.prose(document, change.reason)
    if not report.changes:
        word.prose(document, f"Inga {report.terms.measure.plural} lades till eller ändrades under {report.year}.")


def _ahead(document: Document, report: Report) -> None:
    if report.shows_looking_ahead:
        _chapter(document, "Framåtblick", report)
        word.prose(document, report.looking_ahead or "Ingen framåtblick har skrivits ännu.")


# In the order that boards are used to.
CHAPTERS: tuple[Callable[[Document, Report], None], ...] = (
    _summary,
    _assignment,
    _overall,
    _circumstances,
    _areas,
    _perspectives,
    _guidelines,
    _comparison,
    _changes,
    _ahead,
)


SHORT_CHAPTERS: tuple[Callable[[Document, Report], None], ...] = (_summary, _overall, _deviating_goals)


def _chapter(document: Document, title: str, item: Markable | None = None) -> Paragraph:
    """The mark stands below the heading: in it, it would be in the contents too."""
    heading = word.heading(document, title, 1)
    if item and item.is_example:
        word.paragraph(document, _mark(item).strip()).paragraph_format.keep_with_next = True
    return heading


def _mark(item: Markable) -> str:
    """What tells that a text is nobody's own."""
    return " [Exempel]" if item.is_example else ""


def _labelled(document: Document, label: str, text: str) -> Paragraph:
    line = word.paragraph(document)
    word.add_text(line, f"{label} ", bold=True)
    word.add_text(line, text)
    return line


def _verdict(document: Document, steps: Iterable[tuple[str, Step]], item: Markable | None = None) -> None:
    line = word.paragraph(document)
    for number, (label, step) in enumerate(steps):
        word.add_text(line, f"{'     ' if number else ''}{label} ", colour="ink-soft")
        word.add_status(line, step)
    if item:
        word.add_text(line, _mark(item), colour="ink-soft")


def _measure_list(document: Document, measures: Iterable[MeasureStatus]) -> None:
    listed = list(measures)
    for measure in listed:
        item = word.paragraph(document, f"{measure.code} {measure.text}{_mark(measure)} ", "List Bullet")
        word.add_status(item, measure.progress)
    if not listed:
        word.prose(document, "Inga.")
