"""Forms for marking a text as secret and for removing the mark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from followup.models import Withholding
from followup.publication.withholding import WithholdableText
from organisation.fields import LineFormField
from programmes.models import LINE_LENGTH


class WithholdingForm(forms.ModelForm):
    place = forms.ChoiceField(label="Det som inte får publiceras")

    class Meta:
        model = Withholding
        fields = ["place", "ground", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, offered: Iterable[WithholdableText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.about = {text.key: text.about for text in offered}
        self.fields["place"].choices = [("", "Välj"), *self.about.items()]  # type: ignore[attr-defined]

    def clean_place(self) -> str:
        place: str = self.cleaned_data["place"]
        self.instance.place, self.instance.about = place, self.about[place]
        if Withholding.objects.filter(follow_up=self.instance.follow_up, place=place).exists():
            raise forms.ValidationError("Texten är redan märkt.")
        return place


class PublishAgainForm(forms.Form):
    reason = LineFormField(label="Skäl till att märkningen tas bort", max_length=LINE_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
