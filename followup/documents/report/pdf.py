"""Documents as PDF by WeasyPrint: PDF/UA-1 and PDF/A-3a in one file, with bookmarks, hyphenated, fonts embedded."""

from __future__ import annotations

import mimetypes
import re
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from followup.documents.report import html
from followup.documents.tools import pdf_tagging as tagging
from followup.documents.tools.garbage import collector_paused
from followup.documents.tools.static_files import static_path
from followup.documents.tools.wording import legible
from followup.report.report import Report

OWN_FILES = "static:"


class PdfUnavailableError(Exception):
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
    except PdfUnavailableError:
        return False
    return True


def render(report: Report) -> bytes:
    """Return the report as a PDF file. Raise PdfUnavailableError when the Pango library is missing."""
    return layout(html.render(report))


def layout(document: str) -> bytes:
    """Lay out an HTML document as PDF. Equal documents give equal files. Raise PdfUnavailableError as `render` does.

    The document's head gives the metadata: `lang`, `title`, and the `meta` names author, description, keywords and
    dcterms.created. Nothing is fetched but this project's own static files.
    """
    weasyprint = _weasyprint()
    fetcher = _fetcher()
    font_config = _font_configuration()
    fonts = weasyprint.CSS(string=font_faces(), url_fetcher=fetcher, font_config=font_config)
    with collector_paused() if settings.PDF_SPEED_UPS else nullcontext():
        parsed = _html()(string=legible(document), base_url=OWN_FILES, url_fetcher=fetcher)
        pdf: bytes = parsed.write_pdf(
            stylesheets=[fonts],
            font_config=font_config,
            pdf_variant="pdf/a-3a",
            finisher=lambda _document, pdf: tagging.complete(pdf, tagging.link_texts(parsed.etree_element)),
        )
    return pdf


def font_faces() -> str:
    """Return the site's font stylesheet, with the addresses of the whole fonts instead of the subsets for the web."""
    css = Path(static_path("css/fonts.css")).read_text()
    return css.replace("../", OWN_FILES).replace(".woff2", ".ttf")


def _weasyprint() -> Any:
    # Loaded when first needed: it binds to Pango as it is imported, and the pages must work without it.
    try:
        import weasyprint
    except OSError as error:
        raise PdfUnavailableError from error
    return weasyprint


@cache
def _html() -> Any:
    """Return WeasyPrint's class for HTML, changed to style no footnotes, and markers of list items alone.

    Its default stylesheet gives every element pseudo-elements for footnotes and markers. They take a third of the
    memory of a long report, and our documents have no footnotes. WeasyPrint has no public way to choose another
    default stylesheet.
    """
    from weasyprint import CSS
    from weasyprint.css.counters import CounterStyle
    from weasyprint.html import UA

    default_rules = UA.splitlines()
    rules = [rule for rule in default_rules if not rule.startswith(("::footnote-", "::note-"))]
    without_footnotes = re.sub("^::marker", "li::marker", "\n".join(rules), flags=re.MULTILINE)
    stylesheet = CSS(string=without_footnotes, counter_style=CounterStyle())

    class WithoutNotes(_html_class()):  # type: ignore[misc]
        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [stylesheet]

    return WithoutNotes


def _html_class() -> Any:
    if settings.PDF_SPEED_UPS:
        from followup.documents.tools import pdf_speed

        pdf_speed.install()
        return pdf_speed.ParsedByLxml

    from weasyprint import HTML

    return HTML


def _font_configuration() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def _fetcher() -> Any:
    """Return the object that fetches files for WeasyPrint: our static files by name, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if not url.startswith(OWN_FILES):
                raise ValueError("only the project's own static files are fetched")
            name = url.removeprefix(OWN_FILES)
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, Path(static_path(name)).read_bytes(), {"Content-Type": kind})

    return OwnFiles()
