"""Each check of /readyz names its problem, and the limits are settings."""

import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from followup.models import MaintenanceRun, Rendering, Workbook
from huddinge_safety.readiness import ALL_CHECKS, find_problems

NOW = datetime(2021, 2, 17, 11, 0, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installed_now() -> None:
    MigrationRecorder.Migration.objects.update(applied=NOW)


def problems(now: datetime = NOW) -> dict[str, str]:
    """Return the checks that fail, with their texts."""
    return {name: problem for name, problem in find_problems(ALL_CHECKS, now).items() if problem}


def test_a_new_installation_has_no_problems():
    assert problems() == {}


def test_each_request_writes_to_the_database():
    assert problems(NOW) == {}
    assert MaintenanceRun.last_success(MaintenanceRun.Task.READINESS) == NOW
    assert problems(NOW + timedelta(minutes=1)) == {}
    assert MaintenanceRun.last_success(MaintenanceRun.Task.READINESS) == NOW + timedelta(minutes=1)


def test_a_database_that_cannot_be_written_to_is_named(caplog):
    def refuse_writing(execute, sql, *rest):
        if sql.startswith(("INSERT", "UPDATE")):
            raise DatabaseError("cannot execute INSERT in a read-only transaction")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse_writing):
        assert problems() == {
            "writing": "Det går inte att skriva i databasen. Kontrollera dess utrymme, och att den inte är en läskopia."
        }
    assert "read-only transaction" in caplog.text


def test_a_full_disk_is_named(settings, tmp_path, monkeypatch):
    # The folder is made with the first attachment, so the nearest one above it is looked at.
    settings.MEDIA_ROOT = str(tmp_path / "media" / "files")
    free = {str(tmp_path): 499 * 2**20}
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, free.get(str(path), 10 * 2**30)))
    assert problems() == {"space": f"{tmp_path} har 499 MB ledigt utrymme, och minst 500 MB behövs."}
    settings.FREE_SPACE_MIN_MB = 499
    assert problems() == {}


@pytest.fixture
def rendering(open_year) -> Rendering:
    return Rendering.objects.create(follow_up=open_year, document="report", key="a" * 64, source="{}", asked_at=NOW)


@pytest.mark.parametrize("is_running", [False, True])
def test_a_pdf_that_waits_too_long_is_named(rendering, settings, is_running):
    if is_running:
        Rendering.objects.update(state="running", slot=1, started_at=NOW, beat_at=NOW)
    assert problems(NOW + timedelta(minutes=15)) == {}
    text = (
        "Den första PDF-filen i kön har väntat i 16 minuter, och 15 är gränsen."
        " Kontrollera tjänsten huddinge-safety-render."
    )
    assert problems(NOW + timedelta(minutes=16)) == {"pdf_queue": text}
    settings.QUEUE_MAX_MINUTES = 16
    assert problems(NOW + timedelta(minutes=16)) == {}
    Rendering.objects.update(state="failed", slot=None, finished_at=NOW)
    assert problems(NOW + timedelta(minutes=30)) == {}


def test_a_file_that_waits_too_long_is_named(official):
    Workbook.objects.create(name="a.xlsx", content=b"", by=official, state="waiting", asked_at=NOW)
    text = (
        "Den första filen som ska läsas har väntat i 20 minuter, och 15 är gränsen."
        " Kontrollera tjänsten huddinge-safety-files."
    )
    assert problems(NOW + timedelta(minutes=20)) == {"file_queue": text}


RUNS = [
    ("backup", "BACKUP_MAX_HOURS", "säkerhetskopiering", "Kontrollera huddinge-safety-backup.timer."),
    (
        "verification",
        "VERIFICATION_MAX_HOURS",
        "kontroll av beslutade rapporter",
        "Kontrollera huddinge-safety-verify.timer, och kör manage.py verify_reports.",
    ),
]


@pytest.mark.parametrize(("task", "setting", "work", "remedy"), RUNS)
def test_work_that_has_not_succeeded_for_long_is_named(settings, task, setting, work, remedy):
    settings.BACKUP_MAX_HOURS = settings.VERIFICATION_MAX_HOURS = 0
    setattr(settings, setting, 36)
    assert problems(NOW + timedelta(hours=36)) == {}
    assert problems(NOW + timedelta(hours=37)) == {task: f"Ingen {work} har lyckats. {remedy}"}
    MaintenanceRun.record(MaintenanceRun.Task(task), NOW + timedelta(hours=30))
    assert problems(NOW + timedelta(hours=66)) == {}
    text = f"Senaste lyckade {work} var 18 februari 2021 kl. 18.00, och 36 timmar är gränsen. {remedy}"
    assert problems(NOW + timedelta(hours=67)) == {task: text}
    setattr(settings, setting, 0)
    assert problems(NOW + timedelta(hours=67)) == {}


def test_an_old_backup_is_503_but_pages_are_served():
    MaintenanceRun.record(MaintenanceRun.Task.BACKUP, timezone.now() - timedelta(days=3))
    MaintenanceRun.record(MaintenanceRun.Task.VERIFICATION, timezone.now())
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "fel"
    assert response.json()["backup"].startswith("Senaste lyckade säkerhetskopiering var ")
    assert Client().get("/readyz?only=serving").status_code == 200


def test_a_successful_verification_leaves_a_trace(settings, tmp_path, capsys):
    settings.ARCHIVE_ANCHOR_FILE = str(tmp_path / "anchor.txt")
    call_command("verify_reports")
    first = MaintenanceRun.last_success(MaintenanceRun.Task.VERIFICATION)
    assert first is not None
    assert timezone.now() - first < timedelta(minutes=5)


def test_a_verification_that_finds_faults_leaves_no_trace(settings, tmp_path, capsys):
    settings.ARCHIVE_ANCHOR_FILE = str(tmp_path / "anchor.txt")
    (tmp_path / "anchor.txt").write_text(f"1 {'0' * 64} -\n")
    with pytest.raises(CommandError):
        call_command("verify_reports")
    assert MaintenanceRun.last_success(MaintenanceRun.Task.VERIFICATION) is None
