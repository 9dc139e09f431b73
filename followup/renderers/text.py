"""Text as files can carry it, and the words that all formats use of a report."""

import re
from decimal import Decimal

from django.utils.formats import number_format

from followup.report import Report

# What neither XML 1.0, and with it Word and Excel, nor HTML has a place for: control characters, surrogates.
_ILLEGIBLE = re.compile("[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(text: str) -> str:
    """`text` with one kind of line break, and the replacement character for every character that no reader can show."""
    return _ILLEGIBLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def figure(value: Decimal) -> str:
    """With a decimal comma and without zeros at the end: "45,5" and "120"."""
    return number_format(value.normalize() if value % 1 else int(value))


def standing(report: Report) -> str:
    """How far the report has come on its way to the board."""
    return report.state if report.is_decided else f"Utkast ({report.state.lower()})"


def example_notice(report: Report) -> str:
    """What a document that holds invented texts begins with."""
    return (
        "Texter som är märkta Exempel är påhittade för att visa hur rapporten ser ut. "
        f"De är inte {report.municipality}s egna ord."
    )
