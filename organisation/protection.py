"""Refusal to delete rows in use, with a list of their uses.

Foreign keys are protected by `on_delete=PROTECT`. Rows of many-to-many tables would be deleted silently with either
end, so models that others refer to that way inherit `ProtectedModel`, and their QuerySets call `refuse_if_in_use`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models import ProtectedError


def uses_of(row: models.Model) -> Iterator[models.Model]:
    """Return the rows that refer to `row` by a many-to-many field, in the order of their models."""
    for relation in row._meta.related_objects:
        if relation.many_to_many:
            yield from relation.related_model._default_manager.filter(**{relation.field.name: row})


def refuse_if_in_use(rows: Iterable[models.Model]) -> None:
    """Raise ProtectedError, with the rows that use them, if any of `rows` is in use."""
    for row in rows:
        used_by = set(uses_of(row))
        if used_by:
            raise ProtectedError(f"”{row}” används och kan inte tas bort.", used_by)


class ProtectedModel(models.Model):
    """Base of models that others refer to by many-to-many fields."""

    class Meta:
        abstract = True

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        refuse_if_in_use([self])
        return super().delete(*args, **kwargs)  # type: ignore[arg-type]
