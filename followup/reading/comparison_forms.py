"""Forms that choose the years or programmes to compare. The address holds the choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from programmes.models import Programme


class YearsForm(forms.Form):
    """Two years of a programme. Without a valid choice, the two latest."""

    fran = forms.TypedChoiceField(label="År", coerce=int, required=False, empty_value=None)
    till = forms.TypedChoiceField(label="Jämfört med", coerce=int, required=False, empty_value=None)

    def __init__(self, data: dict[str, str], years: Sequence[int]) -> None:
        self.latest = dict(zip(("fran", "till"), years[-2:], strict=True))
        super().__init__({name: data.get(name) or year for name, year in self.latest.items()})
        self.label_suffix = ""
        for field in self.fields.values():
            field.choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
            field.error_messages["invalid_choice"] = "Programmet har ingen uppföljning för ”%(value)s”."

    @property
    def years(self) -> tuple[int, int]:
        """Return the chosen years, the earlier one first."""
        self.is_valid()
        earlier, later = sorted(self.cleaned_data.get(name) or year for name, year in self.latest.items())
        return earlier, later


class ProgrammeForm(forms.Form):
    """Choice of another programme to compare with."""

    med = forms.ChoiceField(
        label="Jämför med",
        required=False,
        error_messages={"invalid_choice": "Det finns inget sådant program att jämföra med."},
    )

    def __init__(self, data: Any, programmes: Iterable[Programme]) -> None:
        super().__init__(data)
        self.label_suffix = ""
        choices = [(programme.slug, _name_with_period(programme)) for programme in programmes]
        self.fields["med"].choices = [("", "Välj ett program"), *choices]  # type: ignore[attr-defined]

    @property
    def slug(self) -> str:
        return str(self.cleaned_data.get("med", "")) if self.is_valid() else ""


def _name_with_period(programme: Programme) -> str:
    """Return the name with the period, which the name of a programme with a namesake has already."""
    name = programme.distinct_name
    return f"{name} ({programme.period})" if name == programme.title else name
