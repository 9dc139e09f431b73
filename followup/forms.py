"""The forms that texts are written in. An answer may be left for later: what is missing is said, not refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat

from followup.attachments import ALLOWED, KINDS, kind_of, max_bytes, safe_name
from followup.decision import Name
from followup.models import (
    Answer,
    AreaEntry,
    Comment,
    Decision,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    ProtocolNote,
    SubGoalEntry,
)
from followup.permissions import can_report, can_write
from followup.report import Report
from followup.selection import select
from followup.textdiff import Piece, differences
from organisation.history import in_words
from organisation.models import Unit, User


class TextArea(forms.Textarea):
    """A browser sends the lines of a text apart by CRLF from a form and by LF from a script: one text all the same."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value and value.replace("\r\n", "\n")


class EntryForm(forms.ModelForm):
    """A form of a year or an entry. Carries the version fetched, so that a save on top of another's is noticed."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.initial["version"] = self.instance.version
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "Ej ifyllt"), *list(field.choices)[1:]]  # type: ignore[arg-type]

    @property
    def place(self) -> str:
        """Where on the page the form stands, for error texts."""
        raise NotImplementedError

    @property
    def is_rewritten(self) -> bool:
        """Whether what was sent differs from what is stored; a version that has grown old is no difference."""
        return any(name != "version" for name in self.changed_data)

    def conflicts_with(self, stored: Any) -> list[Conflict]:
        """The fields of a valid form whose answers differ from those of `stored`."""
        return [self._conflict(name, stored) for name in self._meta.fields or () if self._differs(name, stored)]

    def _differs(self, name: str, stored: Any) -> bool:
        return bool(self.cleaned_data[name] != getattr(stored, name))

    def _conflict(self, name: str, stored: Any) -> Conflict:
        field = stored._meta.get_field(name)
        mine, theirs = self.cleaned_data[name], getattr(stored, name)
        return Conflict(
            place=self.place,
            label=str(self[name].label),
            name=self.add_prefix(name),
            mine=_as_sent(mine),
            theirs=_as_sent(theirs),
            mine_in_words=in_words(field, mine),
            theirs_in_words=in_words(field, theirs),
            is_text=isinstance(field, models.TextField),
        )


def _as_sent(value: Any) -> str:
    """As a form field would send it."""
    return "" if value is None else str(value)


class SubGoalEntryForm(EntryForm):
    class Meta:
        model = SubGoalEntry
        fields = ["assessment", "forecast", "comment"]
        widgets = {
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "comment": TextArea(attrs={"rows": 8}),
        }
        help_texts = {"comment": "Vad har hänt under året, och varför bedömer ni så?"}

    @property
    def place(self) -> str:
        return f"Mål {self.instance.sub_goal.code}"


class MeasureEntryForm(EntryForm):
    class Meta:
        model = MeasureEntry
        fields = ["progress", "done", "stop_reason"]
        widgets = {
            "done": TextArea(attrs={"rows": 3}),
            "stop_reason": TextArea(attrs={"rows": 2}),
        }

    @property
    def place(self) -> str:
        return f"Åtgärd {self.instance.measure.code}"


def answer_form(answer: Answer, data: Any) -> EntryForm:
    """The form of an answer as it stands on the entry page."""
    if isinstance(answer, MeasureEntry):
        return MeasureEntryForm(data, instance=answer, prefix=f"measure-{answer.pk}")
    return SubGoalEntryForm(data, instance=answer, prefix="goal")


def first_missing_field(answer: Answer) -> str:
    """The id of the first field on the entry page that `answer` still lacks."""
    if isinstance(answer, MeasureEntry):
        return f"id_measure-{answer.pk}-progress"
    field = next(name for name in ("assessment", "forecast", "comment") if not getattr(answer, name).strip())
    return "id_goal-comment" if field == "comment" else f"id_goal-{field}_0"


def started_from_last_year(
    data: QueryDict,
    measures: Iterable[MeasureEntry],
    last_goal: SubGoalEntry | None,
    last_measures: Mapping[int, MeasureEntry],
) -> QueryDict:
    """What the entry page sent, with last year's words wherever no words of this year stand.

    Only running text is brought over: a judgement is made anew every year, and why a measure was stopped belongs to it.
    """
    result = data.copy()
    last: list[tuple[str, str]] = [("goal-comment", last_goal.comment)] if last_goal else []
    last += [
        (f"measure-{measure.pk}-done", last_measures[measure.measure_id].done)
        for measure in measures
        if measure.measure_id in last_measures
    ]
    for name, text in last:
        if not result.get(name, "").strip():
            result[name] = text
    return result


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else has saved with another answer while this form was open."""

    place: str
    label: str
    name: str
    mine: str
    theirs: str
    mine_in_words: str
    theirs_in_words: str
    is_text: bool

    @property
    def pieces(self) -> list[Piece]:
        return differences(self.theirs, self.mine)


