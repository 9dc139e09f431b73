"""The report as one HTML document that stands alone: to be sent, archived, or laid out as PDF."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from followup.renderers.text import legible
from followup.report import Report

STYLESHEETS = ("css/tokens.css", "css/report.css", "css/document.css")


def render(report: Report) -> str:
    """A document with its style within: a file has no server to fetch stylesheets from."""
    return legible(render_to_string("followup/report_document.html", {"report": report, "style": style()}))


def style() -> str:
    return "\n".join(Path(static_path(name)).read_text() for name in STYLESHEETS)


def static_path(name: str) -> str:
    """Where a static file lies on this machine. FileNotFoundError when no app or package has it."""
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return str(path)
