"""One module a format, each with `render(report)`: the same `Report` drawn many ways."""

from followup.renderers import html, pdf

RENDERERS = {"html": html.render, "pdf": pdf.render}
