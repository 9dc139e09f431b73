"""Fields that models of programmes and follow-ups share."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models

from organisation.fields import ProseField

# Room for a page of a report, but not for a whole pasted document.
TEXT_LENGTH = 10_000
LINE_LENGTH = 500
# Length of the short name of a goal, which has room in one row of a table.
SHORT_NAME_LENGTH = 35


def prose(verbose_name: str, max_length: int = TEXT_LENGTH, **options: object) -> ProseField:
    """Field of running text, with a validator of its length: Django checks max_length of a TextField in forms only."""
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
    """Field for a measured number with up to three decimals: shares, money and counts."""
    return models.DecimalField(verbose_name, max_digits=15, decimal_places=3, **options)  # type: ignore[arg-type]


def without_padding(value: Decimal) -> Decimal:
    """Remove the trailing zeros of the database column: 12.500 becomes 12.5, and 1200.000 becomes 1200."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def page_save_field() -> models.CharField:
    """Field for the browser page and save that wrote the stored version (`PageSave`)."""
    return models.CharField("sparad från sida", max_length=80, blank=True, default="", editable=False)


def example_field() -> models.BooleanField:
    """Field that marks invented demonstration text."""
    return models.BooleanField(
        "exempel", default=False, help_text="Texten är påhittad och märks ”Exempel” överallt där den visas."
    )
