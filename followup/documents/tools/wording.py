"""Text that every file format can hold, and the phrases that all formats of a report share."""

import re
from decimal import Decimal

from django.utils.formats import date_format, number_format

from followup.report.indicators import IndicatorStatus, Outcome
from followup.report.report import Report
from organisation.text import REPLACEMENT, clean

_MEANINGLESS_CONTROL = re.compile("[\0-\x08\x0e-\x1d\x7f]")


def legible(text: str) -> str:
    """Return `text` without characters that a file format refuses: old texts were not cleaned when they were entered.

    Control characters without meaning become U+FFFD, which shows readers that the text is damaged.
    """
    return clean(_MEANINGLESS_CONTROL.sub(REPLACEMENT, text))


def figure(value: Decimal) -> str:
    """Return a number with a decimal comma and without trailing zeros: "45,5" and "120"."""
    return number_format(value.normalize() if value % 1 else int(value))


def outcome_in_words(outcome: Outcome) -> str:
    """Return an outcome with its year: "2020: 67 (kvinnor 61, män 73)"."""
    total = f"{outcome.year}: {figure(outcome.value)}"
    values = (("kvinnor", outcome.women), ("män", outcome.men))
    by_sex = ", ".join(f"{sex} {figure(value)}" for sex, value in values if value is not None)
    return f"{total} ({by_sex})" if by_sex else total


def source_in_words(indicator: IndicatorStatus) -> str:
    """Return the source of an indicator; for one that is fetched from Kolada also its key figure and latest date."""
    days = [outcome.dated for outcome in indicator.outcomes if outcome.kpi and outcome.dated]
    fetched = f", hämtat {date_format(max(days), 'j F Y')}" if days else ""
    kolada = f"Kolada {indicator.kpi}{fetched}" if indicator.kpi else ""
    return ". ".join(part for part in (indicator.source, kolada) if part)


def target_status_in_words(indicator: IndicatorStatus) -> str:
    """Return whether the latest outcome reaches its target, marked until a person confirms it. Empty when unknown."""
    if not indicator.target_status.key:
        return ""
    return indicator.target_status.word if indicator.is_confirmed else f"{indicator.target_status.word} (preliminärt)"


def scope_in_words(report: Report) -> str:
    """Return the sentences of a report on its programme: the period, the parts, and the yearly follow-up."""
    terms = report.terms
    goals, measures = terms.goal, terms.measure
    if report.shows_areas:
        number = len(report.areas)
        areas = terms.area.indefinite if number == 1 else terms.area.counted(number)
        parts = (
            f"{areas}. Varje {terms.area.singular} har {terms.area_goal.indefinite}, underliggande {goals.plural}"
            f" och {measures.plural}"
        )
    else:
        parts = f"{goals.plural} och {measures.plural}"
    return (
        f"Programmet gäller {report.period} och har {parts}. Varje år redovisar de ansvariga nämnderna och bolagen"
        " hur arbetet har gått."
    )


def judgements_in_words(report: Report) -> str:
    """Return the sentences of a report on the difference between assessment, forecast and progress."""
    goal, measure = report.terms.goal, report.terms.measure
    it, reached = goal.agree("den", "det"), goal.agree("uppfylld", "uppfyllt")
    return (
        f"Bedömningen gäller året, prognosen hela perioden och genomförandet varje {measure.singular}. De hålls isär:"
        f" {goal.indefinite} kan nås senare under perioden även om {it} inte är {reached} i år."
    )


def example_notice(report: Report) -> str:
    """Return the notice at the beginning of a document that has invented texts."""
    return (
        "Texter som är märkta Exempel är påhittade för att visa hur rapporten ser ut. "
        f"De är inte {report.municipality}s egna ord."
    )
