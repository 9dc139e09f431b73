"""The file formats of a report. Each has a module with `render(report)`, which draws the same `Report`."""

from collections.abc import Callable
from dataclasses import dataclass

from followup.documents.report import csv, docx, html, json, pdf, xlsx
from followup.report.report import Report

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Format:
    """A kind of file: its name and purpose as users read them, its content type and its renderer.

    The purpose may have "{goals}" and "{measures}" in it, in place of the programme's words.
    """

    name: str
    purpose: str
    content_type: str
    render: Callable[[Report], str | bytes]


# By file suffix, in the order in which pages list them.
FORMATS = {
    "pdf": Format("PDF", "för att läsa, skriva ut och arkivera", "application/pdf", pdf.render),
    "docx": Format("Word", "för att arbeta vidare med och klistra in i ärendehanteringen", DOCX, docx.render),
    "xlsx": Format("Excel", "för att sortera, filtrera och räkna i", XLSX, xlsx.render),
    "csv": Format(
        "CSV", "alla {goals} och {measures} som en tabell, för andra program", "text/csv; charset=utf-8", csv.render
    ),
    "json": Format("JSON", "öppna data för system", "application/json", json.render),
    "html": Format("HTML", "hela rapporten som en enda fil att läsa utan nät", "text/html; charset=utf-8", html.render),
}
