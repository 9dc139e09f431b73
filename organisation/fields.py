"""Model and form fields for text that people enter: cleaned by `organisation.text` on every way into the database.

A model field cleans in validation, on every save, bulk write and lookup, and creates form fields that clean too.
Migrations see Django's own fields, so that they do not import this module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models

from organisation.text import clean, clean_line, without_nul

NUL_MESSAGE = (
    "Null-tecken är inte tillåtna. Texten innehåller ett sådant, som inte syns: "
    "kopiera den på nytt och klistra in den utan formatering."
)
no_nul = ProhibitNullCharactersValidator(message=NUL_MESSAGE)


class CleanFormField(forms.CharField):
    """Base of the form fields: clean the sent text before it is stripped, measured and compared."""

    cleaner: Callable[[str], str]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [
            no_nul if isinstance(validator, ProhibitNullCharactersValidator) else validator
            for validator in self.validators
        ]

    def to_python(self, value: Any) -> Any:
        return super().to_python(_clean_text(value, self.cleaner))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare cleaned texts: one that was stored uncleaned is not a change of the person who saves the form."""
        return super().has_changed(_clean_text(initial, self.cleaner), data)


class LineFormField(CleanFormField):
    """A text of one line."""

    cleaner = staticmethod(clean_line)


class ProseFormField(CleanFormField):
    """Running text."""

    cleaner = staticmethod(clean)
    widget: type[forms.Widget] | forms.Widget = forms.Textarea


class _CleanModelField(models.Field):
    """Base of the model fields."""

    cleaner: Callable[[str], str]
    form_field: type[CleanFormField]
    default_validators = [no_nul]

    def to_python(self, value: Any) -> Any:
        return _clean_text(super().to_python(value), self.cleaner)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Set the cleaned value on the instance too, for the history and the page that follow."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = without_nul(self.cleaner(value))
            setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        """Clean also the texts of lookups, so that they match the stored ones."""
        value = super().get_prep_value(value)
        return without_nul(self.cleaner(value)) if isinstance(value, str) else value

    def formfield(self, **options: Any) -> Any:
        defaults = {} if self.choices else {"form_class": self.form_field}
        return super().formfield(**defaults | options)


class LineField(_CleanModelField, models.CharField):
    """A text of one line."""

    cleaner = staticmethod(clean_line)
    form_field = LineFormField

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options


class ProseField(_CleanModelField, models.TextField):
    """Running text."""

    cleaner = staticmethod(clean)
    form_field = ProseFormField

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options


def _clean_text(value: Any, cleaner: Callable[[str], str]) -> Any:
    return cleaner(value) if isinstance(value, str) else value


class ManyRowsField(forms.ModelMultipleChoiceField):
    """Choice of several rows by their ids. Refuses an id that is too large for the database, which raises an error."""

    def clean(self, value: Any) -> Any:
        for pk in value or ():
            if str(pk).isdecimal() and int(pk) >= 2**63:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": pk}
                )
        return super().clean(value)
