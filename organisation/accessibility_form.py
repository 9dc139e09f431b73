"""Form of the accessibility statement."""

from __future__ import annotations

from typing import Any

from django import forms

from organisation.models import AccessibilityStatement

DATES = ("published_on", "assessed_on", "updated_on")


class AccessibilityForm(forms.ModelForm):
    complaint_url = forms.URLField(label="Adress för anmälan till tillsynsmyndigheten", assume_scheme="https")

    class Meta:
        model = AccessibilityStatement
        fields = "__all__"  # noqa: DJ007 every field is printed in the statement
        widgets = {name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in DATES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
