"""The reviewer's own reasons for deviating goals, written as one line for each goal: "1.3 Grupperna ställdes in."."""

from __future__ import annotations

import re
from collections.abc import Collection

from followup.report.excerpts import REASON_LENGTH

_LINE = re.compile(r"(?:mål\s+)?(\d+\.\d+)[.:]?\s+(.+)", re.IGNORECASE)


def reasons_by_code(text: str) -> dict[str, str]:
    """Return the reason of each goal. Lines without a goal's number are left out: forms refuse them."""
    matches = [_LINE.fullmatch(line.strip()) for line in text.splitlines()]
    return {match[1]: match[2] for match in matches if match}


def faults_of_reasons(text: str, codes: Collection[str]) -> list[str]:
    """Return what is wrong with each line, in Swedish. `codes` are those of the programme's goals."""
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        fault = _fault_of_line(line.strip(), codes)
        if fault:
            faults.append(f"Rad {number}: {fault}")
    return faults


def _fault_of_line(line: str, codes: Collection[str]) -> str:
    if not line:
        return ""
    match = _LINE.fullmatch(line)
    if match is None:
        return "börja raden med målets nummer och skriv skälet efter det, till exempel 1.3 Grupperna ställdes in."
    code, reason = match.groups()
    if code not in codes:
        return f"mål {code} finns inte i programmet."
    if len(reason) > REASON_LENGTH:
        return f"skälet har {len(reason)} tecken. Högst {REASON_LENGTH} får plats på första sidan."
    return ""
