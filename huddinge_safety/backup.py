"""Backup of the database and its files, and restoring it (`script/backup`, `script/restore`).

A backup is a folder: the database, as pg_dump or SQLite itself writes it, every file that the database names, the
checksum of each, and a signature of the checksums. It gets its final name when it is complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

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
SIGNATURE = "SHA256SUMS.sig"
ABOUT = "about.json"


class StoredChecksum(NamedTuple):
    """Columns of a table in which the program stores a file's name and its checksum."""

    table: str
    name: str
    sha256: str


STORED_CHECKSUMS = [
    StoredChecksum("followup_attachment", "file", "sha256"),
    StoredChecksum("followup_decidedreport", "pdf", "pdf_sha256"),
]


class BackupError(Exception):
    """Reason in Swedish why no backup was made or restored."""


def save(folder: Path, now: datetime) -> Path:
    """Make a backup in `folder` and return its path. After an error only a folder named .partial is left."""
    if unapplied_migrations():
        raise BackupError(
            "Databasen ligger efter programmet. Gör säkerhetskopian med den version som databasen har,"
            " eller kör manage.py migrate först."
        )
    target = folder / f"backup-{now:%Y%m%dT%H%M%SZ}"
    partial = target.with_suffix(".partial")
    if target.exists():
        raise BackupError(f"{target} finns redan.")
    partial.mkdir(parents=True, mode=0o700)
    _copy_all(partial)
    about = {"version": settings.VERSION, "at": now.isoformat(timespec="seconds"), "database": connection.vendor}
    (partial / ABOUT).write_text(json.dumps(about))
    write_checksums(partial)
    partial.rename(target)

    MaintenanceRun = apps.get_model("followup", "MaintenanceRun")
    MaintenanceRun.record(MaintenanceRun.Task.BACKUP, now)
    return target


def restore(backup: Path, *, needs_signature: bool = True) -> str:
    """Restore `backup` into an empty database and return the version that made it.

    Everything is checked first: an error leaves the database and the files as they were.
    """
    check(backup, needs_signature=needs_signature)
    about: dict[str, str] = json.loads((backup / ABOUT).read_text())
    _check_database_system(about["database"])
    check_stored_checksums(backup)
    _check_database_is_empty()
    missing_files = _files_missing_from_storage(backup)

    _load(backup / DATABASE[connection.vendor])
    for name, path in missing_files.items():
        with path.open("rb") as file:
            default_storage.save(name, File(file))
    return about["version"]


def _check_database_system(backed_up: str) -> None:
    if backed_up != connection.vendor:
        raise BackupError(f"Säkerhetskopian är från {backed_up}, och DATABASE_URL pekar på {connection.vendor}.")


def _check_database_is_empty() -> None:
    if connection.introspection.table_names():
        raise BackupError("Databasen är inte tom. Skapa en ny, peka DATABASE_URL på den och försök igen.")


def _files_missing_from_storage(backup: Path) -> dict[str, Path]:
    """Return the backed-up files that storage lacks; raise BackupError where it has one with other content."""
    missing = {}
    differing = []
    for name, path in sorted(_files_of(backup).items()):
        if not default_storage.exists(name):
            missing[name] = path
        elif not _has_same_content(name, path):
            differing.append(name)
    if differing:
        raise BackupError(f"Filer finns redan, med annat innehåll: {', '.join(differing)}. Ingenting ändrades.")
    return missing


def check(backup: Path, *, needs_signature: bool = True) -> None:
    """Raise BackupError unless the backup has exactly the files of its list of checksums, and the list is signed.

    :param needs_signature: False for a backup made before the municipality had a key.
    """
    checksum_list = backup / SUMS
    if not checksum_list.exists():
        raise BackupError(f"{backup} är ingen hel säkerhetskopia: {SUMS} saknas.")
    if needs_signature:
        _check_signature(backup)
    checksums = _listed_checksums(checksum_list)
    files = {str(path.relative_to(backup)): path for path in backup.rglob("*") if not path.is_dir()}
    damaged = [name for name, checksum in checksums.items() if name not in files or _sha256(files[name]) != checksum]
    if damaged:
        raise BackupError(f"Säkerhetskopian är skadad: {', '.join(damaged)}.")
    unknown = sorted(files.keys() - checksums.keys() - {SUMS, SIGNATURE})
    if unknown:
        raise BackupError(f"Säkerhetskopian har filer som inte hör till den: {', '.join(unknown)}.")


def _listed_checksums(checksum_list: Path) -> dict[str, str]:
    """Return the checksum of each file name in a list in the format of the program sha256sum."""
    checksums = {}
    for line in checksum_list.read_text().splitlines():
        checksum, _, name = line.partition("  ")
        checksums[name] = checksum
    return checksums


def check_stored_checksums(backup: Path) -> None:
    """Compare the files with the checksums that the backed-up database stores for them. Raise BackupError."""
    files = _files_of(backup)
    database = backup / DATABASE[connection.vendor]
    differing = []
    for columns in STORED_CHECKSUMS:
        for name, checksum in _stored_checksums(database, columns):
            if name and (name not in files or _sha256(files[name]) != checksum):
                differing.append(name)
    if differing:
        raise BackupError(f"Filer är inte de som databasen har kontrollsummor för: {', '.join(sorted(differing))}.")


def _copy_all(partial: Path) -> None:
    """Copy the database, and its files before and after it: files are added and removed meanwhile."""
    missing_before = _copy_files(partial / FILES)
    _dump(partial / DATABASE[connection.vendor])
    # A file that is missing only once was added or removed meanwhile.
    if missing := missing_before & _copy_files(partial / FILES):
        raise BackupError(f"Filer som databasen nämner saknas: {', '.join(map(_with_decision, sorted(missing)))}.")
    check_stored_checksums(partial)


