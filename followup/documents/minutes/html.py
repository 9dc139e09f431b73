"""The minutes extract as one HTML document that stands alone: to be read in a browser or laid out as PDF."""

from pathlib import Path

from django.template.loader import render_to_string

from followup.documents.minutes.extract import MinutesExtract
from followup.documents.tools.static_files import static_path

STYLESHEETS = ("css/tokens.css", "css/minutes.css")


def render(extract: MinutesExtract) -> str:
    style = "\n".join(Path(static_path(name)).read_text() for name in STYLESHEETS)
    return render_to_string("followup/documents/minutes_extract_document.html", {"extract": extract, "style": style})
