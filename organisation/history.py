"""Saving with the writer and the reason in the history, and the Swedish text of a stored value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import formats, timezone
from django.utils.text import Truncator
from simple_history.models import HistoricalRecords, ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper

if TYPE_CHECKING:
    from organisation.models import User


def save_as(row: models.Model, *, by: User | None = None, reason: str = "", **options: Any) -> None:
    """Save `row` and record the writer and the reason in its history.

    :param by: the writer; without one, the logged-in user of the request, or nobody in a command.
    :param options: arguments of `Model.save`, such as `update_fields`.
    """
    with _history_attributes(row, by, reason):
        row.save(**options)


def delete_as(row: models.Model, *, by: User | None = None, reason: str = "") -> None:
    """Delete `row` and record the user and the reason in its history."""
    with _history_attributes(row, by, reason):
        row.delete()


def acting_user() -> User | None:
    """Return the logged-in user of the request that is being answered; None in a command or before login."""
    user = getattr(getattr(HistoricalRecords.context, "request", None), "user", None)
    return user if user and user.is_authenticated else None


@contextmanager
def _history_attributes(row: Any, by: User | None, reason: str) -> Iterator[None]:
    """Set the attributes that simple_history reads, for one save only: a later save has its own writer and reason."""
    attributes = {"_history_user": by, "_change_reason": reason}
    for name, value in attributes.items():
        if value:
            setattr(row, name, value)
    try:
        yield
    finally:
        for name in attributes:
            vars(row).pop(name, None)


def format_moment(moment: datetime) -> str:
    """Return a moment in Swedish time: "17 februari 2021 9.05"."""
    return formats.date_format(timezone.localtime(moment), "j F Y H.i")


def format_value(field: models.Field[Any, Any], value: Any) -> str:
    """Return a stored value as Swedish text: a choice by its word, a date in words, an empty value as a dash."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "–"
    if value is None or value == "":
        return "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, date):
        return formats.date_format(value, "j F Y")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return str(value)


class SwedishHistoryContextHelper(HistoricalRecordContextHelper):
    """Show a change on the admin's history page with Swedish names and values."""

    MAX_LENGTH = 300

    def format_delta_change(self, change: ModelChange) -> ModelChange:
        field = self.model._meta.get_field(change.field)
        return ModelChange(str(field.verbose_name), self._text(change, change.old), self._text(change, change.new))

    def _text(self, change: ModelChange, value: Any) -> str:
        field = self.model._meta.get_field(change.field)
        text = format_value(field, self.prepare_delta_change_value(change, value))
        return Truncator(text).chars(self.MAX_LENGTH)
