"""The form where each person chooses when e-mail is sent."""

from typing import Any

from django import forms

from organisation.models import User


class MailChoiceForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["mail_choice"]
        widgets = {"mail_choice": forms.RadioSelect}
        labels = {"mail_choice": "När vill du få e-post?"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
