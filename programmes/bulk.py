"""Writing many rows of a model at once with their history, in a number of queries that hardly grows with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

BATCH = 2000
# An update compares every row with every one of its batch.
UPDATE_BATCH = 200

# An instance and the members that it is to have.
Chosen = tuple[Any, Sequence[models.Model]]


def write(
    model: type[models.Model],
    created: Sequence[Any],
    changed: Sequence[Any],
    fields: Sequence[str],
    members: Mapping[str, Sequence[Chosen]],
    reason: str,
) -> None:
    """Create and change rows, give those in `members` (by relation) exactly these members, and note it in the history
    with the `reason`, as saving one by one would. `fields` are those that may have changed."""
    if created:
        model._default_manager.bulk_create(created, batch_size=BATCH)
    if changed:
        model._default_manager.bulk_update(changed, fields, batch_size=UPDATE_BATCH)
    for name, chosen in members.items():
        _set_members(model, name, chosen)
    for rows, is_update in ((created, False), (changed, True)):
        if rows:
            _note(model, rows, reason, is_update=is_update)


def _ends(model: type[models.Model], name: str) -> tuple[type[models.Model], str, str]:
    """The table between, and its columns for the row and for the member."""
    relation: Any = model._meta.get_field(name)
    return relation.remote_field.through, f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"


def _set_members(model: type[models.Model], name: str, chosen: Sequence[Chosen]) -> None:
    through, row, member = _ends(model, name)
    through._default_manager.filter(**{f"{row}__in": [instance.pk for instance, _ in chosen]}).delete()
    through._default_manager.bulk_create(
        [through(**{row: instance.pk, member: one.pk}) for instance, ones in chosen for one in ones],
        batch_size=BATCH,
    )


def _note(model: type[models.Model], rows: Sequence[Any], reason: str, *, is_update: bool) -> None:
    history: Any = model.history  # type: ignore[attr-defined]
    noted = history.bulk_history_create(rows, batch_size=BATCH, update=is_update, default_change_reason=reason)
    records = {instance.pk: record for instance, record in zip(rows, noted, strict=True)}
    for relation in history.model._history_m2m_fields:
        through, row, member = _ends(model, relation.name)
        kept: Any = getattr(history.model, relation.name).model
        present = through._default_manager.filter(**{f"{row}__in": list(records)}).values_list("pk", row, member)
        kept._default_manager.bulk_create(
            [kept(id=pk, history=records[of], **{row: of, member: one}) for pk, of, one in present],
            batch_size=BATCH,
        )
