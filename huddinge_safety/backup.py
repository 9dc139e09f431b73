"""A backup of all that the site holds, and putting one back (`script/backup`, `script/restore`).

A backup is a folder: the database, as pg_dump or SQLite itself writes it, every file that the database names, and the
checksum of each. It gets its name when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, models

from huddinge_safety.upgrading import unapplied_migrations

DATABASE = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
FILES = "files"
SUMS = "SHA256SUMS"
ABOUT = "about.json"


class Failed(Exception):
    """Why there is no backup, or none was put back, in Swedish."""


def save(folder: Path, now: datetime) -> Path:
    """A new backup in `folder`; the path of it. Failed, and nothing but the part that was made is there."""
    if unapplied_migrations():
        raise Failed(
            "Databasen ligger efter programmet. Gör säkerhetskopian med den version som databasen har,"
            " eller kör manage.py migrate först."
        )
    target = folder / f"backup-{now:%Y%m%dT%H%M%SZ}"
    partial = target.with_suffix(".partial")
    if target.exists():
        raise Failed(f"{target} finns redan.")
    partial.mkdir(parents=True, mode=0o700)
    # Before and after, so that a file is there whether it was removed or added while the database was read.
    missing = _copy_files(partial / FILES)
    _dump(partial / DATABASE[connection.vendor])
    missing &= _copy_files(partial / FILES)  # gone both times: not removed meanwhile, but lost
    if missing:
        raise Failed(f"Filer som databasen nämner saknas: {', '.join(map(_with_decision, sorted(missing)))}.")
    about = {"version": settings.VERSION, "at": now.isoformat(timespec="seconds"), "database": connection.vendor}
    (partial / ABOUT).write_text(json.dumps(about))
    sums = [f"{_sha256(path)}  {path.relative_to(partial)}\n" for path in sorted(partial.rglob("*")) if path.is_file()]
    (partial / SUMS).write_text("".join(sums))
    partial.rename(target)
    MaintenanceRun = apps.get_model("followup", "MaintenanceRun")
    MaintenanceRun.record(MaintenanceRun.Task.BACKUP, now)
    return target


def restore(backup: Path) -> str:
    """Put `backup` back, into an empty database; the version that it was made with. Failed, before anything is changed
    when the backup is not whole or the database is not empty."""
    check(backup)
    about: dict[str, str] = json.loads((backup / ABOUT).read_text())
    if about["database"] != connection.vendor:
        raise Failed(f"Säkerhetskopian är från {about['database']}, och DATABASE_URL pekar på {connection.vendor}.")
    if connection.introspection.table_names():
        raise Failed("Databasen är inte tom. Skapa en ny, peka DATABASE_URL på den och försök igen.")
    files = {str(path.relative_to(backup / FILES)): path for path in (backup / FILES).rglob("*") if path.is_file()}
    present = {name for name in files if default_storage.exists(name)}
    if differing := sorted(name for name in present if not _is_same(name, files[name])):
        raise Failed(f"Filer finns redan, med annat innehåll: {', '.join(differing)}. Ingenting ändrades.")
    _load(backup / DATABASE[connection.vendor])
    for name in sorted(files.keys() - present):
        with files[name].open("rb") as file:
            default_storage.save(name, File(file))
    return about["version"]


def check(backup: Path) -> None:
    """Failed, naming what differs, unless every file is there with the checksum that it was written with."""
    if not (backup / SUMS).exists():
        raise Failed(f"{backup} är ingen hel säkerhetskopia: {SUMS} saknas.")
    sums = [line.partition("  ") for line in (backup / SUMS).read_text().splitlines()]
    present = {str(path.relative_to(backup)): path for path in backup.rglob("*") if path.is_file()}
    wrong = [name for expected, _, name in sums if name not in present or _sha256(present[name]) != expected]
    if wrong:
        raise Failed(f"Säkerhetskopian är skadad: {', '.join(wrong)}.")


def _dump(path: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
    else:
        _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={path}"])


def _load(path: Path) -> None:
    if connection.vendor == "sqlite":
        connection.close()
        shutil.copyfile(path, settings.DATABASES["default"]["NAME"])
    else:
        _run("pg_restore", ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(path)])


def _run(program: str, options: list[str]) -> None:
    (_psql, *place, name), password = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    command = [program, *place, f"--dbname={name}", *options]
    try:
        subprocess.run(command, env={**os.environ, **(password or {})}, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise Failed(f"{program} saknas. Installera systempaketet postgresql-client.") from error
    except subprocess.CalledProcessError as error:
        raise Failed(f"{program}: {error.stderr.strip()}") from error


def _copy_files(folder: Path) -> set[str]:
    """Copy what the database names and `folder` lacks; the names of those that are gone."""
    missing = set()
    for name in _named_files():
        path = folder / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with default_storage.open(name) as file, path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        except FileNotFoundError:
            missing.add(name)
    return missing


def _named_files() -> Iterator[str]:
    """Every file that a row names. Histories name files that may be gone."""
    for model in apps.get_models():
        if model.__name__.startswith("Historical"):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.FileField):
                names = model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                yield from names.iterator()


def _with_decision(name: str) -> str:
    """Return a file name with the decisions whose PDF it is, so that the reader knows what has been lost."""
    decided = apps.get_model("followup", "DecidedReport").objects.filter(pdf=name).select_related("decision__follow_up")
    decisions = "; ".join(str(report.decision) for report in decided)
    return f"{name} (PDF till {decisions})" if decisions else name


def _is_same(name: str, path: Path) -> bool:
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content == path.read_bytes()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(action: str, place: str) -> None:
    django.setup()
    if action == "save":
        print(save(Path(place), datetime.now(UTC)))
        return
    version = restore(Path(place))
    print(f"Säkerhetskopian från version {version} är återställd.")
    if version == settings.VERSION:
        call_command("verify_reports")
    else:
        print("Kör nu manage.py migrate och sedan manage.py verify_reports.")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failed as failure:
        sys.exit(str(failure))
