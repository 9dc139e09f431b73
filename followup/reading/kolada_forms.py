"""Forms that find a key figure in Kolada and link an indicator to it."""

from __future__ import annotations

from typing import Any

from django import forms

from organisation.fields import LineFormField
from programmes.models import Indicator


class KeyFigureSearchForm(forms.Form):
    q = LineFormField(
        label="Ord i nyckeltalets rubrik", min_length=3, max_length=100, help_text="Till exempel trygghet."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class KeyFigureLinkForm(forms.ModelForm):
    """Link to a key figure. An empty id removes the link; a missing id is an error."""

    class Meta:
        model = Indicator
        fields = ["kpi"]

    def clean(self) -> None:
        if "kpi" not in self.data:
            self.add_error("kpi", "Välj ett nyckeltal.")
