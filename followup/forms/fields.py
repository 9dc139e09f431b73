"""Fields that several forms have in common."""

from __future__ import annotations

from typing import Any

from django import forms


class TextArea(forms.Textarea):
    """A browser sends the lines of a text apart by CRLF from a form and by LF from a script: one text all the same."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value and value.replace("\r\n", "\n")
