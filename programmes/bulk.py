"""Bulk saving of many rows of a model with their history, in a number of queries that hardly grows with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models
from django.utils import timezone

if TYPE_CHECKING:
    from organisation.models import User

BATCH_SIZE = 2000
# The SQL of bulk_update has a branch for each row of the batch, and the database tries them all for each row.
UPDATE_BATCH_SIZE = 200

# An instance, and the members that it shall have.
InstanceMembers = tuple[Any, Sequence[models.Model]]


class _ThroughTable(NamedTuple):
    """The model between the two sides of a many-to-many relation, and its two columns."""

    model: type[models.Model]
    own_column: str
    member_column: str


def bulk_save(
    model: type[models.Model],
    created: Sequence[Any],
    changed: Sequence[Any],
    fields: Sequence[str],
    members: Mapping[str, Sequence[InstanceMembers]],
    reason: str,
    by: User | None = None,
) -> None:
    """Insert `created`, update the `fields` of `changed`, replace `members`, and write the history.

    `members` maps many-to-many relations to instances with all their new members. The history is the same as after
    saving one by one. Without `by` its user is that of the request, if there is one.
    """
    for name, chosen in members.items():
        # Before the insert: new rows have no members to clear, and no primary key yet.
        _clear_members(model, name, [instance.pk for instance, _ in chosen if instance.pk])
    if created:
        model._default_manager.bulk_create(created, batch_size=BATCH_SIZE)
    if changed:
        model._default_manager.bulk_update(changed, fields, batch_size=UPDATE_BATCH_SIZE)
    for name, chosen in members.items():
        pairs = [(instance.pk, member.pk) for instance, new_members in chosen for member in new_members]
        _insert_members(model, name, pairs)
    for rows, history_type in ((created, "+"), (changed, "~")):
        for start in range(0, len(rows), BATCH_SIZE):
            _insert_history(model, rows[start : start + BATCH_SIZE], history_type, reason, by)


def _through_table(model: type[models.Model], relation_name: str) -> _ThroughTable:
    relation: Any = model._meta.get_field(relation_name)
    through = relation.remote_field.through
    return _ThroughTable(through, f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id")


def _clear_members(model: type[models.Model], relation_name: str, pks: Sequence[int]) -> None:
    through = _through_table(model, relation_name)
    through.model._default_manager.filter(**{f"{through.own_column}__in": pks}).delete()


def _insert_members(model: type[models.Model], relation_name: str, pairs: Sequence[tuple[int, int]]) -> None:
    """Insert pairs of primary keys by SQL: making an instance for each pair takes longer than writing it."""
    through = _through_table(model, relation_name)
    table = through.model._meta.db_table
    with connection.cursor() as cursor:
        for start in range(0, len(pairs), BATCH_SIZE):
            values = ", ".join(f"({own}, {member})" for own, member in pairs[start : start + BATCH_SIZE])
            cursor.execute(
                f"INSERT INTO {table} ({through.own_column}, {through.member_column}) VALUES {values}"  # noqa: S608 names and keys of our own tables
            )


def _insert_history(
    model: type[models.Model], rows: Sequence[Any], history_type: str, reason: str, by: User | None
) -> None:
    """Copy the rows and their members into the history tables, within the database for speed."""
    history: Any = model.history.model  # type: ignore[attr-defined]
    user = by or history.get_default_history_user(rows[0])
    now = history._meta.get_field("history_date").get_db_prep_value(timezone.now(), connection)
    copied_columns = ", ".join(field.column for field in history.tracked_fields)
    pks = ", ".join(str(row.pk) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history._meta.db_table}"  # noqa: S608 names of our own tables
            f" ({copied_columns}, history_date, history_type, history_change_reason, history_user_id)"
            f" SELECT {copied_columns}, %s, %s, %s, %s FROM {model._meta.db_table} WHERE id IN ({pks})",
            [now, history_type, reason, user.pk if user else None],
        )
        for relation in history._history_m2m_fields:
            through = _through_table(model, relation.name)
            member_columns = f"{through.own_column}, {through.member_column}"
            copied_members = f"t.{through.own_column}, t.{through.member_column}"
            member_history: Any = getattr(history, relation.name).model
            cursor.execute(
                f"INSERT INTO {member_history._meta.db_table} (history_id, id, {member_columns})"  # noqa: S608 the same
                f" SELECT h.history_id, t.id, {copied_members} FROM {through.model._meta.db_table} t"
                f" JOIN {history._meta.db_table} h ON h.id = t.{through.own_column}"
                f" WHERE h.history_date = %s AND h.id IN ({pks})",
                [now],
            )
