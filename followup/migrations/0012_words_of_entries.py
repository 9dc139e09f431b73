"""The words of each entry in a table of their own, kept up to date by triggers where there is PostgreSQL.

They stay while others are dropped and made anew around `migrate` (programmes/triggers.py): only SQLite needs that.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# The words of an entry are those of its own texts and of the text of what it is about.
TABLES = {
    "subgoalentry": {"item": "programmes_subgoal", "item_id": "sub_goal_id", "texts": ["comment"]},
    "measureentry": {"item": "programmes_measure", "item_id": "measure_id", "texts": ["done", "stop_reason"]},
}
# The words of all entries `e` that fulfil the condition.
WRITE = """
    INSERT INTO followup_{entry}words (entry_id, follow_up_id, words)
    SELECT e.id, e.follow_up_id, to_tsvector('swedish'::regconfig, concat_ws(' ', i.text, {texts}))
    FROM followup_{entry} e JOIN {item} i ON i.id = e.{item_id} WHERE {condition} ORDER BY e.id
"""
# Two who change an entry and its item at once wait here for each other: the later then reads what the earlier wrote.
FOLLOW = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM 1 FROM followup_{entry}words WHERE entry_id IN (SELECT e.id FROM followup_{entry} e WHERE {condition})
            ORDER BY entry_id FOR UPDATE;
        {write}
        ON CONFLICT (entry_id) DO UPDATE SET follow_up_id = EXCLUDED.follow_up_id, words = EXCLUDED.words;
        RETURN NULL;
    END $$
"""


def write_sql(entry, condition):
    facts = TABLES[entry]
    texts = ", ".join(f"e.{text}" for text in facts["texts"])
    return WRITE.format(entry=entry, texts=texts, item=facts["item"], item_id=facts["item_id"], condition=condition)


def follow_sql(entry, name, condition):
    return FOLLOW.format(entry=entry, name=name, condition=condition, write=write_sql(entry, condition))


def add_triggers(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for entry, facts in TABLES.items():
        item_id, columns = facts["item_id"], ", ".join(["follow_up_id", facts["item_id"], *facts["texts"]])
        own, of_item = f"followup_{entry}_words", f"followup_{entry}_words_of_item"
        schema_editor.execute(follow_sql(entry, own, "e.id = NEW.id"))
        schema_editor.execute(follow_sql(entry, of_item, f"e.{item_id} = NEW.id"))
        schema_editor.execute(
            f"CREATE TRIGGER {own} AFTER INSERT OR UPDATE OF {columns} ON followup_{entry}"
            f" FOR EACH ROW EXECUTE FUNCTION {own}()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {of_item} AFTER UPDATE OF text ON {facts['item']} FOR EACH ROW"
            f" WHEN (OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION {of_item}()"
        )


def remove_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for entry in TABLES:
            for name in (f"followup_{entry}_words", f"followup_{entry}_words_of_item"):
                schema_editor.execute(f"DROP FUNCTION {name}() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("followup", "0011_rendering_extract"), ("programmes", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="MeasureEntryWords",
            fields=[
                ("words", django.contrib.postgres.search.SearchVectorField(verbose_name="ord")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="followup.measureentry",
                        verbose_name="åtgärdens status",
                    ),
                ),
                (
                    "follow_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="followup.followup",
                        verbose_name="uppföljning",
                    ),
                ),
            ],
            options={
                "verbose_name": "ord i åtgärdens status",
                "verbose_name_plural": "ord i åtgärdernas status",
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["words"], name="measure_entry_words")],
            },
        ),
        migrations.CreateModel(
            name="SubGoalEntryWords",
            fields=[
                ("words", django.contrib.postgres.search.SearchVectorField(verbose_name="ord")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="followup.subgoalentry",
                        verbose_name="målets status",
                    ),
                ),
                (
                    "follow_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="followup.followup",
                        verbose_name="uppföljning",
                    ),
                ),
            ],
            options={
                "verbose_name": "ord i målets status",
                "verbose_name_plural": "ord i målens status",
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["words"], name="sub_goal_entry_words")],
            },
        ),
        migrations.RunPython(add_triggers, remove_triggers),
    ]
