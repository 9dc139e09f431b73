"""The minutes extract as PDF."""

from followup.minutes import MinutesExtract
from followup.renderers import minutes_html, pdf


def render(extract: MinutesExtract) -> bytes:
    """The PDF file. PdfUnavailable when the Pango library is missing."""
    return pdf.layout(minutes_html.render(extract))
