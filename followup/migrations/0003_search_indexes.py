"""Indexes for full-text search, which only PostgreSQL has: one for each text that is searched."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations

TEXTS = [
    ("programmes", "SubGoal", "text"),
    ("programmes", "Measure", "text"),
    ("followup", "SubGoalEntry", "comment"),
    ("followup", "MeasureEntry", "done"),
    ("followup", "MeasureEntry", "stop_reason"),
]


def indexes(apps):
    for label, model, field in TEXTS:
        vector = SearchVector(field, config="swedish")
        yield apps.get_model(label, model), GinIndex(vector, name=f"{model.lower()}_{field}_words")


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for model, index in indexes(apps):
            schema_editor.add_index(model, index)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for model, index in indexes(apps):
            schema_editor.remove_index(model, index)


class Migration(migrations.Migration):
    dependencies = [("followup", "0002_roles"), ("programmes", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
