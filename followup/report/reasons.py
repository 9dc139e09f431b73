"""The reviewer's own reasons for deviating goals, written as one line for each goal: "1.3 Grupperna ställdes in."."""

from __future__ import annotations

import re
from collections.abc import Collection

from followup.report.excerpts import REASON_LENGTH
from programmes.terms import Term

# The word for the goals may stand before the number: "Mål 1.3: …".
_LINE = re.compile(r"(?:(?:[^\W\d]+\s+){1,3})?(\d+\.\d+)[.:]?\s+(.+)", re.IGNORECASE)


def reasons_by_code(text: str) -> dict[str, str]:
    """Return the reason of each goal. Lines without a goal's number are left out: forms refuse them."""
    matches = [_LINE.fullmatch(line.strip()) for line in text.splitlines()]
    return {match[1]: match[2] for match in matches if match}


def faults_of_reasons(text: str, codes: Collection[str], term: Term) -> list[str]:
    """Return what is wrong with each line, in Swedish.

    :param codes: the codes of the programme's goals.
    :param term: the programme's word for its goals.
    """
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        fault = _fault_of_line(line.strip(), codes, term)
        if fault:
            faults.append(f"Rad {number}: {fault}")
    return faults


def _fault_of_line(line: str, codes: Collection[str], term: Term) -> str:
    """Return the fault of a line, in Swedish; empty when it has none.

    `codes` are the numbers of the goals, and `term` is the programme's word for a goal.
    """
    if not line:
        return ""
    match = _LINE.fullmatch(line)
    if match is None:
        start = f"börja raden med {term.genitive} nummer"
        return f"{start} och skriv skälet efter det, till exempel 1.3 Grupperna ställdes in."
    code, reason = match.groups()
    if code not in codes:
        return f"{term.numbered(code)} finns inte i programmet."
    if len(reason) > REASON_LENGTH:
        return f"skälet har {len(reason)} tecken. Högst {REASON_LENGTH} får plats på första sidan."
    return ""
