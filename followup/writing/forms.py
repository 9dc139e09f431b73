"""Base of the forms of texts, and the set of forms on one page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models

from followup.models import FollowUp
from followup.models.step_field import StepChoiceField, value_in_words
from followup.writing.page_saves import PageSave
from followup.writing.textdiff import Piece, differences
from followup.writing.texts import is_up_to_date, last_writer
from organisation.appearance.printing import form_warnings
from programmes.models import Scales

if TYPE_CHECKING:
    from organisation.models import User


class EntryForm(forms.ModelForm):
    """Form of a year or an entry. Posts the fetched version back, to detect that another user has saved since."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    instance: Any

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.page_save = PageSave.sent_in(data) if data else None
        self.label_suffix = ""
        self.initial["version"] = self.instance.version
        if "forecast" in self.fields and not self.follow_up.programme.framework.asks("forecast"):
            del self.fields["forecast"]
        for name, field in self.fields.items():
            if isinstance(field, StepChoiceField):
                field.offer(self.scales.of(field.kind), getattr(self.instance, name))

    @property
    def follow_up(self) -> FollowUp:
        """The year that the form belongs to."""
        follow_up: FollowUp = self.belongs_to if isinstance(self.belongs_to, FollowUp) else self.belongs_to.follow_up
        return follow_up

    @property
    def scales(self) -> Scales:
        """The scales that the form's steps are chosen from."""
        return self.follow_up.scales

    @property
    def field_names(self) -> Collection[str]:
        """Names of the fields, without the version."""
        return [name for name in self._meta.fields or () if name in self.fields]

    @property
    def status_id(self) -> str:
        """HTML id of the element that shows the result of an autosave."""
        return f"{self.prefix or 'text'}-saved"

    @property
    def why_locked(self) -> str:
        """Reason why the form cannot be saved now, in Swedish; empty when it can."""
        return str(self.belongs_to.why_locked)

    @property
    def belongs_to(self) -> Any:
        """Year or entry whose state decides whether the form can be saved."""
        return self.instance

    @property
    def place(self) -> str:
        """Name of the form in error texts: "Mål 1.2"."""
        raise NotImplementedError

    @property
    def is_rewritten(self) -> bool:
        """Whether a posted value differs from the stored one. An old version alone is no difference."""
        return any(name != "version" for name in self.changed_data)

    @property
    def print_warnings(self) -> list[str]:
        """Swedish warning for each text of the valid form with characters that a PDF file cannot show."""
        return form_warnings(self, self.place)

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Add an error text to each named field, also in an unbound form."""
        for name, text in errors.items():
            self.errors.setdefault(name, self.error_class()).append(text)

    def changed_texts(self, data: Mapping[str, str]) -> dict[str, str]:
        """Return the posted texts that differ from the stored ones, by the name of their fields."""
        changed = {}
        for name in self.field_names:
            if isinstance(self.instance._meta.get_field(name), models.TextField):
                text = data.get(self.add_prefix(name), "").strip().replace("\r\n", "\n")
                if text and text != getattr(self.instance, name):
                    changed[name] = text
        return changed

    def fetch_stored(self) -> Any:
        """Return the stored object of the form, fetched again."""
        return type(self.instance)._default_manager.get(pk=self.instance.pk)

    def lock_stored(self) -> Any:
        """Fetch the stored object of the form and lock it until the transaction ends."""
        return type(self.instance)._default_manager.select_for_update().get(pk=self.instance.pk)

    def conflicts_with(self, stored: Any) -> list[Conflict]:
        """Return the fields of the valid form whose values differ from those of `stored`."""
        return [self._conflict(name, stored) for name in self.field_names if self._differs(name, stored)]

    def _differs(self, name: str, stored: Any) -> bool:
        return bool(self.cleaned_data[name] != getattr(stored, name))

    def _conflict(self, name: str, stored: Any) -> Conflict:
        """Return a field with the user's value ("mine") and the one that another writer has stored ("theirs")."""
        field = stored._meta.get_field(name)
        mine = self.cleaned_data[name]
        theirs = getattr(stored, name)
        return Conflict(
            place=self.place,
            label=str(self[name].label),
            name=self.add_prefix(name),
            mine=_as_posted(mine),
            theirs=_as_posted(theirs),
            mine_in_words=value_in_words(field, mine, self.scales),
            theirs_in_words=value_in_words(field, theirs, self.scales),
            is_text=isinstance(field, models.TextField),
        )


