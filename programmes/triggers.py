"""What the database itself does at a change: keeps rules that CHECK constraints cannot express, and counts.

A rule is one SQL condition on the row to be written (`NEW`) or on the one that stands there (`OLD`), valid in SQLite
and PostgreSQL alike. The triggers are dropped before and made anew after every `migrate`, because SQLite rebuilds a
table to alter it and would then lose its triggers or stumble over those of other tables.
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
    """Refuses a change of `table` for which `violated` is true: an IntegrityError that says `message`.

    `events` are the changes that are judged. There is no `NEW` when a row is deleted, and no `OLD` when one is added.
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
    """Adds a row to the table `ticks`, with the number 1, at every change of `table`."""

    table: str
    ticks: str

    @property
    def name(self) -> str:
        return f"{self.table}_counted"

    @property
    def tables(self) -> set[str]:
        return {self.table, self.ticks}

    def create_sql(self, vendor: str) -> list[str]:
        tick = f"INSERT INTO {self.ticks} (number) VALUES (1);"
        if vendor == "postgresql":
            return [
                f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {tick} RETURN NULL; END $$",
                f"CREATE TRIGGER {self.name} AFTER INSERT OR UPDATE OR DELETE ON {self.table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {self.name}()",
            ]
        return [
            f"CREATE TRIGGER {self.name}_{event} AFTER {event.upper()} ON {self.table} BEGIN {tick} END"
            for event in ("insert", "update", "delete")
        ]


Trigger = Rule | Count


def written_once(table: str, message: str) -> Rule:
    """The rule that rows of `table` are added and then neither changed nor deleted."""
    return Rule(f"{table}_written_once", table, violated="TRUE", message=message, events=("update", "delete"))


def keep_with_migrations(app_config: AppConfig, triggers: Iterable[Trigger]) -> None:
    """Have the triggers removed before `migrate` touches the app's tables and made again afterwards."""
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
    """Those whose tables exist: a migration may stop half-way through the history."""
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
