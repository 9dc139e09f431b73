"""The base of the forms that texts are written in, and what a page of several such forms does together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.http import QueryDict

from followup.models import FollowUp
from followup.writing.page_saves import PageSave
from followup.writing.textdiff import Piece, differences
from followup.writing.texts import is_up_to_date, last_writer
from organisation.appearance.printing import form_warnings
from organisation.history import in_words

if TYPE_CHECKING:
    from organisation.models import User


class EntryForm(forms.ModelForm):
    """A form of a year or an entry. Carries the version fetched, so that a save on top of another's is noticed."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    instance: Any

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.page_save = PageSave.sent_in(data) if data else None
        self.label_suffix = ""
        self.initial["version"] = self.instance.version
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "Ej ifyllt"), *list(field.choices)[1:]]  # type: ignore[arg-type]

    @property
    def field_names(self) -> Collection[str]:
        """Names of the fields that are written, without the version."""
        return self._meta.fields or ()

    @property
    def status_id(self) -> str:
        """The id of the element that reports how an autosave went."""
        return f"{self.prefix or 'text'}-saved"

    @property
    def why_locked(self) -> str:
        """Reason why the form cannot be saved now, in Swedish; empty when it can."""
        return str(self.belongs_to.why_locked)

    @property
    def belongs_to(self) -> Any:
        """The year or entry that tells whether the form may be saved."""
        return self.instance

    @property
    def place(self) -> str:
        """Where on the page the form stands, for error texts."""
        raise NotImplementedError

    @property
    def is_rewritten(self) -> bool:
        """Whether what was sent differs from what is stored; a version that has grown old is no difference."""
        return any(name != "version" for name in self.changed_data)

    @property
    def print_warnings(self) -> list[str]:
        """Return a Swedish sentence for each text of the valid form with characters that a PDF file cannot show."""
        return form_warnings(self, self.place)

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Add an error text to each named field. The form may show what is stored, without having been sent."""
        for name, text in errors.items():
            self.errors.setdefault(name, self.error_class()).append(text)

    def texts_sent(self, data: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the name and value of the running texts in `data` that differ from what is stored."""
        sent = {
            name: data.get(self.add_prefix(name), "").strip().replace("\r\n", "\n")
            for name in self.field_names
            if isinstance(self.instance._meta.get_field(name), models.TextField)
        }
        return [(name, text) for name, text in sent.items() if text and text != getattr(self.instance, name)]

    def stored(self) -> Any:
        """What the form is about as it now stands."""
        return type(self.instance)._default_manager.get(pk=self.instance.pk)

    def locked(self) -> Any:
        """As `stored`, and kept so until the transaction ends."""
        return type(self.instance)._default_manager.select_for_update().get(pk=self.instance.pk)

    def conflicts_with(self, stored: Any) -> list[Conflict]:
        """Return the fields of a valid form whose answers differ from those of `stored`."""
        return [self._conflict(name, stored) for name in self.field_names if self._differs(name, stored)]

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


@dataclass(frozen=True)
class Conflict:
    """A field that `writer` has saved with another answer while this form was open. The system has no writer."""

    place: str
    label: str
    name: str
    mine: str
    theirs: str
    mine_in_words: str
    theirs_in_words: str
    is_text: bool
    writer: User | None = None

    @property
    def pieces(self) -> list[Piece]:
        return differences(self.theirs, self.mine)


@dataclass(frozen=True)
class Unsaved:
    """A text that was sent for an answer that can no longer be written."""

    place: str
    state: str
    text: str


def field_id(field: forms.BoundField) -> str:
    """Return the id to link to: that of the field, or of the first of its radio buttons, which have none in common."""
    return field.id_for_label or f"{field.auto_id}_0"


def sent_for(prefix: str, data: Any) -> Any:
    """`data`, for the form with that `prefix`; None when the page that sent it had no such form, because what the form
    is about was locked, or not there, when the page was fetched."""
    return data if data and any(name.startswith(f"{prefix}-") for name in data) else None


def settled(data: QueryDict) -> QueryDict:
    """What a form sent, with the saved answer wherever the conflict page's choice was that."""
    result = data.copy()
    for key, pick in data.items():
        name = key.removeprefix("pick-")
        if name != key and pick == "theirs":
            result[name] = data.get(f"theirs-{name}", "")
    return result


class PageForms:
    """The forms of one page, which are checked and saved together."""

    def __init__(self, forms: Sequence[EntryForm]) -> None:
        self.all = forms

    def are_valid(self) -> bool:
        """Every form is checked, so that all errors are shown at once."""
        return not [form for form in self.all if not form.is_valid()]

    def conflicts(self, by: User) -> list[Conflict]:
        """Return the fields of the valid forms that another page has saved since, with another answer."""
        return [
            replace(conflict, writer=last_writer(stored))
            for form, stored in self._overtaken(by)
            for conflict in form.conflicts_with(stored)
        ]

    def _overtaken(self, by: User) -> list[tuple[EntryForm, Any]]:
        """Return the forms that do not build on the stored version, each with what is stored."""
        stored = [(form, form.stored()) for form in self.all]
        return [(form, item) for form, item in stored if not is_up_to_date(form, item, by=by)]

    def unchanged(self, conflicts: Iterable[Conflict]) -> list[tuple[str, str]]:
        """Return the name and value of all that was sent except the conflicts, with the stored versions."""
        in_conflict = {conflict.name for conflict in conflicts}
        sent = {form.add_prefix(name): form.cleaned_data[name] for form in self.all for name in form.fields}
        for form in self.all:
            sent[form.add_prefix("version")] = form.stored().version
        return [(name, _as_sent(value)) for name, value in sent.items() if name not in in_conflict]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Return each error with the id of its field, for the summary at the top of the page."""
        return [
            (field_id(form[name]) if name in form.fields else "", _in_summary(form, name, str(text)))
            for form in self.all
            for name, texts in form.errors.items()
            for text in texts
        ]


def _in_summary(form: EntryForm, name: str, text: str) -> str:
    """Name the form and the field of an error, unless the text names the field itself."""
    label = str(form[name].label).lower() if name in form.fields else ""
    return f"{form.place}: {text}" if label in text.lower() else f"{form.place}, {label}: {text}"


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
        for name in form.field_names
    ]


def texts_sent(form: EntryForm, data: Mapping[str, str]) -> list[Unsaved]:
    """Return the texts in `data` that differ from what is stored, when the form's year takes texts no longer."""
    year = form.instance if isinstance(form.instance, FollowUp) else form.instance.follow_up
    state = year.get_state_display().lower()
    return [Unsaved(f"{form.place}, {form[name].label.lower()}", state, text) for name, text in form.texts_sent(data)]
