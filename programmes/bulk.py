"""Writing many rows of a model at once with their history, in a number of queries that hardly grows with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils import timezone

if TYPE_CHECKING:
    from organisation.models import User

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
    by: User | None = None,
) -> None:
    """Create and change rows, give those in `members` (by relation) exactly these members, and note it in the history
    with the `reason`, as saving one by one would. `fields` are those that may have changed. Without `by` it was whoever
    makes the request, where there is one."""
    for name, chosen in members.items():
        # Asked before the new rows are written: they have no members yet, and no primary key to tell them by.
        _clear_members(model, name, [instance.pk for instance, _ in chosen if instance.pk])
    if created:
        model._default_manager.bulk_create(created, batch_size=BATCH)
    if changed:
        model._default_manager.bulk_update(changed, fields, batch_size=UPDATE_BATCH)
    for name, chosen in members.items():
        _add_members(model, name, [(instance.pk, one.pk) for instance, ones in chosen for one in ones])
    for rows, sign in ((created, "+"), (changed, "~")):
        for start in range(0, len(rows), BATCH):
            _note(model, rows[start : start + BATCH], sign, reason, by)


def _ends(model: type[models.Model], name: str) -> tuple[type[models.Model], str, str]:
    """The table between, and its columns for the row and for the member."""
    relation: Any = model._meta.get_field(name)
    return relation.remote_field.through, f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"


def _clear_members(model: type[models.Model], name: str, pks: Sequence[int]) -> None:
    through, row, _ = _ends(model, name)
    through._default_manager.filter(**{f"{row}__in": pks}).delete()


def _add_members(model: type[models.Model], name: str, pairs: Sequence[tuple[int, int]]) -> None:
    """Without an instance for each pair: they are many, and take longer to make than to write."""
    through, row, member = _ends(model, name)
    with connection.cursor() as cursor:
        for start in range(0, len(pairs), BATCH):
            values = ", ".join(f"({own}, {other})" for own, other in pairs[start : start + BATCH])
            cursor.execute(
                f"INSERT INTO {through._meta.db_table} ({row}, {member}) VALUES {values}"  # noqa: S608 names and keys of our own tables
            )


def _note(model: type[models.Model], rows: Sequence[Any], sign: str, reason: str, by: User | None) -> None:
    """Copy the rows and their members, as they now stand, into the history. The database does it, which is quick."""
    history: Any = model.history.model  # type: ignore[attr-defined]
    user = by or history.get_default_history_user(rows[0])
    now = history._meta.get_field("history_date").get_db_prep_value(timezone.now(), connection)
    facts = ("history_date", "history_type", "history_change_reason", "history_user_id")
    own = ", ".join(field.column for field in history.tracked_fields)
    these = ", ".join(str(row.pk) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history._meta.db_table} ({own}, {', '.join(facts)})"  # noqa: S608 names of our own tables
            f" SELECT {own}, %s, %s, %s, %s FROM {model._meta.db_table} WHERE id IN ({these})",
            [now, sign, reason, user.pk if user else None],
        )
        for relation in history._history_m2m_fields:
            through, row, member = _ends(model, relation.name)
            kept: Any = getattr(history, relation.name).model
            cursor.execute(
                f"INSERT INTO {kept._meta.db_table} (history_id, id, {row}, {member})"  # noqa: S608 the same
                f" SELECT h.history_id, t.id, t.{row}, t.{member} FROM {through._meta.db_table} t"
                f" JOIN {history._meta.db_table} h ON h.id = t.{row} WHERE h.history_date = %s AND h.id IN ({these})",
                [now],
            )
