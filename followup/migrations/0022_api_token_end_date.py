"""Keys to the API end: existing ones a year after the migration."""

from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone


def in_a_year():
    return timezone.localdate() + timedelta(days=365)


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0021_event_of_a_withdrawn_proposal"),
        ("organisation", "0007_account_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="expires_on",
            field=models.DateField(default=in_a_year, verbose_name="gäller till och med"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="kind",
            field=models.CharField(
                choices=[("reminder", "Påminnelse"), ("decision", "Beslut"), ("account", "Ändrat konto")],
                max_length=20,
                verbose_name="slag",
            ),
        ),
    ]
