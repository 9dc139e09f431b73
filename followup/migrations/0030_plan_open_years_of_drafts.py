from django.db import migrations
from django.utils import timezone

REASON = "Året stod öppet i ett utkast, som enheterna inte ser"


def plan_open_years_of_drafts(apps, schema_editor):
    """Set years that are open in a draft programme back to planned. Their answers stay, and show when it is opened."""
    FollowUp = apps.get_model("followup", "FollowUp")
    HistoricalFollowUp = apps.get_model("followup", "HistoricalFollowUp")
    tracked = {field.attname for field in HistoricalFollowUp._meta.concrete_fields}
    for follow_up in FollowUp.objects.filter(state="open", programme__state="draft"):
        follow_up.state = "planned"
        follow_up.version += 1
        follow_up.save()
        values = {
            field.attname: getattr(follow_up, field.attname)
            for field in follow_up._meta.concrete_fields
            if field.attname in tracked
        }
        HistoricalFollowUp.objects.create(
            **values, history_date=timezone.now(), history_type="~", history_change_reason=REASON
        )


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0029_maintenance_run"),
        ("programmes", "0007_search_fold"),
    ]

    operations = [
        migrations.RunPython(plan_open_years_of_drafts, migrations.RunPython.noop),
    ]
