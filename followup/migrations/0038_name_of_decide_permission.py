"""Give the permission to record decisions a name without a certain body. Django names only new permissions."""

from django.db import migrations


def rename(apps, name):
    permissions = apps.get_model("auth", "Permission").objects
    permissions.filter(content_type__app_label="followup", codename="decide_followup").update(name=name)


def forwards(apps, schema_editor):
    rename(apps, "Kan föra in beslut om uppföljningar")


def backwards(apps, schema_editor):
    rename(apps, "Kan föra in kommunstyrelsens beslut")


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0037_names_of_deciding_bodies"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
