"""How a status is drawn, the same on every page and in every document."""

from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from followup.renderers.tokens import colours
from followup.scales import Step

register = template.Library()


@register.simple_tag
@cache
def status(step: Step) -> SafeString:
    """Symbol, word and colour together. Cached: a page shows the few steps hundreds of times."""
    # WeasyPrint's drawings do not inherit the text's colour, so the symbol names its own.
    return format_html(
        '<span class="status status-{tone}"><svg class="status-symbol" viewBox="0 0 16 16" width="16" height="16"'
        ' aria-hidden="true" focusable="false"><path fill="{colour}" fill-rule="evenodd" d="{path}"/></svg>'
        '<span class="status-word">{word}</span></span>',
        tone=step.tone,
        path=step.path,
        colour=colours()[step.tone],
        word=step.word,
    )
