"""The report as a JSON file."""

from followup.report.report import Report
from followup.report.serialization import to_json


def render(report: Report) -> bytes:
    # Half a surrogate pair has no UTF-8: JSON writes it with a backslash.
    return to_json(report).encode("utf-8", "backslashreplace")
