"""Handing over a workbook, and saying what it does not say itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from followup.intake.workbook import ALL_SHEETS
from organisation.fields import LineFormField, ProseFormField
from programmes.models import LINE_LENGTH, Programme
from programmes.sheets.screening import MAX_PACKED, MEBIBYTE
from programmes.sheets.tables import NOT_READ, Table, Tables


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label="Arbetsbok",
        help_text=f"En Excel-fil (.xlsx) på högst {MAX_PACKED // MEBIBYTE} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": "Välj en fil först.", "empty": "Filen är tom. Välj en annan fil."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(".xlsx"):
            raise forms.ValidationError(
                "Filen är inte en Excel-arbetsbok (.xlsx). Öppna den i Excel eller LibreOffice, välj Spara som och "
                "formatet Excel-arbetsbok."
            )
        if file.size > MAX_PACKED:
            raise forms.ValidationError(f"Filen är större än {MAX_PACKED // MEBIBYTE} MB.")
        return file


def _year(label: str, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, validators=[MinValueValidator(1990), MaxValueValidator(2100)], **more
    )


class FactsForm(forms.Form):
    """What is asked of the programme where the file has no sheet for it."""

    title = LineFormField(label="Programmets titel", max_length=200, required=False)
    slug = forms.SlugField(
        label="Kortnamn",
        max_length=80,
        required=False,
        help_text="För webbadressen. Lämna tomt för ett nytt program; ett befintligt programs kortnamn ändrar det.",
    )
    first_year = _year("Första år")
    last_year = _year("Sista år")
    overarching_goal = ProseFormField(label="Övergripande mål", max_length=LINE_LENGTH, required=False)
    state = forms.ChoiceField(
        label="Läge",
        required=False,
        choices=Programme.State.choices,
        help_text="Ett utkast ser bara de som arbetar med programmet.",
    )
    status_year = _year("År som status i filen gäller", help_text="Om rubrikerna inte säger vilket år.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class MeaningsForm(forms.Form):
    """What each sheet and column holds, as it was understood; a person may say otherwise."""

    def __init__(self, tables: Tables, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.tables = [(f"s{number}", table) for number, table in enumerate(tables.tables)]
        for name, table in self.tables:
            self.fields[name] = forms.ChoiceField(
                label="Bladet innehåller",
                required=False,
                choices=[(NOT_READ, "Läses inte"), *((s.key, s.title) for s in ALL_SHEETS)],
                initial=table.sheet.key if table.sheet else NOT_READ,
            )
            for meaning in table.meanings if table.sheet else []:
                self.fields[f"{name}-{meaning.letter}"] = forms.ChoiceField(
                    label=meaning.place,
                    required=False,
                    choices=[("", "Läses inte"), *_columns(table)],
                    initial=meaning.column.key if meaning.column else "",
                )

    @property
    def groups(self) -> list[tuple[Table, forms.BoundField, list[forms.BoundField]]]:
        """Each sheet with the field that says what it is, and those of its columns."""
        return [
            (table, self[name], [self[field] for field in self.fields if field.startswith(f"{name}-")])
            for name, table in self.tables
        ]

    @property
    def sheets(self) -> dict[str, str]:
        """What was said of sheets, where it is not what was understood."""
        return {
            table.title: self.cleaned_data[name]
            for name, table in self.tables
            if self.cleaned_data[name] != self.fields[name].initial
        }

    @property
    def columns(self) -> dict[str, dict[str, str]]:
        return {
            table.title: {
                field.removeprefix(f"{name}-"): self.cleaned_data[field]
                for field in self.fields
                if field.startswith(f"{name}-") and self.cleaned_data[field] != self.fields[field].initial
            }
            for name, table in self.tables
        }


def _columns(table: Table) -> list[tuple[str, str]]:
    if table.sheet is None:
        return []
    return list({column.key: (column.key, column.title) for column in table.sheet.columns}.values())
