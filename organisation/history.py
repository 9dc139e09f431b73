"""Saving with history: who and why; and a record of history in words."""

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
    """Save `row` and note in its history who changed it and why.

    :param by: the writer; without one, the logged-in user of the request, or nobody in a command.
    :param options: arguments of `Model.save`, such as `update_fields`.
    """
    with _noted_in_history(row, by, reason):
        row.save(**options)


def delete_as(row: models.Model, *, by: User | None = None, reason: str = "") -> None:
    """Delete `row` and note in its history who deleted it and why."""
    with _noted_in_history(row, by, reason):
        row.delete()


def acting_user() -> User | None:
    """Return the logged-in user of the request that is being answered; None in a command or before login."""
    user = getattr(getattr(HistoricalRecords.context, "request", None), "user", None)
    return user if user and user.is_authenticated else None


@contextmanager
def _noted_in_history(row: Any, by: User | None, reason: str) -> Iterator[None]:
    """Set the attributes that simple_history reads, for one save only: a later save has its own writer and reason."""
    noted = {"_history_user": by, "_change_reason": reason}
    for name, value in noted.items():
        if value:
            setattr(row, name, value)
    try:
        yield
    finally:
        for name in noted:
            vars(row).pop(name, None)


def in_words(field: models.Field[Any, Any], value: Any) -> str:
    """A stored value as a person would say it: choices by their word, nothing as a dash."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "–"
    if value is None or value == "":
        return "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "j F Y H.i")
    if isinstance(value, date):
        return formats.date_format(value, "j F Y")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return str(value)


class HistoryInWords(HistoricalRecordContextHelper):
    """What the admin's history page shows of a change."""

    LENGTH = 300

    def format_delta_change(self, change: ModelChange) -> ModelChange:
        field = self.model._meta.get_field(change.field)
        old, new = (
            Truncator(in_words(field, self.prepare_delta_change_value(change, value))).chars(self.LENGTH)
            for value in (change.old, change.new)
        )
        return ModelChange(str(field.verbose_name), old, new)
