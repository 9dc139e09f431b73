"""Template tags that draw a status, shared by pages and documents."""

from functools import cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from followup.documents.tools.colours import colours
from programmes.scales import Step, Symbol

register = template.Library()


@register.simple_tag
@cache
def status(step: Step, number: int | None = None) -> SafeString:
    """Return symbol, word and colour as HTML, with the word in agreement with a `number` before it.

    Cached, since a page shows the same few steps hundreds of times.
    """
    # WeasyPrint's drawings do not inherit the text's colour, so the symbol names its own.
    return format_html(
        '<span class="status status-{tone}"><svg class="status-symbol" viewBox="0 0 16 16" width="16" height="16"'
        ' aria-hidden="true" focusable="false"><path fill="{colour}" fill-rule="evenodd" d="{path}"/></svg>'
        '<span class="status-word">{word}</span></span>',
        tone=step.tone,
        path=step.path,
        colour=colours()[step.tone],
        word=_word(step, number),
    )


# SVG path to the id of its <symbol>, for pages that refer to shared symbols.
SHAPES = {symbol.path: f"symbol-{symbol.value}" for symbol in Symbol}


@register.simple_tag
@cache
def status_shapes() -> SafeString:
    """Return the shared <symbol> elements, needed once on a page that uses `brief_status`."""
    shapes = format_html_join(
        "",
        '<symbol id="{}" viewBox="0 0 16 16"><path fill="currentColor" fill-rule="evenodd" d="{}"/></symbol>',
        ((name, path) for path, name in SHAPES.items()),
    )
    return format_html('<svg class="shapes" aria-hidden="true" focusable="false">{}</svg>', shapes)


@register.simple_tag
@cache
def brief_status(step: Step, number: int | None = None) -> SafeString:
    """Return a status in a tenth of the bytes of `status`, by reference to `status_shapes`."""
    name = SHAPES.get(step.path)
    if name is None:  # a decided report may hold a symbol of an earlier version
        return status(step, number)
    return format_html(
        '<span class="status status-{}"><svg class="status-symbol" aria-hidden="true"><use href="#{}"/></svg>{}</span>',
        step.tone,
        name,
        _word(step, number),
    )


def _word(step: Step, number: int | None) -> str:
    return step.word if number is None else step.after(number)
