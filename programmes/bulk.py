"""Bulk saving of many rows of a model with their history, in a number of queries that hardly grows with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models
from django.utils import timezone

from organisation.models import Unit
from programmes.models import Responsibility, SharedItem

if TYPE_CHECKING:
    from organisation.models import User

BATCH_SIZE = 2000
# The SQL of bulk_update has a branch for each row of the batch, and the database tries them all for each row.
UPDATE_BATCH_SIZE = 200
# Databases limit the number of parameters of a statement.
INSERT_BATCH_SIZE = 500


class InstanceMembers(NamedTuple):
    """An instance and the members that it shall have. The `lead` is the leading one of its responsible units."""

    instance: Any
    members: Sequence[models.Model]
    lead: models.Model | None = None

    @property
    def slugs(self) -> set[str]:
        """Slugs of the members. A new member has no primary key yet."""
        return {member.slug for member in self.members}  # type: ignore[attr-defined]

    @property
    def keys(self) -> list[tuple[int | str, ...]]:
        """Primary keys of the instance and each member; with the member's role if the members are units."""
        if not isinstance(self.instance, SharedItem) or not all(isinstance(member, Unit) for member in self.members):
            return [(self.instance.pk, member.pk) for member in self.members]
        role = Responsibility.Role
        return [
            (self.instance.pk, unit.pk, role.LEAD if unit == self.lead else role.CONTRIBUTING) for unit in self.members
        ]


class _ThroughTable(NamedTuple):
    """The model between the two sides of a many-to-many relation, and its columns: the two keys, and a role if any."""

    model: type[models.Model]
    own_column: str
    member_column: str

    @property
    def columns(self) -> list[str]:
        columns = [field.column or "" for field in self.model._meta.concrete_fields if not field.primary_key]
        keys = [self.own_column, self.member_column]
        return [*keys, *(column for column in columns if column not in keys)]


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
        _clear_members(model, name, [one.instance.pk for one in chosen if one.instance.pk])
    if created:
        model._default_manager.bulk_create(created, batch_size=BATCH_SIZE)
    if changed:
        model._default_manager.bulk_update(changed, fields, batch_size=UPDATE_BATCH_SIZE)
    for name, chosen in members.items():
        _insert_members(model, name, [keys for one in chosen for keys in one.keys])
    for rows, history_type in ((created, "+"), (changed, "~")):
        for start in range(0, len(rows), BATCH_SIZE):
            _insert_history(model, rows[start : start + BATCH_SIZE], history_type, reason, by)


def _through_table(model: type[models.Model], relation_name: str) -> _ThroughTable:
    """Return the table between `model` and the members of its many-to-many relation."""
    relation: Any = model._meta.get_field(relation_name)
    through = relation.remote_field.through
    return _ThroughTable(through, relation.m2m_column_name(), relation.m2m_reverse_name())


def _clear_members(model: type[models.Model], relation_name: str, pks: Sequence[int]) -> None:
    """Remove all members of the instances with these primary keys."""
    through = _through_table(model, relation_name)
    relation: Any = model._meta.get_field(relation_name)
    through.model._default_manager.filter(**{f"{relation.m2m_field_name()}__in": pks}).delete()


def _insert_members(model: type[models.Model], relation_name: str, members: Sequence[tuple[int | str, ...]]) -> None:
    """Insert the keys and roles of members by SQL: making an instance for each row takes longer than writing it."""
    through = _through_table(model, relation_name)
    table, columns = through.model._meta.db_table, through.columns
    row = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        for start in range(0, len(members), INSERT_BATCH_SIZE):
            batch = members[start : start + INSERT_BATCH_SIZE]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * len(batch))}",  # noqa: S608 names of our own tables
                [str(value) if isinstance(value, str) else value for keys in batch for value in keys],
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
            member_columns = ", ".join(through.columns)
            copied_members = ", ".join(f"t.{column}" for column in through.columns)
            member_history: Any = getattr(history, relation.name).model
            cursor.execute(
                f"INSERT INTO {member_history._meta.db_table} (history_id, id, {member_columns})"  # noqa: S608 the same
                f" SELECT h.history_id, t.id, {copied_members} FROM {through.model._meta.db_table} t"
                f" JOIN {history._meta.db_table} h ON h.id = t.{through.own_column}"
                f" WHERE h.history_date = %s AND h.id IN ({pks})",
                [now],
            )
