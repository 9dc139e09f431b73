"""Components that pages are put together from; everything that one shows is passed to it."""

from __future__ import annotations

from django import template
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
    address = address or (reverse(view_name, args=args) if view_name else "")
    if not address:
        return format_html('<li aria-current="page">{}</li>', content)
    return format_html('<li><a href="{}">{}</a></li>', address, content)
