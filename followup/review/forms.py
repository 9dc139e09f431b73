"""Forms of the reviewer's texts, and of comments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst

from followup.models import AreaEntry, Comment, FollowUp, GuidelineEntry
from followup.report.reasons import faults_of_reasons
from followup.writing.forms import EntryForm
from programmes.models import SubGoal


class AreaEntryForm(EntryForm):
    class Meta:
        model = AreaEntry
        fields = ["assessment", "forecast", "summary"]
        widgets = {
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "summary": forms.Textarea(attrs={"rows": 12}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = self.instance.term.short.definite
        self.fields["summary"].help_text = f"Inleder kapitlet om {area} i rapporten."

    @property
    def place(self) -> str:
        return capfirst(self.instance.name)


class GuidelineEntryForm(EntryForm):
    class Meta:
        model = GuidelineEntry
        fields = ["assessment", "comment"]
        widgets = {"assessment": forms.RadioSelect, "comment": forms.Textarea(attrs={"rows": 12})}

    @property
    def place(self) -> str:
        return f"Riktlinje {self.instance.guideline.number}"


class YearForm(EntryForm):
    """Texts and judgements of the year as a whole, in the order of the report."""

    class Meta:
        model = FollowUp
        fields = [
            "summary",
            "assessment",
            "forecast",
            "assessment_comment",
            "circumstances",
            "perspectives",
            "looking_ahead",
            "judgement_sentence",
            "forecast_sentence",
            "deviation_reasons",
            "report_date",
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 10}),
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "assessment_comment": forms.Textarea(attrs={"rows": 8}),
            "circumstances": forms.Textarea(attrs={"rows": 8}),
            "perspectives": forms.Textarea(attrs={"rows": 8}),
            "looking_ahead": forms.Textarea(attrs={"rows": 8}),
            "deviation_reasons": forms.Textarea(attrs={"rows": 7}),
            "report_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"report_date": "Dagen som rapporten och tjänsteutlåtandet dateras."}
        error_messages = {"report_date": {"invalid": "Skriv datumet som 2022-02-17."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goal = self.instance.terms.goal
        self.fields[
            "forecast_sentence"
        ].help_text = f"Tomt betyder en mening om hur många {goal.plural} som väntas nås."
        self.fields["deviation_reasons"].help_text = (
            f"Varför {goal.plural} avviker: en rad för varje {goal.singular}, med {goal.genitive} nummer först. "
            f"Högst 90 tecken för varje skäl. För {goal.plural} utan egen rad används kommentarens första mening."
        )

    def clean_deviation_reasons(self) -> str:
        """Refuse lines that belong to no goal of the programme, or that are too long for the first page."""
        text: str = self.cleaned_data["deviation_reasons"]
        goals = SubGoal.objects.filter(area__programme=self.instance.programme).select_related("area") if text else ()
        faults = faults_of_reasons(text, {goal.code for goal in goals}, self.instance.terms.goal)
        if faults:
            raise forms.ValidationError(faults)
        return text

    @property
    def place(self) -> str:
        return f"Uppföljningen {self.instance.year}"


class CommentForm(forms.ModelForm):
    class Meta:
        model = Comment
        fields = ["comment"]
        labels = {"comment": "Ny kommentar"}
        help_texts = {"comment": "Läses av enheten och granskarna, och kan inte ändras efteråt."}
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"comment": {"required": "Skriv något innan du skickar."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
