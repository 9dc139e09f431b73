"""Components that pages are put together from; everything that one shows is passed to it."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def breadcrumbs(content: SafeString) -> SafeString:
    """Trail of links from the first page of the section to the current page; contains only `crumb` tags."""
    return format_html('<nav class="breadcrumbs" aria-label="Länkstig"><ol>{}</ol></nav>', content)


@register.simple_block_tag
def crumb(content: SafeString, view_name: str = "", *args: object, address: str = "") -> SafeString:
    """Link to the page at `address`, or at the address of `view_name`; the current page when neither is given."""
    text = SafeString(content.strip())
    address = address or (reverse(view_name, args=args) if view_name else "")
    if not address:
        return format_html('<li aria-current="page">{}</li>', text)
    return format_html('<li><a href="{}">{}</a></li>', address, text)


@register.simple_block_tag
def empty_state(content: SafeString, title: str, address: str = "", action: str = "") -> str:
    """Text shown in place of an empty list, with a link to the page that fills it when `action` is given."""
    context = {"title": title, "content": content, "address": address, "action": action}
    return render_to_string("components/empty_state.html", context)


@register.inclusion_tag("components/error_summary.html")
def error_summary(heading: str, errors: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Errors of a page, each with the id of its field, in focus when the page opens."""
    return {"heading": heading, "errors": errors}


@register.simple_block_tag
def notice(content: SafeString, tone: str = "", heading: str = "", role: str = "") -> str:
    """Framed text. `tone` is error, warning, success or example; with a heading the content is in paragraphs."""
    context = {"content": SafeString(content.strip()), "tone": tone, "heading": heading, "role": role}
    return render_to_string("components/notice.html", context)
