"""Copy of a framework: every new framework starts as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.text import slugify

from organisation.history import save_as
from programmes.models import Framework
from programmes.models.framework import NAME_LENGTH

if TYPE_CHECKING:
    from organisation.models import User


@transaction.atomic
def copy_framework(original: Framework, *, by: User) -> Framework:
    """Save and return a copy of the framework with its terms, scales and steps, under the first free name."""
    reason = f"Kopia av {original.name}"
    copied = Framework.objects.get(pk=original.pk)
    copied.name = _first_free_name(original.name)
    copied.slug = _first_free_slug(copied.name)
    _save_as_new(copied, by, reason)
    copied.further_bodies.set(original.further_bodies.all())
    for term in original.term_rows.all():
        term.framework = copied
        _save_as_new(term, by, reason)
    for scale in original.scale_rows.all():
        steps = list(scale.steps.all())
        scale.framework = copied
        _save_as_new(scale, by, reason)
        for step in steps:
            step.scale = scale
            _save_as_new(step, by, reason)
    return Framework.objects.get(pk=copied.pk)


def _save_as_new(row: models.Model, by: User, reason: str) -> None:
    """Save the fetched row as another row with the same values."""
    row.pk = None
    row._state.adding = True
    save_as(row, by=by, reason=reason)


def _first_free_name(name: str) -> str:
    """Return "Kopia av …", or "Kopia 2 av …" if there is a copy already. A long name is cut."""
    taken = set(Framework.objects.values_list("name", flat=True))
    longest = NAME_LENGTH - len("Kopia 99 av ")
    number, candidate = 1, f"Kopia av {name[:longest]}"
    while candidate in taken:
        number += 1
        candidate = f"Kopia {number} av {name[:longest]}"
    return candidate


def _first_free_slug(name: str) -> str:
    taken = set(Framework.objects.values_list("slug", flat=True))
    base = slugify(name)[:36]
    number, candidate = 1, base
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}"
    return candidate
