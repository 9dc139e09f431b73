"""Give each unit that shares a goal or measure its contribution in the years that take answers.

Until now all responsible units of an item wrote one answer together. That answer stays: it is the joint one.
"""

from django.db import migrations


def create_contributions(apps, schema_editor):
    """Create the contributions of items with several units. Nobody is lead yet, so all of them contribute."""
    for kind, entry_model, responsibility_model in (
        ("sub_goal", "SubGoalEntry", "SubGoalResponsibility"),
        ("measure", "MeasureEntry", "MeasureResponsibility"),
    ):
        units = _units_by_item(apps.get_model("programmes", responsibility_model))
        entries = apps.get_model("followup", entry_model).objects.filter(follow_up__state__in=["open", "under_review"])
        for follow_up_id, item_id in entries.values_list("follow_up_id", f"{kind}_id"):
            _contribute(apps, follow_up_id, f"{kind}_id", item_id, units.get(item_id, []))


def _units_by_item(responsibility_model):
    units = {}
    for item_id, unit_id in responsibility_model.objects.order_by("pk").values_list("item_id", "unit_id"):
        units.setdefault(item_id, []).append(unit_id)
    return units


def _contribute(apps, follow_up_id, column, item_id, unit_ids):
    """Create the contributions of the units to one item. A unit that is alone has nothing to contribute to."""
    if len(unit_ids) < 2:
        return
    contribution_model = apps.get_model("followup", "Contribution")
    for unit_id in unit_ids:
        contribution_model.objects.get_or_create(follow_up_id=follow_up_id, unit_id=unit_id, **{column: item_id})


def remove_contributions(apps, schema_editor):
    """Remove the contributions that nobody has written."""
    apps.get_model("followup", "Contribution").objects.filter(version=1, text="", events=None).delete()


class Migration(migrations.Migration):
    dependencies = [("followup", "0035_contributions")]

    operations = [migrations.RunPython(create_contributions, remove_contributions)]
