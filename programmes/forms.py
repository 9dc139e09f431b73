"""Form widgets shared by the admin and the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats

from programmes.models import without_padding


class FigureInput(forms.TextInput):
    """Input for a localised decimal field.

    Accepts figures as people write or copy them: decimal comma, spaces between thousands, typographic minus.
    """

    def __init__(self, attrs: Any = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value and "".join(value.split()).replace("−", "-")

    def format_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            value = without_padding(value)
        return formats.localize_input(value) if value not in ("", None) else value
