"""Differences between two states of an object, field by field in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from followup.models.step_field import value_in_words
from followup.writing.textdiff import Piece, differences
from programmes.models import Scales


@dataclass(frozen=True)
class FieldChange:
    """Change of one field: running text as `pieces` of a text diff, other values as old and new."""

    label: str
    old: str
    new: str
    pieces: tuple[Piece, ...]


def change_of(field: Any, old: Any, new: Any, scales: Scales) -> FieldChange:
    """Return the change of a model's `field`. For a relation, `old` and `new` are objects or lists of objects."""
    pieces = differences(old, new) if isinstance(field, models.TextField) else []
    return FieldChange(
        label=str(field.verbose_name),
        old=value_in_words(field, old, scales),
        new=value_in_words(field, new, scales),
        pieces=tuple(pieces),
    )


def changed_fields(old: Any, new: Any, names: Iterable[str], scales: Scales) -> list[FieldChange]:
    """Return the changes of the fields in `names` between two objects of a model, or two rows of its history."""
    return [
        change_of(new._meta.get_field(name), getattr(old, name), getattr(new, name), scales)
        for name in names
        if getattr(old, name) != getattr(new, name)
    ]
