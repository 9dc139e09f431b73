"""Field that stores a step of a scale of the programme's framework, by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from organisation.history import format_value
from programmes.scales import BLANK, Kind, Scale

if TYPE_CHECKING:
    from programmes.models import Scales


class StepField(models.CharField):
    """Key of a step in the scale of `kind`; empty when nothing is chosen.

    The steps that may be chosen depend on the programme, so forms and imports check the key against its scale.
    """

    def __init__(self, verbose_name: str, kind: str, **options: Any) -> None:
        self.kind = Kind(kind)
        super().__init__(verbose_name, **{"max_length": 20, "blank": True} | options)

    def formfield(self, **kwargs: Any) -> Any:
        return super(models.CharField, self).formfield(form_class=StepChoiceField, kind=self.kind, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"kind": self.kind.value}


class StepChoiceField(forms.ChoiceField):
    """Choice of a step. The form that has it calls `offer` with the scale of its programme."""

    def __init__(self, *, kind: Kind, **options: Any) -> None:
        self.kind = kind
        super().__init__(**options)

    def offer(self, scale: Scale, stored: str) -> None:
        """Offer the steps of the scale, and the stored one if it is retired."""
        retired = [(stored, scale.word(stored))] if stored in scale.retired else []
        self.choices = [("", BLANK.word), *scale.choices, *retired]


def check_steps(row: models.Model, scales: Scales) -> None:
    """Raise ValidationError for each step of `row` that its scale lacks."""
    unknown = {}
    for field in row._meta.concrete_fields:
        if isinstance(field, StepField):
            key, scale = getattr(row, field.name), scales.of(field.kind)
            if key and key not in scale:
                words = ", ".join(word for _, word in scale.choices)
                unknown[field.name] = f"”{key}” finns inte i skalan. Välj något av: {words}."
    if unknown:
        raise ValidationError(unknown)


def value_in_words(field: models.Field[Any, Any], value: Any, scales: Scales) -> str:
    """Return a stored value as Swedish text: a step by its word among the scales of a framework."""
    if isinstance(field, StepField) and value:
        return scales.of(field.kind).word(value)
    return format_value(field, value)


def assessment_field() -> StepField:
    return StepField("bedömning av året", Kind.ASSESSMENT)


def forecast_field() -> StepField:
    return StepField("prognos för perioden", Kind.FORECAST)


def progress_field() -> StepField:
    return StepField("genomförande", Kind.PROGRESS)
