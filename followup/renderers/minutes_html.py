"""The minutes extract as one HTML document that stands alone: to be read in a browser or laid out as PDF."""

from pathlib import Path

from django.template.loader import render_to_string

from followup.minutes import MinutesExtract
from followup.renderers.html import static_path

STYLESHEETS = ("css/tokens.css", "css/minutes.css")


def render(extract: MinutesExtract) -> str:
    style = "\n".join(Path(static_path(name)).read_text() for name in STYLESHEETS)
    return render_to_string("followup/minutes_extract_document.html", {"extract": extract, "style": style})
