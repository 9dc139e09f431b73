"""Forms for uploading a workbook, correcting how it was recognised, and adding facts that it lacks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from followup.intake.workbook import ALL_SHEETS
from organisation.fields import LineFormField, ProseFormField
from programmes.models import LINE_LENGTH, Programme
from programmes.sheets.mapping import NOT_READ, MappedSheet, MappedWorkbook
from programmes.sheets.readers.formats import ACCEPTED, ACCEPTED_SUFFIXES
from programmes.sheets.screening import MAX_PACKED, MEBIBYTE


class WorkbookForm(forms.Form):
    """A file, or a table pasted as text, from which a programme is to be read."""

    file = forms.FileField(
        label="Fil",
        required=False,
        help_text=f"{ACCEPTED}, högst {MAX_PACKED // MEBIBYTE} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ACCEPTED_SUFFIXES)}),
        error_messages={"empty": "Filen är tom. Välj en annan fil."},
    )
    pasted = forms.CharField(
        label="Eller klistra in en tabell",
        required=False,
        strip=False,
        help_text="Markera tabellen i Excel, Word eller på en webbsida, kopiera den och klistra in den här.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_PACKED:
            raise forms.ValidationError(f"Filen är större än {MAX_PACKED // MEBIBYTE} MB.")
        return file

    def clean(self) -> dict[str, Any]:
        """Require either a file or a pasted table."""
        has_file, has_table = bool(self.cleaned_data.get("file")), bool(self.cleaned_data.get("pasted", "").strip())
        if not has_file and not has_table and not self.errors:
            self.add_error("file", "Välj en fil först, eller klistra in en tabell.")
        if has_file and has_table:
            self.add_error("pasted", "Välj antingen en fil eller en inklistrad tabell. Töm fältet eller ta bort filen.")
        return self.cleaned_data

    @property
    def content(self) -> bytes:
        """Return the bytes of the file, or the pasted text as a text file."""
        file = self.cleaned_data["file"]
        content: bytes = file.read() if file else self.cleaned_data["pasted"].encode()
        return content

    @property
    def name(self) -> str:
        """Return the name of the file; a pasted table has none."""
        file = self.cleaned_data["file"]
        return str(file.name) if file else "Inklistrad tabell.txt"


def _year_field(label: str, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, validators=[MinValueValidator(1990), MaxValueValidator(2100)], **more
    )


class FactsForm(forms.Form):
    """ProgrammeFacts about the programme, asked for when the file has no sheet of them."""

    title = LineFormField(label="Programmets titel", max_length=200, required=False)
    slug = forms.SlugField(
        label="Kortnamn",
        max_length=80,
        required=False,
        help_text="För webbadressen. Lämna tomt för ett nytt program; ett befintligt programs kortnamn ändrar det.",
    )
    first_year = _year_field("Första år")
    last_year = _year_field("Sista år")
    overarching_goal = ProseFormField(label="Övergripande mål", max_length=LINE_LENGTH, required=False)
    state = forms.ChoiceField(
        label="Läge",
        required=False,
        choices=Programme.State.choices,
        help_text="Ett utkast ser bara de som arbetar med programmet.",
    )
    status_year = _year_field("År som status i filen gäller", help_text="Om rubrikerna inte säger vilket år.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class MappingForm(forms.Form):
    """Kind of each sheet and meaning of each column as they were recognised, for a person to correct."""

    def __init__(self, mapped: MappedWorkbook, *args: Any, **kwargs: Any) -> None:
        """Add a field for the meaning of each sheet, and of each column of the sheets that are read."""
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.sheets_by_field = [(f"s{number}", sheet) for number, sheet in enumerate(mapped.sheets)]
        for name, sheet in self.sheets_by_field:
            self.fields[name] = forms.ChoiceField(
                label="Bladet innehåller",
                required=False,
                choices=[(NOT_READ, "Läses inte"), *((spec.key, spec.title) for spec in ALL_SHEETS)],
                initial=sheet.spec.key if sheet.spec else NOT_READ,
            )
            for column in sheet.columns if sheet.spec else []:
                self.fields[f"{name}-{column.letter}"] = forms.ChoiceField(
                    label=column.label,
                    required=False,
                    choices=[("", "Läses inte"), *_column_choices(sheet)],
                    initial=column.spec.key if column.spec else "",
                )

    @property
    def groups(self) -> list[tuple[MappedSheet, forms.BoundField, list[forms.BoundField]]]:
        """Return each sheet with its own field and the fields of its columns."""
        return [
            (sheet, self[name], [self[field] for field in self.fields if field.startswith(f"{name}-")])
            for name, sheet in self.sheets_by_field
        ]

    @property
    def sheets(self) -> dict[str, str]:
        """Return the chosen keys of sheets by title, where they differ from the recognised ones."""
        return {
            sheet.title: self.cleaned_data[name]
            for name, sheet in self.sheets_by_field
            if self.cleaned_data[name] != self.fields[name].initial
        }

    @property
    def columns(self) -> dict[str, dict[str, str]]:
        """Return the chosen keys of columns by title and letter, where they differ from the recognised ones."""
        return {
            sheet.title: {
                field.removeprefix(f"{name}-"): self.cleaned_data[field]
                for field in self.fields
                if field.startswith(f"{name}-") and self.cleaned_data[field] != self.fields[field].initial
            }
            for name, sheet in self.sheets_by_field
        }


def _column_choices(sheet: MappedSheet) -> list[tuple[str, str]]:
    if sheet.spec is None:
        return []
    return list({column.key: (column.key, column.title) for column in sheet.spec.columns}.values())
