"""Index texts without soft hyphens, ligatures and the like, in one Unicode form.

Replaces the functions of migration 0012's triggers, writes again the few rows whose words change, and builds the
indexes of migration 0019 on the folded texts.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations
from django.db.models import Func, TextField

TABLES = {
    "subgoalentry": ("programmes_subgoal", "sub_goal_id", "e.comment"),
    "measureentry": ("programmes_measure", "measure_id", "e.done, e.stop_reason"),
}
ENTRY_TEXTS = "concat_ws(' ', i.text, {texts})"
WRITE = """
    INSERT INTO followup_{entry}words (entry_id, follow_up_id, words)
    SELECT e.id, e.follow_up_id, to_tsvector('swedish'::regconfig, {indexed})
    FROM followup_{entry} e JOIN {item} i ON i.id = e.{item_id} WHERE {condition} ORDER BY e.id
    ON CONFLICT (entry_id) DO UPDATE SET follow_up_id = EXCLUDED.follow_up_id, words = EXCLUDED.words
"""
# Two transactions that change an entry and its item wait here for each other: the later reads what the earlier wrote.
FOLLOW = """
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM 1 FROM followup_{entry}words WHERE entry_id IN (SELECT e.id FROM followup_{entry} e WHERE {condition})
            ORDER BY entry_id FOR UPDATE;
        {write};
        RETURN NULL;
    END $$
"""
# In the order of followup/reading/text_search.py: another order would not use the index.
AROUND_ANSWERS = [
    ("followup", "FollowUp", ("summary", "circumstances", "assessment_comment", "perspectives", "looking_ahead")),
    ("followup", "AreaEntry", ("summary",)),
    ("programmes", "ResponsibilityArea", ("name", "overarching_sub_goal")),
    ("followup", "GuidelineEntry", ("comment",)),
    ("programmes", "Guideline", ("title", "description")),
    (
        "followup",
        "Decision",
        (
            "title",
            "summary",
            "proposal",
            "deliberation",
            "propositions",
            "decision_text",
            "outcome_reason",
            "correction_reason",
        ),
    ),
    ("followup", "ProtocolNote", ("text",)),
]


def index(schema_editor, folded):
    """Make the triggers index the texts, folded or as they are, and update the rows for which that differs."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for entry, (item, item_id, fields) in TABLES.items():
        texts = ENTRY_TEXTS.format(texts=fields)
        facts = {"entry": entry, "item": item, "item_id": item_id}
        facts["indexed"] = f"search_fold({texts})" if folded else texts
        for name, condition in (("words", "e.id = NEW.id"), ("words_of_item", f"e.{item_id} = NEW.id")):
            write = WRITE.format(condition=condition, **facts)
            function = f"followup_{entry}_{name}"
            schema_editor.execute(FOLLOW.format(name=function, entry=entry, condition=condition, write=write))
        schema_editor.execute(WRITE.format(condition=f"lower({texts}) <> search_fold({texts})", **facts))


def index_texts_around(apps, schema_editor, folded):
    if schema_editor.connection.vendor != "postgresql":
        return
    for label, name, fields in AROUND_ANSWERS:
        model, index_name = apps.get_model(label, name), f"{name.lower()}_texts"
        texts = [Func(field, function="search_fold", output_field=TextField()) if folded else field for field in fields]
        schema_editor.execute(f"DROP INDEX IF EXISTS {index_name}")
        schema_editor.add_index(model, GinIndex(SearchVector(*texts, config="swedish"), name=index_name))


def fold(apps, schema_editor):
    index(schema_editor, folded=True)
    index_texts_around(apps, schema_editor, folded=True)


def unfold(apps, schema_editor):
    index(schema_editor, folded=False)
    index_texts_around(apps, schema_editor, folded=False)


class Migration(migrations.Migration):
    dependencies = [("followup", "0019_search_indexes_of_texts"), ("programmes", "0007_search_fold")]

    operations = [migrations.RunPython(fold, unfold)]
