"""Numbers (or years) that are unique within a parent: field errors, and rows that exchange numbers in one save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet

# Highest number that PostgreSQL's smallint holds.
HIGHEST = 32767


class UniqueWithin(models.UniqueConstraint):
    """Unique `field` among the rows of one `parent`. A duplicate is reported at `field` instead of at the whole form.

    In migrations it is an ordinary UniqueConstraint.
    """

    def validate(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().validate(*args, **kwargs)
        except ValidationError as error:
            raise ValidationError({self.fields[-1]: error}) from error

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        _, args, kwargs = super().deconstruct()
        return "django.db.models.UniqueConstraint", args, kwargs


class NumberedFormSet(BaseInlineFormSet):
    """Inline rows whose numbers are unique within the parent and may be exchanged in one save."""

    number_field = "number"

    def validate_unique(self) -> None:
        """Mark the rows that have the same number as another row of the page, at the number."""
        rows = [form for form in self.forms if self.number_field in getattr(form, "cleaned_data", {})]
        kept = [form for form in rows if form not in self.deleted_forms]
        numbers = Counter(form.cleaned_data[self.number_field] for form in kept)
        for form in kept:
            if numbers[form.cleaned_data[self.number_field]] > 1:
                form.add_error(self.number_field, self._duplicate_message())

    def save_existing_objects(self, commit: bool = True) -> list[models.Model]:
        if commit:
            self._free_numbers()
        return super().save_existing_objects(commit)

    def _free_numbers(self) -> None:
        """Give changed and deleted rows temporary numbers, so that their old numbers are free for other rows.

        Numbers are unique, and SQLite checks that after each row instead of at the end of the transaction.
        """
        losing_number = [
            form.instance
            for form in self.initial_forms
            if form in self.deleted_forms or self.number_field in form.changed_data
        ]
        temporary_numbers = _unused_numbers(self.get_queryset().values_list(self.number_field, flat=True))
        for row, number in zip(losing_number, temporary_numbers, strict=False):
            type(row)._default_manager.filter(pk=row.pk).update(**{self.number_field: number})

    def _duplicate_message(self) -> str:
        return str(
            next(
                constraint.violation_error_message
                for constraint in self.form._meta.model._meta.constraints
                if isinstance(constraint, UniqueWithin)
            )
        )


class YearlyFormSet(NumberedFormSet):
    """Inline rows of which the parent has at most one a year."""

    number_field = "year"


def _unused_numbers(used: Collection[int]) -> Iterator[int]:
    """Yield numbers that no row has, from the highest."""
    taken = set(used)
    return (number for number in count(HIGHEST, -1) if number not in taken)
