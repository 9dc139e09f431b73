"""Rules across tables that CHECK constraints cannot express, kept by the database itself.

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


def written_once(table: str, message: str) -> Rule:
    """The rule that rows of `table` are added and then neither changed nor deleted."""
    return Rule(f"{table}_written_once", table, violated="TRUE", message=message, events=("update", "delete"))


def keep_with_migrations(app_config: AppConfig, rules: Iterable[Rule]) -> None:
    """Have the rules' triggers removed before `migrate` touches the app's tables and made again afterwards."""
    rules = tuple(rules)

    def before(using: str, **kwargs: object) -> None:
        drop(connections[using], rules)

    def after(using: str, **kwargs: object) -> None:
        create(connections[using], rules)

    pre_migrate.connect(before, sender=app_config, weak=False, dispatch_uid=f"{app_config.label}-drop-triggers")
    post_migrate.connect(after, sender=app_config, weak=False, dispatch_uid=f"{app_config.label}-create-triggers")


def drop(connection: BaseDatabaseWrapper, rules: Iterable[Rule]) -> None:
    _execute(connection, [sql for rule in _applicable(connection, rules) for sql in _drop_sql(connection, rule)])


def create(connection: BaseDatabaseWrapper, rules: Iterable[Rule]) -> None:
    drop(connection, rules)
    _execute(connection, [sql for rule in _applicable(connection, rules) for sql in _create_sql(connection, rule)])


def _applicable(connection: BaseDatabaseWrapper, rules: Iterable[Rule]) -> list[Rule]:
    """Those whose table exists: a migration may stop half-way through the history."""
    tables = set(connection.introspection.table_names())
    return [rule for rule in rules if rule.table in tables]


def _execute(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def _drop_sql(connection: BaseDatabaseWrapper, rule: Rule) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {rule.name} ON {rule.table}",
            f"DROP FUNCTION IF EXISTS {rule.name}()",
        ]
    return [f"DROP TRIGGER IF EXISTS {rule.name}_{event}" for event in ("insert", "update", "delete")]


def _create_sql(connection: BaseDatabaseWrapper, rule: Rule) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            f"CREATE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {rule.violated} THEN RAISE EXCEPTION '{rule.message}' USING ERRCODE = 'check_violation'; END IF; "
            f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {rule.name} BEFORE {' OR '.join(rule.events).upper()} ON {rule.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {rule.name}()",
        ]
    return [
        f"CREATE TRIGGER {rule.name}_{event} BEFORE {event.upper()} ON {rule.table} "
        f"WHEN {rule.violated} BEGIN SELECT RAISE(ABORT, '{rule.message}'); END"
        for event in rule.events
    ]