def _as_posted(value: Any) -> str:
    """Return the value as a form field posts it."""
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Conflict:
    """Field that another `writer` saved with another value while the form was open. None is the system."""

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
    """Text that was posted for an answer that can no longer be changed."""

    place: str
    state: str
    text: str


def field_id(field: forms.BoundField) -> str:
    """Return the HTML id to link to: that of the field, or of its first radio button."""
    return field.id_for_label or f"{field.auto_id}_0"


def data_for_form(prefix: str, data: Any) -> Any:
    """Return `data` if it has fields of the form with this `prefix`, otherwise None.

    It has none when the object of the form was locked or missing when the page was fetched.
    """
    has_fields = data and any(name.startswith(f"{prefix}-") for name in data)
    return data if has_fields else None


class PageForms:
    """Forms of one page, which are validated and saved together."""

    def __init__(self, forms: Sequence[EntryForm]) -> None:
        self.all = forms

    def are_valid(self) -> bool:
        """Validate every form, so that all errors are shown at once."""
        invalid = [form for form in self.all if not form.is_valid()]
        return not invalid

    def conflicts(self, by: User) -> list[Conflict]:
        """Return the fields of the valid forms that were saved with another value since the page was fetched."""
        conflicts = []
        for form in self.all:
            stored = form.fetch_stored()
            if not is_up_to_date(form, stored, by=by):
                writer = last_writer(stored)
                conflicts += [replace(conflict, writer=writer) for conflict in form.conflicts_with(stored)]
        return conflicts

    def unchanged(self, conflicts: Iterable[Conflict]) -> list[tuple[str, str]]:
        """Return the names and values of all posted fields except the conflicts, with the stored versions."""
        in_conflict = {conflict.name for conflict in conflicts}
        posted = {form.add_prefix(name): form.cleaned_data[name] for form in self.all for name in form.fields}
        for form in self.all:
            posted[form.add_prefix("version")] = form.fetch_stored().version
        return [(name, _as_posted(value)) for name, value in posted.items() if name not in in_conflict]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """HTML id of the field and text of each error, for the summary at the top of the page."""
        errors = []
        for form in self.all:
            for name, texts in form.errors.items():
                link = field_id(form[name]) if name in form.fields else ""
                errors += [(link, _in_summary(form, name, str(text))) for text in texts]
        return errors


def _in_summary(form: EntryForm, name: str, text: str) -> str:
    """Prefix an error text with the form, and with the field unless the text names it."""
    label = str(form[name].label).lower() if name in form.fields else ""
    if label in text.lower():
        return f"{form.place}: {text}"
    return f"{form.place}, {label}: {text}"


@dataclass(frozen=True)
class FieldWithLastYear:
    """A field of a form with last year's value in words, empty if there was none."""

    field: forms.BoundField
    last: str
    last_is_example: bool


def fields_with_last_year(form: EntryForm, last: Any) -> list[FieldWithLastYear]:
    """Return the fields of the form with the values of `last`, the same object a year ago or None."""
    result = []
    for name in form.field_names:
        value = getattr(last, name) if last else None
        in_last_year = value_in_words(last._meta.get_field(name), value, form.scales) if value else ""
        result.append(FieldWithLastYear(form[name], in_last_year, bool(last and last.is_example)))
    return result


def unsaved_texts(form: EntryForm, data: Mapping[str, str]) -> list[Unsaved]:
    """Return the posted texts that differ from the stored ones, for a form whose year is closed."""
    follow_up = form.instance if isinstance(form.instance, FollowUp) else form.instance.follow_up
    state = follow_up.state_in_text
    changed = form.changed_texts(data)
    return [Unsaved(f"{form.place}, {form[name].label.lower()}", state, text) for name, text in changed.items()]
