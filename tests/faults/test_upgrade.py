"""From the first release's database, with what people had written in it, to this version; and back."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest

from tests.installation import Browser, Installation, Postgres

# The latest migrations of release 0.1.0. They are never edited.
FIRST = {"organisation": "0001_initial", "programmes": "0001_initial", "followup": "0003_search_indexes"}
DATA = Path(__file__).parent / "data" / "first-release.sql"
# What `verify_reports` of the first release said of that database.
CHAIN = "b30bf1fae829690997b21e4b776e5f968834ecae8431540c5ef420c4452e076c"
COMMENTS = (
    "SELECT string_agg(comment, '|' ORDER BY history_id) FROM followup_historicalsubgoalentry"
    " WHERE comment LIKE 'Torgen%' AND state = 'draft'"
)


def migrate(site: Installation, targets: dict[str, str]) -> str:
    commands = "".join(f"call_command('migrate', {app!r}, {name!r}, verbosity=0)\n" for app, name in targets.items())
    return site.python("from django.core.management import call_command\n" + commands)


@pytest.fixture
def first_release(postgres: Postgres, tmp_path: Path) -> Installation:
    """An installation of this version whose database is still the first release's."""
    site = Installation.at(tmp_path, postgres.create("first_release"))
    site.environment["STATIC_ROOT"] = postgres.static  # type: ignore[attr-defined]
    # What Django's own apps have is the same in both.
    migrate(site, FIRST | {"sessions": "0001_initial", "admin": "0003_logentry_add_action_flag_choices"})
    command = ["psql", site.environment["DATABASE_URL"], "--quiet", "--set=ON_ERROR_STOP=1", f"--file={DATA}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return site


class Reader(threading.Thread):
    """Reads what everybody reads, over and over; `waited_in_vain` says what it could not read within seconds."""

    def __init__(self, site: Installation, postgres: Postgres) -> None:
        super().__init__()
        self.site, self.postgres = site, postgres
        self.ended = threading.Event()
        self.reads, self.waited_in_vain = 0, ""

    def run(self) -> None:
        tables = ("followup_followup", "followup_subgoalentry", "programmes_measure", "organisation_user")
        sql = "SET statement_timeout = '15s'; " + "; ".join(f"SELECT count(*) FROM {table}" for table in tables)
        while not self.ended.is_set():
            try:
                self.postgres.query(self.site.database, sql)
                self.reads += 1
            except subprocess.CalledProcessError as error:
                self.waited_in_vain = error.stderr
                return


def test_upgrade_and_back(first_release, postgres):
    site = first_release
    written = postgres.query(site.database, COMMENTS)
    assert written == "Torgen är|Torgen är ljusa nu."
    backup = site.run("script/backup", str(site.folder / "backups"), check=False)
    assert backup.returncode == 1
    assert backup.stderr.startswith("Databasen ligger efter programmet. Gör säkerhetskopian med den version")
    assert not (site.folder / "backups").exists()
    with site.server() as server:
        # The new version on the old database says what to do, to people and to machines.
        reader = Browser(server, "")
        page = reader.get("/")
        assert page.status == 503
        assert "Databasen ligger efter programmet" in page.text
        assert "Kör: manage.py migrate" in page.text
        assert reader.get("/readyz").status == 503
        assert reader.get("/healthz").status == 200

        others = Reader(site, postgres)
        others.start()
        site.manage("migrate", "-v0")
        others.ended.set()
        others.join()
        assert others.waited_in_vain == ""
        assert others.reads > 0

        # It serves without having been started again.
        official = Browser(server, site.sessions("official")[0])
        entry = official.get("/mina-uppfoljningar/trygghet-2022-2025/2023/1.1/")
        assert entry.status == 200
        assert "Torgen är ljusa nu." in entry.text
        report = official.get("/program/trygghet-2022-2025/2022/rapport/")
        assert report.status == 200
        assert "Tolv lampor." in report.text
        fields = {"goal-version": entry.fields()["goal-version"], "goal-comment": "Torgen är ljusa nu. Och lugna."}
        assert official.post("/mina-uppfoljningar/trygghet-2022-2025/2023/1.1/autospara/", fields).status == 200
    assert f"Kedjans senaste kontrollsumma: {CHAIN}" in site.manage("verify_reports").stdout
    assert postgres.query(site.database, COMMENTS) == f"{written}|Torgen är ljusa nu. Och lugna."
    outcomes = "SELECT count(*) FROM programmes_historicalindicatorvalue"
    assert int(postgres.query(site.database, outcomes)) >= 1

    migrate(site, FIRST)
    assert postgres.query(site.database, COMMENTS) == f"{written}|Torgen är ljusa nu. Och lugna."
    site.manage("migrate", "-v0")
    assert f"Kedjans senaste kontrollsumma: {CHAIN}" in site.manage("verify_reports").stdout
