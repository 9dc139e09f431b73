"""The table of the shared cache, which counts the attempts to log in; nothing where the settings name another cache."""

from django.conf import settings
from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    cache = settings.CACHES["default"]
    if cache["BACKEND"].endswith("DatabaseCache"):
        table = schema_editor.connection.ops.quote_name(cache["LOCATION"])
        schema_editor.execute(f"DROP TABLE IF EXISTS {table}")


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_provider_groups")]

    operations = [migrations.RunPython(create, drop)]
