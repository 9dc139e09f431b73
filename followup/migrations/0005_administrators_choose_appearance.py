from django.contrib.auth.management import create_permissions
from django.db import migrations

CODENAMES = ("add_appearance", "change_appearance", "view_appearance")


def grant(apps, schema_editor):
    # Permissions are otherwise made only after all migrations have run.
    app_config = apps.get_app_config("organisation")
    app_config.models_module = True
    create_permissions(app_config, apps=apps, verbosity=0)
    app_config.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(codename__in=CODENAMES)
    apps.get_model("auth", "Group").objects.get(name="Administratör").permissions.add(*permissions)


def revoke(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.filter(codename__in=CODENAMES)
    for group in apps.get_model("auth", "Group").objects.filter(name="Administratör"):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0004_rendering_document"),
        ("organisation", "0002_appearance"),
    ]

    operations = [migrations.RunPython(grant, revoke)]
