"""The database's own count of changes."""

from django.db import models


class Tick(models.Model):
    """A change of something that a report shows, or several: added by triggers, also for what no model has saved.

    Rows of their own, and not one that is counted up: then two who change at once do not wait for each other.
    """

    number = models.PositiveBigIntegerField("antal")

    class Meta:
        verbose_name = "räknad ändring"
        verbose_name_plural = "räknade ändringar"

    def __str__(self) -> str:
        return str(self.number)
