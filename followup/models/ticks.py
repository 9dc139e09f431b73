"""Change counter of the database."""

from django.db import models


class Tick(models.Model):
    """One or several changes of data that reports show. Triggers insert the rows; `change_counter` sums them.

    Inserted rows, not one incremented row, so that concurrent writers do not wait for each other's lock.
    """

    number = models.PositiveBigIntegerField("antal")

    class Meta:
        verbose_name = "räknad ändring"
        verbose_name_plural = "räknade ändringar"

    def __str__(self) -> str:
        return str(self.number)
