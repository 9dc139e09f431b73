"""The words of entries that were there before their table, and away with the indexes that it takes the place of.

Entry by entry may be changed meanwhile: a batch at a time, and indexes without a lock. It can be run again.
"""

from importlib import import_module

from django.db import migrations

BATCH = 2_000
# Of migration 0003, but for their columns.
REPLACED = {
    "subgoal_text_words": ("programmes_subgoal", "text"),
    "measure_text_words": ("programmes_measure", "text"),
    "subgoalentry_comment_words": ("followup_subgoalentry", "comment"),
    "measureentry_done_words": ("followup_measureentry", "done"),
    "measureentry_stop_reason_words": ("followup_measureentry", "stop_reason"),
}


def fill(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    write_sql = import_module("followup.migrations.0012_words_of_entries").write_sql
    for name in ("SubGoalEntry", "MeasureEntry"):
        entry, entries, last = name.lower(), apps.get_model("followup", name).objects.order_by("pk"), 0
        while batch := list(entries.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
            last = batch[-1]
            write = write_sql(entry, f"e.id BETWEEN {batch[0]} AND {last}")
            schema_editor.execute(f"{write} ON CONFLICT (entry_id) DO NOTHING")
        schema_editor.execute(f"ANALYZE followup_{entry}words")


def remove_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in REPLACED:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def add_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, (table, column) in REPLACED.items():
            schema_editor.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON {table}"
                f" USING gin (to_tsvector('swedish'::regconfig, COALESCE({column}, '')))"
            )


class Migration(migrations.Migration):
    # So that each batch is kept, and let go, by itself; and indexes without a lock want it.
    atomic = False

    dependencies = [("followup", "0012_words_of_entries"), ("followup", "0003_search_indexes")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(remove_indexes, add_indexes),
    ]
