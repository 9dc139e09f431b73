"""Administrators say which groups at the provider lead to which roles and units."""

from django.contrib.auth.management import create_permissions
from django.db import migrations


def rights(apps):
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="organisation", content_type__model="providergroup"
    )


def grant(apps, schema_editor):
    # Permissions are otherwise made only after all migrations have run.
    app_config = apps.get_app_config("organisation")
    app_config.models_module = True
    create_permissions(app_config, apps=apps, verbosity=0)
    app_config.models_module = None
    for group in apps.get_model("auth", "Group").objects.filter(name="Administratör"):
        group.permissions.add(*rights(apps))


def revoke(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name="Administratör"):
        group.permissions.remove(*rights(apps))


class Migration(migrations.Migration):
    dependencies = [("followup", "0006_protocol_note_version"), ("organisation", "0004_cache_table")]

    operations = [migrations.RunPython(grant, revoke)]
