"""The report as CSV for Excel and statistics programs: one row for each goal and each measure.

UTF-8 with a byte order mark, semicolons and CRLF, as Swedish Excel reads it. The columns are the same for every
report of a programme, so that files of several years can be put after each other. Numbers of goals and measures have
separate columns: Excel would read "1.2" as a date. A text that a spreadsheet would read as a formula begins with an
apostrophe (OWASP, "CSV injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.text import capfirst

from followup.documents.tools.wording import legible
from followup.report.report import MeasureStatus, Report, SubGoalStatus
from programmes.terms import Terms

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")

COLUMNS = (
    "Typ",
    "Program",
    "År",
    "Område nr",
    "Område",
    "Mål nr",
    "Åtgärd nr",
    "Text",
    "Ansvar",
    "Bedömning",
    "Prognos",
    "Genomförande",
    "Kommentar",
    "Bidrag",
    "Skäl till avbrott",
    "Perspektiv",
    "Problem",
    "Problemets källa",
    "Första år",
    "Sista år",
    "Exempel",
)


def render(report: Report) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, restval="", delimiter=";", lineterminator="\r\n")
    titles = _titles(report.terms)
    writer.writerow({column: escape_formula(titles.get(column, column)) for column in COLUMNS})
    for row in _rows(report):
        writer.writerow({column: escape_formula(str(value)) for column, value in row.items()})
    return file.getvalue().encode("utf-8-sig")


def _titles(terms: Terms) -> dict[str, str]:
    """Return the titles of the columns that have the programme's words in them."""
    area, goal, measure = (capfirst(term.singular) for term in (terms.area.short, terms.goal, terms.measure))
    return {"Område nr": f"{area} nr", "Område": area, "Mål nr": f"{goal} nr", "Åtgärd nr": f"{measure} nr"}


def _rows(report: Report) -> Iterator[dict[str, object]]:
    """Yield a row for each goal, followed by a row for each of its measures, by column."""
    goal_type, measure_type = capfirst(report.terms.goal.singular), capfirst(report.terms.measure.singular)
    for area in report.areas:
        for goal in area.sub_goals:
            shared = {
                "Program": report.programme,
                "År": report.year,
                "Område nr": area.number,
                "Område": area.name,
                "Mål nr": goal.number,
            }
            yield {"Typ": goal_type, **shared, **_goal(goal)}
            for measure in goal.measures:
                yield {"Typ": measure_type, **shared, **_measure(measure)}


def _goal(goal: SubGoalStatus) -> dict[str, object]:
    return {
        "Text": goal.text,
        "Ansvar": goal.responsible,
        "Bedömning": goal.assessment.word,
        "Prognos": goal.forecast.word,
        "Kommentar": goal.comment,
        "Bidrag": _contributions(goal),
        "Exempel": "Ja" if goal.is_example else "Nej",
    }


def _measure(measure: MeasureStatus) -> dict[str, object]:
    """Return the cells of a measure by column title."""
    return {
        "Åtgärd nr": measure.code.rpartition(".")[2],
        "Text": measure.text,
        "Ansvar": measure.responsible,
        "Genomförande": measure.progress.word,
        "Kommentar": measure.done,
        "Bidrag": _contributions(measure),
        "Skäl till avbrott": measure.stop_reason,
        "Perspektiv": ", ".join(measure.perspectives),
        "Problem": measure.problem,
        "Problemets källa": measure.problem_source,
        "Första år": measure.first_year,
        "Sista år": measure.last_year,
        "Exempel": "Ja" if measure.is_example else "Nej",
    }


def _contributions(item: SubGoalStatus | MeasureStatus) -> str:
    return "\n\n".join(contribution.in_words for contribution in item.contributions)


def escape_formula(text: str) -> str:
    """Return `text` so that a spreadsheet shows it as text, also when it begins like a formula."""
    clean = legible(text)
    return f"'{clean}" if clean.startswith(FORMULA_SIGNS) else clean
