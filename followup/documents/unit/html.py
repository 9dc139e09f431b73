"""A unit's year as one HTML document that stands alone: what a committee has before it, laid out as PDF."""

from django.template.loader import render_to_string

from followup.documents.report.html import style
from followup.documents.tools.wording import legible
from followup.report.unit_year import UnitYear


def render(year: UnitYear) -> str:
    context = {"year": year, "report": year.report, "style": style()}
    return legible(render_to_string("followup/documents/unit_document.html", context))
