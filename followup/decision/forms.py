"""The secretary's forms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from followup.decision.cases import Name
from followup.models import Decision, ProtocolNote
from followup.queue.wait_for_pdf import NoPdfError
from followup.writing.attachments import ALLOWED, FILE_TYPES, file_type_of, max_bytes, safe_name
from followup.writing.forms import Conflict, EntryForm
from organisation.fields import LineFormField, ManyRowsField, ProseFormField
from organisation.models import Unit


class ProtocolNoteForm(forms.ModelForm):
    """A note for the minutes. The hidden version reveals a save by another user since the form was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ProtocolNote
        fields = ["kind", "name", "party", "text", "attachment"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8}),
            "attachment": forms.FileInput(attrs={"accept": ",".join(FILE_TYPES)}),
        }
        labels = {"kind": "Typ"}
        help_texts = {
            "kind": "En reservation går emot beslutet. Ett särskilt yttrande för fram en åsikt utan att gå emot det.",
            "party": "Förkortat, till exempel MP.",
            "text": "Skriv texten som den ska stå i protokollet, eller bifoga den som fil.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.initial["version"] = self.instance.version
        present = f"Bifogad nu: {self.instance.file_name}. En ny fil ersätter den. " if self.instance.attachment else ""
        self.fields["attachment"].help_text = f"{present}{ALLOWED}, högst {filesizeformat(max_bytes())}."

    def compare_with(self, theirs: ProtocolNote) -> None:
        """Show the text that another user has saved meanwhile. Sent once more, the form replaces it."""
        self.add_error(
            None,
            f"Anteckningen har ändrats av någon annan sedan du öppnade den, och din text är inte sparad. Nu står där: "
            f"{theirs}. ”{theirs.text or theirs.file_name}” Spara igen för att ersätta den med din.",
        )
        self.data = {name: self.data[name] for name in self.data} | {"version": str(theirs.version)}

    def clean_attachment(self) -> Any:
        upload = self.cleaned_data["attachment"]
        if isinstance(upload, UploadedFile):
            upload.name = safe_name(upload.name or "")
            file_type_of(upload.name, upload)
        return upload


class DistributionForm(forms.Form):
    """The units that a decision is to be sent to, chosen among `units`.

    `missing_pdf` is set when the decision could not be sent because an attachment could not be made.
    """

    missing_pdf: NoPdfError | None = None

    units = ManyRowsField(
        queryset=Unit.objects.none(),
        error_messages={
            "required": "Välj minst en enhet att skicka till.",
            "invalid_choice": "En av enheterna finns inte längre. Ladda om sidan och försök igen.",
            "invalid_pk_value": "En av enheterna finns inte längre. Ladda om sidan och försök igen.",
        },
    )

    def __init__(self, units: Iterable[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])  # type: ignore[attr-defined]


class SpeakersField(ProseFormField):
    """The speakers, one on each line with the party in brackets, as in the minutes."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines()]
        return [self._name(number, line) for number, line in enumerate(lines, start=1) if line]

    def _name(self, number: int, line: str) -> Name:
        match = re.fullmatch(r"(?P<name>[^()]{1,200}?) *\((?P<party>[^()]{1,50})\)", line)
        if match is None:
            raise forms.ValidationError(f"Rad {number}: skriv namn och parti så här: Anna Andersson (S).")
        return Name(match["name"], match["party"].strip())

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name.name} ({name.party})" for name in value) if isinstance(value, list) else value


class ParagraphField(LineFormField):
    """Number of the paragraph in the minutes, with or without the sign §."""

    def to_python(self, value: Any) -> Any:
        return (super().to_python(value) or "").removeprefix("§").strip()


class DecisionForm(EntryForm):
    """The case and its decision, with fields in the order in which the secretary learns their content."""

    paragraph = ParagraphField(label="Paragraf", required=False, max_length=20, help_text="Till exempel § 24.")
    speakers = SpeakersField(
        label="Vilka yttrade sig", required=False, help_text="En på varje rad, med partiet inom parentes."
    )
    accept_number = forms.BooleanField(label="Diarienumret stämmer ändå", required=False)

    class Meta:
        model = Decision
        fields = [
            "title",
            "registration_number",
            "statement_date",
            "preparing_committee",
            "preparing_meeting_date",
            "proposal",
            "body",
            "meeting_date",
            "paragraph",
            "outcome",
            "outcome_reason",
            "decision_text",
            "summary",
            "deliberation",
            "propositions",
            "recipients",
        ]
        widgets = {
            "outcome": forms.RadioSelect,
            "proposal": forms.Textarea(attrs={"rows": 4}),
            "outcome_reason": forms.Textarea(attrs={"rows": 3}),
            "decision_text": forms.Textarea(attrs={"rows": 4}),
            "summary": forms.Textarea(attrs={"rows": 14}),
            "deliberation": forms.Textarea(attrs={"rows": 2}),
            "propositions": forms.Textarea(attrs={"rows": 3}),
        } | {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("statement_date", "preparing_meeting_date", "meeting_date")
        }
        error_messages = {
            name: {"invalid": "Skriv datumet som 2021-05-05."}
            for name in ("statement_date", "preparing_meeting_date", "meeting_date")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["speakers"] = _names(self.instance)
        self.initial["accept_number"] = self._is_deviating(self.instance.registration_number)
        self.fields["registration_number"].help_text = f"Till exempel {settings.REGISTRATION_NUMBER_EXAMPLE}."
        outcome = self.fields["outcome"]
        outcome.choices = Decision.Outcome.choices  # type: ignore[attr-defined]

    @property
    def place(self) -> str:
        return "Ärendet"

    @property
    def number_deviates(self) -> bool:
        """Whether the registration number has an unusual form, so that it must be confirmed."""
        return self._is_deviating(str(self["registration_number"].value() or "").strip())

    def _is_deviating(self, number: str) -> bool:
        return bool(number) and not re.fullmatch(settings.REGISTRATION_NUMBER_PATTERN, number)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self._is_deviating(cleaned.get("registration_number", "")) and not cleaned.get("accept_number"):
            self.add_error(
                "registration_number",
                f"Diarienumret har inte samma form som {settings.REGISTRATION_NUMBER_EXAMPLE}. Rätta det, eller"
                " kryssa i att det stämmer ändå.",
            )
        return cleaned

    def may_be_recorded(self, today: date) -> bool:
        """Whether the valid form has all that a recorded decision needs. Adds an error at each field that lacks
        something.
        """
        for name, text in self.instance.obstacles(today).items():
            self.add_error(name, text)
        return self.is_valid()

    def conflicts_with(self, stored: Decision) -> list[Conflict]:
        """Compare with the saved case, its speakers included, and return the fields that both have changed."""
        conflicts = super().conflicts_with(stored)
        mine, theirs = self.cleaned_data["speakers"], _names(stored)
        if mine == theirs:
            return conflicts
        field = self.fields["speakers"]
        mine_in_words, theirs_in_words = (str(field.prepare_value(names)) for names in (mine, theirs))
        speakers = Conflict(
            place=self.place,
            label=str(field.label),
            name=self.add_prefix("speakers"),
            mine=mine_in_words,
            theirs=theirs_in_words,
            mine_in_words=mine_in_words,
            theirs_in_words=theirs_in_words,
            is_text=True,
        )
        return [*conflicts, speakers]


def _names(decision: Decision) -> list[Name]:
    return [Name(speaker.name, speaker.party) for speaker in decision.speakers.all()]


class CancelCorrectionForm(forms.Form):
    reason = ProseFormField(
        label="Varför avbryts rättelsen?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Skälet står i historiken.",
        error_messages={"required": "Skriv varför rättelsen avbryts."},
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")


class CorrectionForm(forms.Form):
    reason = ProseFormField(
        label="Varför rättas beslutet?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Skälet visas tillsammans med det nya beslutet.",
        error_messages={"required": "Skriv varför beslutet rättas."},
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")
