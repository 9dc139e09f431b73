"""The report as one HTML document that stands alone: to be sent, archived, or laid out as PDF."""

from pathlib import Path

from django.template.loader import render_to_string

from followup.documents.tools.static_files import static_path
from followup.documents.tools.wording import legible
from followup.report.report import Report

STYLESHEETS = ("css/tokens.css", "css/report.css", "css/document.css")


def render(report: Report) -> str:
    """A document with its style within: a file has no server to fetch stylesheets from."""
    return legible(render_to_string("followup/documents/report_document.html", {"report": report, "style": style()}))


def style() -> str:
    return "\n".join(Path(static_path(name)).read_text() for name in STYLESHEETS)
