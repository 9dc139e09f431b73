"""A unit's year as one HTML document that stands alone: what a committee has before it, laid out as PDF."""

from django.template.loader import render_to_string

from followup.renderers.html import style
from followup.renderers.text import legible
from followup.unit_year import UnitYear


def render(year: UnitYear) -> str:
    return legible(
        render_to_string("followup/unit_document.html", {"year": year, "report": year.report, "style": style()})
    )
