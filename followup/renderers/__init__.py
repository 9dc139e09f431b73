"""One module a format, each with `render(report)`: the same `Report` drawn many ways."""

from collections.abc import Callable

from followup.renderers import html, pdf
from followup.report import Report

RENDERERS: dict[str, Callable[[Report], str | bytes]] = {"html": html.render, "pdf": pdf.render}
