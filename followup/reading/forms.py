"""Forms of the reading pages: search in the register, and selection in a report."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.text import capfirst

from followup.report.report import Report
from followup.report.selection import select
from organisation.fields import LineFormField
from programmes.terms import Term


class RegisterForm(forms.Form):
    """Search among follow-ups and decisions. The address holds the search."""

    dnr = LineFormField(label="Diarienummer", max_length=50, required=False)
    year = forms.IntegerField(
        label="År",
        min_value=1990,
        max_value=2100,
        required=False,
        error_messages={"invalid": "Skriv året med fyra siffror, till exempel 2020."},
    )
    q = LineFormField(label="Ord i ärendet eller beslutet", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class SelectionForm(forms.Form):
    """A reader's selection of a report. The address holds it, for the page and the files alike.

    The choices come from the report itself: an area by its number, a unit by its name that year.
    """

    AREA, UNIT = "omrade-", "enhet-"
    SHORT = "kort"
    WITHOUT_MEASURES = "utan"

    urval = forms.ChoiceField(
        label="Visa",
        required=False,
        error_messages={"invalid_choice": "Rapporten har ingen del som heter ”%(value)s”."},
    )
    atgarder = forms.ChoiceField(
        required=False,
    )
    jamfor = forms.TypedChoiceField(
        label="Jämför med",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "Rapporten kan inte jämföras med ”%(value)s”."},
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        areas = [(f"{self.AREA}{area.number}", f"{area.number}. {area.name}") for area in report.areas]
        units = [(f"{self.UNIT}{unit}", unit) for unit in report.units]
        earlier = [year for year in report.years if year != report.year]
        of_area = [(capfirst(report.terms.area.indefinite), areas)] if report.shows_areas else []
        self._offer(
            "urval",
            [
                ("", "Hela rapporten"),
                (self.SHORT, "Kort rapport: första sidan och det som avviker"),
                *of_area,
                ("En nämnd eller ett bolag", units),
            ],
        )
        self._offer_measures(report.terms.measure)
        self._offer("jamfor", [("", "Ingen jämförelse"), *((year, f"Förändrat sedan {year}") for year in earlier)])

    def _offer_measures(self, term: Term) -> None:
        """Offer the report with or without measures, in the programme's word for them."""
        field = self.fields["atgarder"]
        field.label = capfirst(term.plural)
        self._offer("atgarder", [("", f"Med {term.plural}"), (self.WITHOUT_MEASURES, f"Utan {term.plural}")])
        refusal = f"{capfirst(term.plural)} kan visas eller utelämnas (”utan”), inte ”%(value)s”."
        field.error_messages["invalid_choice"] = refusal

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def address(self) -> str:
        """The choices as the end of an address, empty when nothing is chosen."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    def selected(self) -> Report:
        part = self.cleaned_data["urval"]
        return select(
            self.report,
            area=int(part.removeprefix(self.AREA)) if part.startswith(self.AREA) else None,
            unit=part.removeprefix(self.UNIT) if part.startswith(self.UNIT) else "",
            earlier_year=self.cleaned_data["jamfor"],
            measures=self.cleaned_data["atgarder"] != self.WITHOUT_MEASURES,
            short=part == self.SHORT,
        )
