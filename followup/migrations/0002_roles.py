"""The global roles as groups. A data migration of its own, with a way back."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ALL = ("add", "change", "delete", "view")
ROLES = {
    "Granskare": [
        ("organisation", ("unit",), ("view",)),
        (
            "programmes",
            (
                "programme",
                "responsibilityarea",
                "subgoal",
                "measure",
                "guideline",
                "perspective",
                "indicator",
                "indicatorvalue",
            ),
            ALL,
        ),
        ("followup", ("followup",), ("add", "change", "view")),
        ("followup", ("subgoalentry", "measureentry"), ("view",)),
        ("followup", ("followup",), ("review",)),
    ],
    "Nämndsekreterare": [
        ("organisation", ("unit",), ("view",)),
        (
            "programmes",
            ("programme", "responsibilityarea", "subgoal", "measure", "guideline", "indicator", "indicatorvalue"),
            ("view",),
        ),
        ("followup", ("followup", "subgoalentry", "measureentry"), ("view",)),
        ("followup", ("followup",), ("decide",)),
    ],
    "Administratör": [
        ("organisation", ("user", "unit", "membership"), ALL),
        ("organisation", ("accessibilitystatement",), ("add", "change", "view")),
        ("auth", ("group",), ("view",)),
        ("followup", ("outgoingmail",), ("view", "retry")),
    ],
}


def create_roles(apps, schema_editor):
    # Permissions are otherwise made only after all migrations have run.
    for label in ("auth", "organisation", "programmes", "followup"):
        app_config = apps.get_app_config(label)
        app_config.models_module = True
        create_permissions(app_config, apps=apps, verbosity=0)
        app_config.models_module = None
    grant_roles(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


def grant_roles(Group, Permission):
    for role, grants in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        for label, models, actions in grants:
            codenames = [f"{action}_{model}" for action in actions for model in models]
            group.permissions.add(*Permission.objects.filter(content_type__app_label=label, codename__in=codenames))


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0001_initial"),
        ("programmes", "0001_initial"),
        ("organisation", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_roles, remove_roles)]
