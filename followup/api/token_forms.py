"""Form for creating an API key."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from followup.models import ApiToken
from followup.models.tokens import LONGEST


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name", "expires_on"]
        widgets = {"expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"expires_on": "Högst ett år framåt. Skapa en ny nyckel när den här går ut."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.initial.setdefault("expires_on", timezone.localdate() + LONGEST)

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if not today <= day <= today + LONGEST:
            latest = date_format(today + LONGEST, "j F Y")
            raise forms.ValidationError(f"Välj en dag från och med i dag till och med {latest}.")
        return day
