"""Give the permission to send mail again its new Swedish name. Django names a permission only when it creates it."""

from django.db import migrations


def rename(apps, name):
    permissions = apps.get_model("auth", "Permission").objects
    permissions.filter(content_type__app_label="followup", codename="retry_outgoingmail").update(name=name)


def forwards(apps, schema_editor):
    rename(apps, "Kan försöka skicka utgående mejl igen")


def backwards(apps, schema_editor):
    rename(apps, "Kan försöka skicka utgående brev igen")


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0025_mejl_and_typ"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