def write_checksums(partial: Path) -> None:
    """Write the list of checksums, and its signature when a key is set."""
    from followup.report.signing import can_sign, sign_message

    sums = [f"{_sha256(path)}  {path.relative_to(partial)}\n" for path in sorted(partial.rglob("*")) if path.is_file()]
    content = "".join(sums)
    (partial / SUMS).write_text(content)
    if can_sign():
        (partial / SIGNATURE).write_text(sign_message(_signed_message(content)) + "\n")


def _check_signature(backup: Path) -> None:
    """Raise BackupError unless a trusted key signed the list of checksums; nothing is checked without any key."""
    from followup.report.signing import has_trusted_signature, trusted_keys

    if not trusted_keys():
        return
    signature = backup / SIGNATURE
    if not signature.exists():
        raise BackupError(
            f"Säkerhetskopian är inte signerad: {SIGNATURE} saknas. Är den från tiden före signeringsnyckeln,"
            " återställ den med --unsigned."
        )
    if not has_trusted_signature(_signed_message((backup / SUMS).read_text()), signature.read_text().strip()):
        raise BackupError(
            "Säkerhetskopians signatur stämmer inte: den är ändrad, eller signerad med en nyckel som varken är"
            " ARCHIVE_SIGNING_KEY eller en av ARCHIVE_PUBLIC_KEYS."
        )


def _signed_message(sums: str) -> bytes:
    return f"huddinge_safety backup\n{sums}".encode()


def _files_of(backup: Path) -> dict[str, Path]:
    """Return the backed-up files by the names that the database has for them."""
    folder = backup / FILES
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def _stored_checksums(database: Path, columns: StoredChecksum) -> list[tuple[str, str]]:
    """Return file names and checksums of one table in a backed-up database."""
    if connection.vendor == "sqlite":
        return _stored_checksums_of_sqlite(database, columns)
    options = ["--data-only", f"--table={columns.table}", "--file=-", str(database)]
    return _copied_columns(_execute("pg_restore", options), columns)


def _stored_checksums_of_sqlite(database: Path, columns: StoredChecksum) -> list[tuple[str, str]]:
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            fields = [row[1] for row in copy.execute(f"PRAGMA table_info({columns.table})")]
            if columns.sha256 not in fields:
                return []
            return copy.execute(f"SELECT {columns.name}, {columns.sha256} FROM {columns.table}").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"Databasen i säkerhetskopian går inte att läsa: {error}.") from error


def _copied_columns(sql: str, columns: StoredChecksum) -> list[tuple[str, str]]:
    """Return two columns of the rows after COPY, in the text format of PostgreSQL.

    The line `COPY table (first, second) FROM stdin;` names the columns. The rows follow, with tabs between values, and
    end with a line that is a backslash and a full stop. A table from before the checksum was added gives no rows.
    """
    lines = iter(sql.splitlines())
    # Stop at the line of COPY, so that `lines` continues with the first row.
    heading = next((line for line in lines if line.startswith("COPY ")), "COPY ()")
    _, _, after_table = heading.partition("(")
    column_list, _, _ = after_table.partition(")")
    column_names = column_list.replace('"', "").split(", ")
    if columns.sha256 not in column_names:
        return []
    name_position = column_names.index(columns.name)
    checksum_position = column_names.index(columns.sha256)
    rows = [line.split("\t") for line in takewhile(lambda line: line != "\\.", lines)]
    return [(row[name_position], row[checksum_position]) for row in rows]


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
    """Run a program of PostgreSQL on the configured database."""
    (_psql, *place, name), password = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    _execute(program, [*place, f"--dbname={name}", *options], password)


def _execute(program: str, options: list[str], environment: Mapping[str, str] | None = None) -> str:
    try:
        finished = subprocess.run(
            [program, *options], env={**os.environ, **(environment or {})}, check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BackupError(f"{program} saknas. Installera systempaketet postgresql-client.") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{program}: {error.stderr.strip()}") from error
    return finished.stdout


def _copy_files(folder: Path) -> set[str]:
    """Copy the files that the database names and `folder` lacks. Return the names of those that are missing."""
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
    """Return every file that a row names, except history rows, which name deleted files."""
    for model in apps.get_models():
        if model.__name__.startswith("Historical"):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.FileField):
                names = model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                yield from names.iterator()


def _with_decision(name: str) -> str:
    """Return a file name with the decisions whose PDF it is, so that the reader knows which decision is affected."""
    decided = apps.get_model("followup", "DecidedReport").objects.filter(pdf=name).select_related("decision__follow_up")
    decisions = "; ".join(str(report.decision) for report in decided)
    return f"{name} (PDF till {decisions})" if decisions else name


def _has_same_content(name: str, path: Path) -> bool:
    """Return whether the stored file `name` has the content of the file at `path`."""
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content == path.read_bytes()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(action: str, folder: str, *options: str) -> None:
    django.setup()
    if action == "save":
        print(save(Path(folder), datetime.now(UTC)))
        return
    version = restore(Path(folder), needs_signature="--unsigned" not in options)
    print(f"Säkerhetskopian från version {version} är återställd.")
    if version == settings.VERSION:
        call_command("verify_reports")
    else:
        print("Kör nu manage.py migrate och sedan manage.py verify_reports.")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except BackupError as error:
        sys.exit(str(error))
