"""The report as PDF by WeasyPrint: tagged, with bookmarks, hyphenated, fonts embedded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from followup.renderers import html
from followup.report import Report


class PdfUnavailable(Exception):
    """This machine lacks a library that WeasyPrint needs."""

    def __str__(self) -> str:
        return (
            "PDF kan inte skapas: biblioteket Pango saknas på servern. "
            "Installera systempaketen libpango-1.0-0, libpangoft2-1.0-0 och libharfbuzz-subset0."
        )


def is_available() -> bool:
    """Whether this machine can make a PDF at all."""
    try:
        _weasyprint()
    except PdfUnavailable:
        return False
    return True


def render(report: Report) -> bytes:
    """The PDF file. PdfUnavailable when the Pango library is missing."""
    return layout(html.render(report))


def layout(document: str) -> bytes:
    """An HTML document laid out as PDF. Nothing is fetched but the fonts, from this machine's own files."""
    weasyprint = _weasyprint()
    fetcher = weasyprint.URLFetcher(allowed_protocols={"file"})
    font_config = _font_configuration()
    fonts = weasyprint.CSS(string=font_faces(), url_fetcher=fetcher, font_config=font_config)
    pdf: bytes = weasyprint.HTML(string=document, url_fetcher=fetcher).write_pdf(
        stylesheets=[fonts], font_config=font_config, pdf_tags=True
    )
    return pdf


def font_faces() -> str:
    """The site's font stylesheet with its relative addresses made into files of the font package."""
    css = Path(html.static_path("css/fonts.css")).read_text()
    return re.sub(r'"\.\./(fonts/[^"]+)"', lambda match: f'"{Path(html.static_path(match[1])).as_uri()}"', css)


def _weasyprint() -> Any:
    # Loaded when first needed: it binds to Pango as it is imported, and the pages must work without it.
    try:
        import weasyprint
    except OSError as error:
        raise PdfUnavailable from error
    return weasyprint


def _font_configuration() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()
