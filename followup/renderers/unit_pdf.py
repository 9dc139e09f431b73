"""A unit's year as PDF."""

from followup.renderers import pdf, unit_html
from followup.unit_year import UnitYear


def render(year: UnitYear) -> bytes:
    """The PDF file. PdfUnavailable when the Pango library is missing."""
    return pdf.layout(unit_html.render(year))
