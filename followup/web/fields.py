"""Fields that several forms have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """Select widget for hundreds of choices, rendered at once: a template for each took most of the page's time."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        widget = context["widget"]
        choices = (
            (choice["value"], " selected" if choice["selected"] else "", choice["label"])
            for _, group, _ in widget["optgroups"]
            for choice in group
        )
        options = format_html_join("", '<option value="{}"{}>{}</option>', choices)
        return format_html('<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), options)
