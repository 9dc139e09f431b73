"""Database triggers as data: rules that CHECK constraints cannot express, and counters of changes.

A rule is an SQL condition on the new row (`NEW`) or the stored one (`OLD`), valid on SQLite and PostgreSQL. `migrate`
drops the triggers before it starts and creates them when it is done, because SQLite rebuilds a table to alter it,
which loses the table's triggers and fails on those of other tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Rule:
    """A trigger that refuses changes of `table` for which `violated` is true, with an IntegrityError of `message`.

    `events` lists the changes that it checks. `NEW` does not exist for a deletion, `OLD` not for an insertion.
    """

    name: str
    table: str
    violated: str
    message: str
    events: tuple[str, ...] = ("insert", "update")

    @property
    def tables(self) -> set[str]:
        return {self.table}

    def create_sql(self, vendor: str) -> list[str]:
        """Return the SQL that creates the trigger: one for each event on SQLite, one with a function on PostgreSQL."""
        if vendor == "postgresql":
            return [
                f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {self.violated} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF; "
                f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
                f"CREATE TRIGGER {self.name} BEFORE {' OR '.join(self.events).upper()} ON {self.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
            ]
        return [
            f"CREATE TRIGGER {self.name}_{event} BEFORE {event.upper()} ON {self.table} "
            f"WHEN {self.violated} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            for event in self.events
        ]


@dataclass(frozen=True)
class Count:
    """A trigger that inserts a row with the number 1 into `ticks` at every change of `table`."""

    table: str
    ticks: str

    @property
    def name(self) -> str:
        return f"{self.table}_counted"

    @property
    def tables(self) -> set[str]:
        return {self.table, self.ticks}

    def create_sql(self, vendor: str) -> list[str]:
        """Return the SQL that creates the trigger: once a statement on PostgreSQL, once a row on SQLite."""
        insert_tick = f"INSERT INTO {self.ticks} (number) VALUES (1);"
        if vendor == "postgresql":
            return [
                f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {insert_tick} RETURN NULL; END $$",
                f"CREATE TRIGGER {self.name} AFTER INSERT OR UPDATE OR DELETE ON {self.table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {self.name}()",
            ]
        return [
            f"CREATE TRIGGER {self.name}_{event} AFTER {event.upper()} ON {self.table} BEGIN {insert_tick} END"
            for event in ("insert", "update", "delete")
        ]


Trigger = Rule | Count


def written_once(table: str, message: str) -> Rule:
    """Return the rule that makes `table` append-only."""
    return Rule(f"{table}_written_once", table, violated="TRUE", message=message, events=("update", "delete"))


def keep_with_migrations(app_config: AppConfig, triggers: Iterable[Trigger]) -> None:
    """Drop the triggers before `migrate` touches the app's tables, and create them afterwards."""
    triggers = tuple(triggers)

    def before(using: str, **kwargs: object) -> None:
        drop(connections[using], triggers)

    def after(using: str, **kwargs: object) -> None:
        create(connections[using], triggers)

    pre_migrate.connect(before, sender=app_config, weak=False, dispatch_uid=f"{app_config.label}-drop-triggers")
    post_migrate.connect(after, sender=app_config, weak=False, dispatch_uid=f"{app_config.label}-create-triggers")


def drop(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> None:
    _execute(
        connection, [sql for trigger in _applicable(connection, triggers) for sql in _drop_sql(connection, trigger)]
    )


def create(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> None:
    drop(connection, triggers)
    made = (trigger.create_sql(connection.vendor) for trigger in _applicable(connection, triggers))
    _execute(connection, [sql for statements in made for sql in statements])


def _applicable(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> list[Trigger]:
    """Return the triggers whose tables exist: `migrate` may stop at an earlier migration."""
    existing = set(connection.introspection.table_names())
    return [trigger for trigger in triggers if trigger.tables <= existing]


def _execute(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def _drop_sql(connection: BaseDatabaseWrapper, trigger: Trigger) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}",
            f"DROP FUNCTION IF EXISTS {trigger.name}()",
        ]
    return [f"DROP TRIGGER IF EXISTS {trigger.name}_{event}" for event in ("insert", "update", "delete")]
