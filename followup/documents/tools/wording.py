"""Text as files can carry it, and the words that all formats use of a report."""

import re
from decimal import Decimal

from django.utils.formats import date_format, number_format

from followup.report.indicators import IndicatorStatus, Outcome
from followup.report.report import Report
from organisation.text import REPLACEMENT, clean

_MEANINGLESS_CONTROL = re.compile("[\0-\x08\x0e-\x1d\x7f]")


def legible(text: str) -> str:
    """Return `text` as every file format can hold it: it may have been stored before texts were cleaned on entry.

    A control character without meaning, which `clean` drops, is shown as U+FFFD: a reader should see the damage.
    """
    return clean(_MEANINGLESS_CONTROL.sub(REPLACEMENT, text))


def figure(value: Decimal) -> str:
    """With a decimal comma and without zeros at the end: "45,5" and "120"."""
    return number_format(value.normalize() if value % 1 else int(value))


def outcome_in_words(outcome: Outcome) -> str:
    """Such as "2020: 67 (kvinnor 61, män 73)"."""
    by_sex = [
        f"{who} {figure(value)}"
        for who, value in (("kvinnor", outcome.women), ("män", outcome.men))
        if value is not None
    ]
    aside = f" ({', '.join(by_sex)})" if by_sex else ""
    return f"{outcome.year}: {figure(outcome.value)}{aside}"


def source_in_words(indicator: IndicatorStatus) -> str:
    """Where the figures come from; of what was fetched from Kolada also the key figure and the latest day."""
    days = [outcome.dated for outcome in indicator.outcomes if outcome.kpi and outcome.dated]
    fetched = f", hämtat {date_format(max(days), 'j F Y')}" if days else ""
    kolada = f"Kolada {indicator.kpi}{fetched}" if indicator.kpi else ""
    return ". ".join(part for part in (indicator.source, kolada) if part)


def target_status_in_words(indicator: IndicatorStatus) -> str:
    """How the latest outcome stands to its target, marked where nobody has confirmed it; empty when unknown."""
    if not indicator.target_status.key:
        return ""
    return indicator.target_status.word if indicator.is_confirmed else f"{indicator.target_status.word} (preliminärt)"


def example_notice(report: Report) -> str:
    """What a document that holds invented texts begins with."""
    return (
        "Texter som är märkta Exempel är påhittade för att visa hur rapporten ser ut. "
        f"De är inte {report.municipality}s egna ord."
    )
