"""Checks of /readyz: whether this process can serve, and whether the work behind the pages goes on."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Min, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from followup.documents.report import pdf
from followup.models import MaintenanceRun, Rendering, Workbook
from followup.models.queued import RUNNING, WAITING
from huddinge_safety.upgrading import unapplied_migrations

logger = logging.getLogger(__name__)

MIGRATE = "Kör: manage.py migrate"
NOT_CHECKED = "inte kontrollerat, eftersom databasen inte går att använda"

# Returns the problem in Swedish, or an empty text.
Check = Callable[[datetime], str]


def find_problems(checks: Mapping[str, Check], now: datetime) -> dict[str, str]:
    """Return the problem that each check finds, or an empty text, by the name of the check."""
    problems = {"database": database_problem()}
    can_use_database = not problems["database"]
    for name, check in checks.items():
        problems[name] = check(now) if can_use_database or name in WITHOUT_DATABASE else NOT_CHECKED
    return problems


def database_problem() -> str:
    """Return the reason why the database cannot be used, and the remedy; an empty text when it can."""
    try:
        missing = unapplied_migrations()
    except DatabaseError:
        logger.exception("The database does not answer")
        return "Databasen svarar inte. Kontrollera att den är igång och att DATABASE_URL stämmer."
    if missing:
        return f"Databasen ligger efter programmet: {len(missing)} migreringar saknas ({missing[0]} först). {MIGRATE}"
    return ""


def writing_problem(now: datetime) -> str:
    """Write a row: a full disk or a read-only replica still answers questions."""
    try:
        with transaction.atomic():
            MaintenanceRun.record(MaintenanceRun.Task.READINESS, now)
    except DatabaseError:
        logger.exception("The database cannot be written to")
        return "Det går inte att skriva i databasen. Kontrollera dess utrymme, och att den inte är en läskopia."
    return ""


def space_problem(now: datetime) -> str:
    """Look at the disks of the attachments, of temporary files and of SQLite."""
    for folder in _folders_written_to():
        free = shutil.disk_usage(folder).free // 2**20
        if free < settings.FREE_SPACE_MIN_MB:
            return f"{folder} har {free} MB ledigt utrymme, och minst {settings.FREE_SPACE_MIN_MB} MB behövs."
    return ""


def rendering_problem(now: datetime) -> str:
    return "" if pdf.is_available() else str(pdf.PdfUnavailableError())


def pdf_queue_problem(now: datetime) -> str:
    remedy = "Kontrollera tjänsten huddinge-safety-render."
    return _queue_problem("Den första PDF-filen i kön", Rendering.objects.all(), remedy, now)


def file_queue_problem(now: datetime) -> str:
    remedy = "Kontrollera tjänsten huddinge-safety-files."
    return _queue_problem("Den första filen som ska läsas", Workbook.objects.all(), remedy, now)


def backup_problem(now: datetime) -> str:
    remedy = "Kontrollera huddinge-safety-backup.timer."
    return _run_problem("säkerhetskopiering", MaintenanceRun.Task.BACKUP, settings.BACKUP_MAX_HOURS, remedy, now)


def verification_problem(now: datetime) -> str:
    remedy = "Kontrollera huddinge-safety-verify.timer, och kör manage.py verify_reports."
    hours = settings.VERIFICATION_MAX_HOURS
    return _run_problem("kontroll av beslutade rapporter", MaintenanceRun.Task.VERIFICATION, hours, remedy, now)


# Without these, pages fail.
SERVING_CHECKS: dict[str, Check] = {
    "writing": writing_problem,
    "space": space_problem,
    "rendering": rendering_problem,
}
WITHOUT_DATABASE = {"space", "rendering"}
# Pages are served without these, but somebody has to look.
OPERATION_CHECKS: dict[str, Check] = {
    "pdf_queue": pdf_queue_problem,
    "file_queue": file_queue_problem,
    "backup": backup_problem,
    "verification": verification_problem,
}
ALL_CHECKS = SERVING_CHECKS | OPERATION_CHECKS


def _folders_written_to() -> Iterable[Path]:
    folders = [Path(settings.MEDIA_ROOT), Path(tempfile.gettempdir())]
    database = settings.DATABASES["default"]["NAME"]
    if connection.vendor == "sqlite" and Path(database).is_file():
        folders.append(Path(database).parent)
    # The folder of the attachments is made with the first of them.
    return [next(parent for parent in (folder, *folder.parents) if parent.is_dir()) for folder in folders]


def _queue_problem(first: str, queue: QuerySet[Rendering] | QuerySet[Workbook], remedy: str, now: datetime) -> str:
    asked_at = queue.filter(state__in=(WAITING, RUNNING)).aggregate(Min("asked_at"))["asked_at__min"]
    if asked_at is None or now - asked_at <= timedelta(minutes=settings.QUEUE_MAX_MINUTES):
        return ""
    minutes = (now - asked_at) // timedelta(minutes=1)
    return f"{first} har väntat i {minutes} minuter, och {settings.QUEUE_MAX_MINUTES} är gränsen. {remedy}"


def _run_problem(work: str, task: MaintenanceRun.Task, max_hours: int, remedy: str, now: datetime) -> str:
    """Return the problem, in Swedish, when `task` has not succeeded for `max_hours`; an empty text when it has.

    :param work: the Swedish name of the task, with a small letter.
    :param max_hours: 0 turns the check off.
    :param remedy: a Swedish sentence about the way to mend it.
    """
    if not max_hours:
        return ""
    succeeded_at = MaintenanceRun.last_success(task)
    # A new installation, or the first version that records this, gets the same time for its first run.
    counted_from = succeeded_at or MigrationRecorder.Migration.objects.aggregate(Max("applied"))["applied__max"]
    if now - counted_from <= timedelta(hours=max_hours):
        return ""
    if succeeded_at is None:
        return f"Ingen {work} har lyckats. {remedy}"
    when = date_format(timezone.localtime(succeeded_at), r"j F Y \k\l. H.i")
    return f"Senaste lyckade {work} var {when}, och {max_hours} timmar är gränsen. {remedy}"
