"""When the recurring work of an installation last succeeded, for /readyz."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class MaintenanceRun(models.Model):
    """Latest success of one recurring task; a failed run leaves no trace here."""

    class Task(models.TextChoices):
        BACKUP = "backup", "Säkerhetskopiering"
        VERIFICATION = "verification", "Kontroll av beslutade rapporter"
        READINESS = "readiness", "Provskrivning i databasen"

    task = models.CharField("uppgift", max_length=20, choices=Task, primary_key=True)
    succeeded_at = models.DateTimeField("lyckades senast")

    class Meta:
        verbose_name = "driftuppgift"
        verbose_name_plural = "driftuppgifter"
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_task_display()

    @classmethod
    def record(cls, task: Task, now: datetime) -> None:
        """Store that `task` has succeeded."""
        cls.objects.update_or_create(task=task, defaults={"succeeded_at": now})

    @classmethod
    def last_success(cls, task: Task) -> datetime | None:
        return cls.objects.filter(task=task).values_list("succeeded_at", flat=True).first()
