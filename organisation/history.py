"""A record of history in words: which field, from what, to what."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.text import Truncator
from simple_history.models import ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper


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
