"""Full-text indexes of the texts around the answers, which only PostgreSQL has.

The fields and their order are those of followup/reading/text_search.py: another order would not use the index.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations

TEXTS = [
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


def indexes(apps):
    for label, model, fields in TEXTS:
        vector = SearchVector(*fields, config="swedish")
        yield apps.get_model(label, model), GinIndex(vector, name=f"{model.lower()}_texts")


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for model, index in indexes(apps):
            schema_editor.add_index(model, index)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for model, index in indexes(apps):
            schema_editor.remove_index(model, index)


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0018_swedish_order"),
        ("programmes", "0005_page_saves"),
    ]

    operations = [migrations.RunPython(add, remove)]
