"""A backup is put back into an empty database, and everything is there: rows, files, the chain of decided reports."""

import re
from pathlib import Path

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
