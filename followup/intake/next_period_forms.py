"""Form for the programme of the next period, and the items that continue in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst

from organisation.fields import ManyRowsField
from programmes.models import Guideline, Indicator, Measure, Programme, SubGoal
from programmes.succession import Continuing

# Primary keys as text, by the name of the field.
ChosenKeys = dict[str, set[str]]


class NextPeriodForm(forms.ModelForm):
    """Facts of the new programme, and a choice among the items of the old one. All are chosen at first."""

    goals = ManyRowsField(SubGoal.objects.none())
    measures = ManyRowsField(Measure.objects.none(), required=False)
    indicators = ManyRowsField(Indicator.objects.none(), label="Indikatorer", required=False)
    guidelines = ManyRowsField(Guideline.objects.none(), label="Riktlinjer", required=False)

    class Meta:
        model = Programme
        fields = ["title", "slug", "first_year", "last_year", "overarching_goal"]
        widgets = {"overarching_goal": forms.Textarea(attrs={"rows": 2})}
        labels = {"title": "Titel"}

    CHOICES = ("goals", "measures", "indicators", "guidelines")

    def __init__(self, programme: Programme, data: Any = None) -> None:
        """Propose a period of the same length after that of `programme`, and offer its items to go on with."""
        initial = {
            "first_year": programme.last_year + 1,
            "last_year": programme.last_year + len(programme.years),
            "overarching_goal": programme.overarching_goal,
        }
        super().__init__(data, initial=initial)
        self.label_suffix = ""
        self.programme = programme
        items_to_choose = {
            "goals": SubGoal.objects.filter(area__programme=programme),
            "measures": Measure.objects.filter(sub_goal__area__programme=programme),
            "indicators": Indicator.objects.filter(sub_goal__area__programme=programme),
            "guidelines": Guideline.objects.filter(programme=programme),
        }
        for name, rows in items_to_choose.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        terms = programme.terms
        required = f"Välj minst {terms.goal.indefinite} som går vidare."
        self.fields["goals"].error_messages["required"] = required
        self.fields["overarching_goal"].label = capfirst(terms.overarching_goal.singular)

    def clean_first_year(self) -> int:
        year: int = self.cleaned_data["first_year"]
        if year <= self.programme.first_year:
            raise forms.ValidationError(f"Nästa period börjar efter {self.programme.first_year}.")
        return year

    @property
    def facts(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    @property
    def chosen_keys(self) -> ChosenKeys | None:
        """Return the submitted primary keys by field; None before the form is submitted."""
        if not self.is_bound:
            return None
        return {name: set(self.data.getlist(name)) for name in self.CHOICES}  # type: ignore[attr-defined]

    @property
    def continuing(self) -> Continuing:
        return Continuing(**{name: [row.pk for row in self.cleaned_data[name]] for name in self.CHOICES})
