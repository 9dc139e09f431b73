"""A backup is restored into an empty database with everything: rows, files, the chain of decided reports."""

import base64
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from followup.report import signing
from huddinge_safety.backup import SIGNATURE, SUMS, BackupError, check, restore, write_checksums
from tests.followup.writing.test_attachments import pdf
from tests.installation import Browser, Installation

PDF = pdf()
ATTACH = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/bifoga/"


def scripts(site: Installation, name: str, place: Path, check: bool = True):
    return site.run("script/" + name, str(place), check=check)


ROWS = """
from django.apps import apps
for model in apps.get_models(include_auto_created=True):
    if model._meta.label not in ("sessions.Session", "followup.MaintenanceRun"):
        print(model._meta.label, model._base_manager.count())
"""


def contents(site: Installation) -> tuple[str, str]:
    """How many rows there are of each kind, and what checking the decided reports says."""
    return site.python(ROWS), site.manage("verify_reports").stdout


def test_everything_comes_back(site, postgres, tmp_path):
    with site.server() as server:
        assert Browser(server, site.sessions("official")[0]).upload(ATTACH, "a.pdf", PDF).status == 302
    before = contents(site)
    made = scripts(site, "backup", tmp_path / "backups").stdout.strip()
    last_backup = (
        "SELECT to_char(succeeded_at AT TIME ZONE 'UTC', 'YYYYMMDD\"T\"HH24MISS') FROM followup_maintenancerun"
    )
    assert postgres.query(site.database, f"{last_backup} WHERE task = 'backup'") == made[-16:-1]
    assert re.fullmatch(rf"{tmp_path}/backups/backup-\d{{8}}T\d{{6}}Z", made)

    elsewhere = Installation.at(tmp_path / "elsewhere", postgres.create("restored"))
    said = scripts(elsewhere, "restore", Path(made)).stdout
    assert "Säkerhetskopian från version" in said
    assert said.endswith(before[1])
    assert "beslutade rapporter kontrollerade, inget skiljer." in before[1]
    assert contents(elsewhere) == before
    [file] = [path for path in (tmp_path / "elsewhere" / "media").rglob("*") if path.is_file()]
    assert file.read_bytes() == PDF

    # Not over what is there.
    refused = scripts(elsewhere, "restore", Path(made), check=False)
    assert refused.returncode == 1
    assert "Databasen är inte tom." in refused.stderr


def test_a_damaged_backup_changes_nothing(site, postgres, tmp_path):
    made = Path(scripts(site, "backup", tmp_path).stdout.strip())
    dump = made / "database.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    elsewhere = Installation.at(tmp_path / "elsewhere", postgres.create("untouched"))
    refused = scripts(elsewhere, "restore", made, check=False)
    assert (refused.returncode, refused.stderr.strip()) == (1, "Säkerhetskopian är skadad: database.dump.")
    assert postgres.query("untouched", r"\dt") == ""


KEY = bytes(range(32))
OTHER_KEY = bytes(reversed(range(32)))


@pytest.fixture
def signed_backup(site, tmp_path) -> Path:
    """A signed backup of a site with one attachment."""
    site.environment["ARCHIVE_SIGNING_KEY"] = base64.b64encode(KEY).decode()
    with site.server() as server:
        assert Browser(server, site.sessions("official")[0]).upload(ATTACH, "a.pdf", PDF).status == 302
    return Path(scripts(site, "backup", tmp_path / "backups").stdout.strip())


def replace_attachment(backup: Path) -> None:
    [attachment] = (path for path in (backup / "files").rglob("*") if path.is_file())
    attachment.write_bytes(b"%PDF another")


def checksum_again(backup: Path) -> None:
    """Replace an attachment and write matching checksums, as somebody without the key would."""
    replace_attachment(backup)
    signature = (backup / SIGNATURE).read_text()
    for name in (SUMS, SIGNATURE):
        (backup / name).unlink()
    write_checksums(backup)
    (backup / SIGNATURE).write_text(signature)


def sign_replaced_attachment(backup: Path) -> None:
    """Replace an attachment before the backup is signed, as a faulty disk would."""
    checksum_again(backup)
    for name in (SUMS, SIGNATURE):
        (backup / name).unlink()
    write_checksums(backup)


def remove_attachment(backup: Path) -> None:
    [attachment] = (path for path in (backup / "files").rglob("*") if path.is_file())
    attachment.unlink()


def append(name: str) -> Callable[[Path], object]:
    return lambda backup: (backup / name).write_bytes((backup / name).read_bytes() + b" ")


