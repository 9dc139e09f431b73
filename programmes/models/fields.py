"""Kinds of fields that the models of programmes and follow-ups have in common."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models

from organisation.fields import ProseField

# Long enough for what a page of a report can hold; short enough that a pasted document is noticed.
TEXT_LENGTH = 10_000
LINE_LENGTH = 500


def prose(verbose_name: str, max_length: int = TEXT_LENGTH, **options: object) -> ProseField:
    """A field of running text. Django bounds a TextField in forms only, so the model brings a validator of its own."""
    return ProseField(
        verbose_name,
        max_length=max_length,
        validators=[MaxLengthValidator(max_length)],
        **options,  # type: ignore[arg-type]
    )


def year_field(verbose_name: str, **options: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        verbose_name,
        validators=[MinValueValidator(1990), MaxValueValidator(2100)],
        **options,  # type: ignore[arg-type]
    )


def figure(verbose_name: str, **options: object) -> models.DecimalField:
    """A measured number, kept as it was written: three decimals do for shares, money and counts alike."""
    return models.DecimalField(verbose_name, max_digits=15, decimal_places=3, **options)  # type: ignore[arg-type]


def without_padding(value: Decimal) -> Decimal:
    """Without the zeros that the database column pads with: 12.500 is 12.5, and 1200.000 is 1200."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def page_save_field() -> models.CharField:
    """The save of a browser page that made the stored version: its page, number and version (`PageSave`)."""
    return models.CharField("sparad från sida", max_length=80, blank=True, default="", editable=False)


def example_field() -> models.BooleanField:
    """Marks invented demonstration text, so that nobody takes it for the municipality's own words."""
    return models.BooleanField(
        "exempel", default=False, help_text="Texten är påhittad och märks ”Exempel” överallt där den visas."
    )
