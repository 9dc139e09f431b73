"""Finding a key figure in Kolada, and linking an indicator to it."""

from __future__ import annotations

from typing import Any

from django import forms

from organisation.fields import LineFormField
from programmes.models import Indicator


class SearchForm(forms.Form):
    q = LineFormField(
        label="Ord i nyckeltalets rubrik", min_length=3, max_length=100, help_text="Till exempel trygghet."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class LinkForm(forms.ModelForm):
    """An empty id takes the link away; a missing one is no answer."""

    class Meta:
        model = Indicator
        fields = ["kpi"]

    def clean(self) -> None:
        if "kpi" not in self.data:
            self.add_error("kpi", "Välj ett nyckeltal.")
