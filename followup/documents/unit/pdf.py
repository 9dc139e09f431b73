"""A unit's year as PDF."""

from followup.documents.report import pdf
from followup.documents.unit import html as unit_html
from followup.report.unit_year import UnitYear


def render(year: UnitYear) -> bytes:
    """Return the unit's year as a PDF file. Raise PdfUnavailableError when the Pango library is missing."""
    return pdf.layout(unit_html.render(year))