CHANGED = "Säkerhetskopians signatur stämmer inte: den är ändrad, eller"
TAMPERINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda backup: None, "Databasen är inte tom."),
    "database": (append("database.dump"), "Säkerhetskopian är skadad: database.dump."),
    "facts": (append("about.json"), "Säkerhetskopian är skadad: about.json."),
    "attachment": (replace_attachment, "Säkerhetskopian är skadad: files/attachments/"),
    "lost attachment": (remove_attachment, "Säkerhetskopian är skadad: files/attachments/"),
    "checksums": (checksum_again, CHANGED),
    "signature": (lambda backup: (backup / SIGNATURE).write_text("AAAA"), CHANGED),
    "no signature": (lambda backup: (backup / SIGNATURE).unlink(), "Säkerhetskopian är inte signerad: SHA256SUMS.sig"),
    "no checksums": (lambda backup: (backup / SUMS).unlink(), "backup är ingen hel säkerhetskopia: SHA256SUMS saknas."),
    "added file": (
        lambda backup: (backup / "files" / "n").write_text("x"),
        "filer som inte hör till den: files/n",
    ),
    "damaged before": (sign_replaced_attachment, "Filer är inte de som databasen har kontrollsummor för: attachments/"),
}


@pytest.mark.django_db
def test_every_part_of_a_backup_is_checked_before_it_is_restored(signed_backup, tmp_path, settings):
    settings.ARCHIVE_SIGNING_KEY = KEY
    for name, (tamper, problem) in TAMPERINGS.items():
        copy = tmp_path / name / "backup"
        shutil.copytree(signed_backup, copy)
        tamper(copy)
        with pytest.raises(BackupError) as refused:
            restore(copy)
        assert problem in str(refused.value), name


@pytest.mark.django_db
def test_a_signature_needs_a_trusted_key_and_is_not_asked_for_without_one(signed_backup, settings):
    settings.ARCHIVE_SIGNING_KEY = OTHER_KEY
    with pytest.raises(BackupError, match="signatur stämmer inte"):
        check(signed_backup)
    settings.ARCHIVE_SIGNING_KEY = KEY
    assert check(signed_backup) is None
    own_public = signing.public_key()
    settings.ARCHIVE_SIGNING_KEY = OTHER_KEY
    settings.ARCHIVE_PUBLIC_KEYS = [base64.b64decode(own_public)]
    assert check(signed_backup) is None
    (signed_backup / SIGNATURE).unlink()
    with pytest.raises(BackupError, match="inte signerad"):
        check(signed_backup)
    assert check(signed_backup, needs_signature=False) is None
    settings.ARCHIVE_SIGNING_KEY, settings.ARCHIVE_PUBLIC_KEYS = b"", []
    assert check(signed_backup) is None


def test_a_damaged_attachment_is_reported_and_gives_no_backup(site, tmp_path):
    with site.server() as server:
        assert Browser(server, site.sessions("official")[0]).upload(ATTACH, "a.pdf", PDF).status == 302
    [file] = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    file.write_bytes(b"%PDF another")
    refused = scripts(site, "backup", tmp_path / "backups", check=False)
    assert refused.returncode == 1
    assert (
        f"Filer är inte de som databasen har kontrollsummor för: {file.relative_to(tmp_path / 'media')}."
        in refused.stderr
    )


def test_a_lost_file_is_told_and_gives_no_backup(site, tmp_path):
    with site.server() as server:
        assert Browser(server, site.sessions("official")[0]).upload(ATTACH, "a.pdf", PDF).status == 302
    [file] = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    file.unlink()
    refused = scripts(site, "backup", tmp_path / "backups", check=False)
    assert refused.returncode == 1
    assert file.name in refused.stderr
    assert [path.suffix for path in (tmp_path / "backups").iterdir()] == [".partial"]


def test_sqlite_is_backed_up_while_it_is_written(tmp_path):
    database = tmp_path / "db.sqlite3"
    site = Installation.at(tmp_path, f"sqlite:///{database}")
    site.manage("migrate", "-v0")
    made = Path(scripts(site, "backup", tmp_path / "backups").stdout.strip())
    elsewhere = Installation.at(tmp_path / "elsewhere", f"sqlite:///{tmp_path / 'restored.sqlite3'}")
    assert "0 beslutade rapporter kontrollerade" in scripts(elsewhere, "restore", made).stdout
    assert contents(elsewhere) == contents(site)
    assert "Databasen är inte tom." in scripts(elsewhere, "restore", made, check=False).stderr