@dataclass(frozen=True)
class Unsaved:
    """A text that was sent for an answer that can no longer be written."""

    place: str
    state: str
    text: str


def settled(data: QueryDict) -> QueryDict:
    """What a form sent, with the saved answer wherever the conflict page's choice was that."""
    result = data.copy()
    for key, pick in data.items():
        name = key.removeprefix("pick-")
        if name != key and pick == "theirs":
            result[name] = data.get(f"theirs-{name}", "")
    return result


class AttachmentForm(forms.Form):
    """Asks for a file; `attachments.attach` judges it."""

    file = forms.FileField(
        label="Fil att bifoga",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(KINDS)}),
        error_messages={"required": "Välj en fil att bifoga."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["file"].help_text = f"{ALLOWED}, högst {filesizeformat(max_bytes())}."


class PageForms:
    """The forms of one page, which are checked and saved together."""

    def __init__(self, forms: Sequence[EntryForm]) -> None:
        self.all = forms

    def are_valid(self) -> bool:
        """Every form is checked, so that all errors are shown at once."""
        return not [form for form in self.all if not form.is_valid()]

    def conflicts(self) -> list[Conflict]:
        """Where the answers sent differ from those that somebody else has saved meanwhile."""
        return [
            conflict
            for form in self.all
            for stored in [type(form.instance)._default_manager.get(pk=form.instance.pk)]
            if stored.version != form.cleaned_data["version"]
            for conflict in form.conflicts_with(stored)
        ]

    def unchanged(self) -> list[tuple[str, str]]:
        """All that was sent but the conflicts, by name, with the versions as they now are."""
        in_conflict = {conflict.name for conflict in self.conflicts()}
        sent = {form.add_prefix(name): form.cleaned_data[name] for form in self.all for name in form.fields}
        for form in self.all:
            current = type(form.instance)._default_manager.values_list("version", flat=True)
            sent[form.add_prefix("version")] = current.get(pk=form.instance.pk)
        return [(name, _as_sent(value)) for name, value in sent.items() if name not in in_conflict]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each error with the id of its field, for the summary at the top of the page."""
        return [
            (
                # Radio buttons have no label in common: the first one is led to.
                (form[name].id_for_label or f"{form[name].auto_id}_0") if name in form.fields else "",
                f"{form.place}, {form[name].label.lower()}: {text}",
            )
            for form in self.all
            for name, texts in form.errors.items()
            for text in texts
        ]


@dataclass(frozen=True)
class MeasureAnswer:
    """A measure on the entry page: with a form where this user may write it, else to read."""

    entry: MeasureEntry
    form: EntryForm | None
    last_year: MeasureEntry | None


class AnswerForms(PageForms):
    """The forms of one entry page: the goal's own and its measures', as far as `user` may write them."""

    def __init__(
        self,
        user: User,
        entry: SubGoalEntry,
        measures: Collection[MeasureEntry],
        last_year: Mapping[int, MeasureEntry],
        data: Any,
    ) -> None:
        self.locked = [
            (answer, prefix)
            for answer, prefix in [
                (entry, "goal"),
                *((measure, f"measure-{measure.pk}") for measure in measures),
            ]
            if can_report(user, answer) and not answer.is_writable
        ]
        self.goal = answer_form(entry, data) if can_write(user, entry) else None
        self.measures = [
            MeasureAnswer(
                measure,
                answer_form(measure, data) if can_write(user, measure) else None,
                last_year.get(measure.measure_id),
            )
            for measure in measures
        ]
        super().__init__([form for form in (self.goal, *(answer.form for answer in self.measures)) if form])

    @property
    def lack_words(self) -> bool:
        """Whether any of the fields that last year's words could be brought into is empty."""
        return any(not form[name].value() for form in self.all for name in ("comment", "done") if name in form.fields)

    def unsaved(self, data: Mapping[str, str]) -> list[Unsaved]:
        """Texts sent for answers of this user's that were handed in, or approved, since the page was fetched."""
        texts = []
        for answer, prefix in self.locked:
            for field in ("comment", "done", "stop_reason"):
                text = data.get(f"{prefix}-{field}", "").strip().replace("\r\n", "\n")
                if text and text != getattr(answer, field):
                    texts.append(Unsaved(f"{answer.item.code}", answer.get_state_display().lower(), text))
        return texts


class AreaEntryForm(EntryForm):
    class Meta:
        model = AreaEntry
        fields = ["assessment", "forecast", "summary"]
        widgets = {
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "summary": TextArea(attrs={"rows": 12}),
        }
        help_texts = {"summary": "Inleder kapitlet om området i rapporten."}

    @property
    def place(self) -> str:
        return f"Område {self.instance.area.number}"


class GuidelineEntryForm(EntryForm):
    class Meta:
        model = GuidelineEntry
        fields = ["assessment", "comment"]
        widgets = {"assessment": forms.RadioSelect, "comment": TextArea(attrs={"rows": 12})}

    @property
    def place(self) -> str:
        return f"Riktlinje {self.instance.guideline.number}"


class YearForm(EntryForm):
    """What the reviewer writes of the year as a whole, in the order of the report."""

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
            "report_date",
        ]
        widgets = {
            "summary": TextArea(attrs={"rows": 10}),
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "assessment_comment": TextArea(attrs={"rows": 8}),
            "circumstances": TextArea(attrs={"rows": 8}),
            "perspectives": TextArea(attrs={"rows": 8}),
            "looking_ahead": TextArea(attrs={"rows": 8}),
            "report_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"report_date": "Dagen som rapporten och tjänsteutlåtandet dateras."}
        error_messages = {"report_date": {"invalid": "Skriv datumet som 2022-02-17."}}

    @property
    def place(self) -> str:
        return f"Uppföljningen {self.instance.year}"


@dataclass(frozen=True)
class FieldBesideLast:
    """A field of a form, and what was answered there last year."""

    field: forms.BoundField
    last: str
    last_is_example: bool


def beside_last(form: EntryForm, last: Any) -> list[FieldBesideLast]:
    """The form's fields beside the answers of `last`, the same thing a year ago; None where it was not there."""
    return [
        FieldBesideLast(
            form[name],
            in_words(last._meta.get_field(name), getattr(last, name)) if last and getattr(last, name) else "",
            bool(last and last.is_example),
        )
        for name in form._meta.fields or ()
    ]


def texts_sent(form: EntryForm, data: Mapping[str, str]) -> list[Unsaved]:
    """The texts in `data` that differ from what is stored, when the form's year takes them no longer."""
    year = form.instance if isinstance(form.instance, FollowUp) else form.instance.follow_up
    return [
        Unsaved(f"{form.place}, {form[name].label.lower()}", year.get_state_display().lower(), text)
        for name in form._meta.fields or ()
        if isinstance(form.instance._meta.get_field(name), models.TextField)
        for text in [data.get(name, "").strip().replace("\r\n", "\n")]
        if text and text != getattr(form.instance, name)
    ]


class ProtocolNoteForm(forms.ModelForm):
    class Meta:
        model = ProtocolNote
        fields = ["kind", "name", "party", "text", "attachment"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8}),
            "attachment": forms.FileInput(attrs={"accept": ",".join(KINDS)}),
        }
        help_texts = {
            "kind": "En reservation går emot beslutet. Ett särskilt yttrande för fram en åsikt utan att gå emot det.",
            "party": "Förkortat, till exempel MP.",
            "text": "Skriv texten som den ska stå i protokollet, eller bifoga den som fil.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        present = f"Bifogad nu: {self.instance.file_name}. En ny fil ersätter den. " if self.instance.attachment else ""
        self.fields["attachment"].help_text = f"{present}{ALLOWED}, högst {filesizeformat(max_bytes())}."

    def clean_attachment(self) -> Any:
        upload = self.cleaned_data["attachment"]
        if isinstance(upload, UploadedFile):
            upload.name = safe_name(upload.name or "")
            kind_of(upload.name, upload)
        return upload


class DistributionForm(forms.Form):
    """The units that a decision is to be sent to, chosen among `units`."""

    units = forms.ModelMultipleChoiceField(
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


class RegisterForm(forms.Form):
    """What to look for among follow-ups and decisions; the address carries it."""

    dnr = forms.CharField(label="Diarienummer", max_length=50, required=False)
    year = forms.IntegerField(
        label="År",
        min_value=1990,
        max_value=2100,
        required=False,
        error_messages={"invalid": "Skriv året med fyra siffror, till exempel 2020."},
    )
    q = forms.CharField(label="Ord i ärendet eller beslutet", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


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


class MailChoiceForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["mail_choice"]
        widgets = {"mail_choice": forms.RadioSelect}
        labels = {"mail_choice": "När vill du ha brev?"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class SpeakersField(forms.CharField):
    """Who spoke, one a line with the party in brackets, as the minutes have it."""

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


class ParagraphField(forms.CharField):
    """The number of a paragraph, written with or without its sign."""

    def to_python(self, value: Any) -> Any:
        return (super().to_python(value) or "").removeprefix("§").strip()


class DecisionForm(EntryForm):
    """The case and what the board did with it, in the order in which the secretary comes to know it."""

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
        """Whether the registration number is not of the municipality's own form, so that it has to be confirmed."""
        return self._is_deviating(str(self["registration_number"].value() or "").strip())

    def _is_deviating(self, number: str) -> bool:
        return bool(number) and not re.fullmatch(settings.REGISTRATION_NUMBER_PATTERN, number)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self._is_deviating(cleaned.get("registration_number", "")) and not cleaned.get("accept_number"):
            self.add_error(
                "registration_number",
                f"Diarienumret ser inte ut som {settings.REGISTRATION_NUMBER_EXAMPLE}. Rätta det, eller kryssa i att"
                " det stämmer ändå.",
            )
        return cleaned

    def may_be_recorded(self, today: date) -> bool:
        """Whether the valid form holds all that a recorded decision needs; what it lacks is said at its field."""
        for name, text in self.instance.obstacles(today).items():
            self.add_error(name, text)
        return self.is_valid()

    def conflicts_with(self, stored: Decision) -> list[Conflict]:
        conflicts = super().conflicts_with(stored)
        mine, theirs = self.cleaned_data["speakers"], _names(stored)
        if mine == theirs:
            return conflicts
        field = self.fields["speakers"]
        mine_in_words, theirs_in_words = (str(field.prepare_value(names)) for names in (mine, theirs))
        texts = {"mine": mine_in_words, "theirs": theirs_in_words}
        speakers = Conflict(
            place=self.place,
            label=str(field.label),
            name=self.add_prefix("speakers"),
            **texts,
            **{f"{name}_in_words": text for name, text in texts.items()},
            is_text=True,
        )
        return [*conflicts, speakers]


def _names(decision: Decision) -> list[Name]:
    return [Name(speaker.name, speaker.party) for speaker in decision.speakers.all()]


class CorrectionForm(forms.Form):
    reason = forms.CharField(
        label="Varför rättas beslutet?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Skälet visas tillsammans med det nya beslutet.",
        error_messages={"required": "Skriv varför beslutet rättas."},
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")


class SelectionForm(forms.Form):
    """What a reader wants of a report; the address carries it, for the page and the files alike.

    Parts are named by what the report itself holds: an area by its number, a unit by its name that year.
    """

    AREA, UNIT = "omrade-", "enhet-"
    WITHOUT_MEASURES = "utan"

    urval = forms.ChoiceField(
        label="Visa",
        required=False,
        error_messages={"invalid_choice": "Rapporten har ingen del som heter ”%(value)s”."},
    )
    atgarder = forms.ChoiceField(
        label="Åtgärder",
        required=False,
        choices=[("", "Med åtgärder"), (WITHOUT_MEASURES, "Utan åtgärder")],
        error_messages={"invalid_choice": "Åtgärder kan visas eller utelämnas (”utan”), inte ”%(value)s”."},
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
        self._offer(
            "urval", [("", "Hela rapporten"), ("Ett ansvarsområde", areas), ("En nämnd eller ett bolag", units)]
        )
        self._offer("jamfor", [("", "Ingen jämförelse"), *((year, f"Förändrat sedan {year}") for year in earlier)])

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
        )
