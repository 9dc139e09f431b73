"""The minutes extract as PDF."""

from followup.documents.minutes import html as minutes_html
from followup.documents.minutes.extract import MinutesExtract
from followup.documents.report import pdf


def render(extract: MinutesExtract) -> bytes:
    """Return the minutes extract as a PDF file. Raise PdfUnavailableError when the Pango library is missing."""
    return pdf.layout(minutes_html.render(extract))
