"""Nothing fits any more, or the mail server is gone: it is said in words, and nothing is kept half."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.followup.board import CASE, FILLED
from tests.followup.smtp import mail_server
from tests.followup.writing.test_attachments import pdf
from tests.installation import HOST, Browser, free_port, kill_all, wait_until

RECORD = f"{CASE}for-in/"
ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
ROOM = "128k"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


@contextmanager
def small_disk(owner: str) -> Iterator[Path]:
    """A folder that holds little; `owner` may write there."""
    folder = tempfile.mkdtemp(prefix="small-")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=755", "tmpfs", folder], check=True)
    subprocess.run(["chown", owner, folder], check=True)
    try:
        yield Path(folder)
    finally:
        # Somebody may still have a file open there.
        subprocess.run(["umount", "--lazy", folder], check=True)
        Path(folder).rmdir()


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_file_that_does_not_fit_is_told_and_leaves_nothing(site, postgres):
    large = pdf() + b"%" + os.urandom(400_000)
    [session] = site.sessions("official")
    with small_disk("root") as disk, site.server(MEDIA_ROOT=str(disk)) as server:
        official = Browser(server, session)
        answer = official.upload(f"{ENTRY}bifoga/", "stor.pdf", large)
        assert answer.status == 422
        assert "”stor.pdf” kunde inte sparas, för servern har fel på eller ont om lagringsutrymme." in answer.text
        assert files(disk) == []
        assert postgres.query(site.database, "SELECT count(*) FROM followup_attachment") == "0"
        # What fits is taken, and writing goes on.
        assert official.upload(f"{ENTRY}bifoga/", "liten.pdf", pdf()).status == 302
        fields = {"goal-version": "1", "goal-comment": "Det går att skriva."}
        assert official.post(f"{ENTRY}autospara/", fields).status == 200


def version_on(secretary: Browser) -> dict[str, str]:
    """Return the version of the case that the page before recording shows."""
    return {"version": secretary.get(RECORD).fields()["version"]}


def test_a_decision_whose_report_does_not_fit_is_not_recorded(site, postgres):
    [session] = site.sessions("secretary")
    with small_disk("root") as disk:
        (disk / "filler").write_bytes(bytes(120_000))
        with site.server(MEDIA_ROOT=str(disk), RENDER_ON_DEMAND="1") as server:
            secretary = Browser(server, session)
            sent = FILLED | {"record": "1", "version": secretary.get(CASE).fields()["version"]}
            assert secretary.post(CASE, sent).headers["Location"] == RECORD
            assert secretary.post(RECORD, version_on(secretary)).headers["Location"] == CASE
            assert "Beslutet är inte infört. Det du skrev är sparat." in secretary.get(CASE).text
            assert postgres.query(site.database, "SELECT state FROM followup_followup WHERE year = 2022") == "proposed"
            # There is room again.
            (disk / "filler").unlink()
            subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
            assert secretary.post(RECORD, version_on(secretary)).headers["Location"].endswith("/2022/beslut/1/")
            assert "inget skiljer" in site.manage("verify_reports", MEDIA_ROOT=str(disk)).stdout


def test_a_pdf_that_the_database_has_no_room_for_is_told(site, postgres):
    """The queue's table lies on a small disk of its own: laying out works, and keeping the file does not."""
    [session] = site.sessions("official")
    address = "/program/trygghet-2022-2025/2022/rapport.pdf"
    with small_disk("postgres:postgres") as disk:
        postgres.query("postgres", f"CREATE TABLESPACE small LOCATION '{disk}'")
        with site.server() as server:
            reader = Browser(server, session)
            reader.get(address)  # fills the table's first pages
            postgres.query(site.database, "ALTER TABLE followup_rendering SET TABLESPACE small")
            left = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            (disk / "filler").write_bytes(bytes(left - 16_384))
            site.manage("render_queued", check=False)
            state = postgres.query(site.database, "SELECT state, problem FROM followup_rendering")
            assert state == "failed|Servern kunde inte spara filen."
            assert "Servern kunde inte spara filen." in reader.get(address).text
            # The pages go on meanwhile. With room again, the same file is made.
            (disk / "filler").unlink()
            subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
            postgres.query(site.database, "UPDATE followup_rendering SET state = 'waiting', finished_at = NULL")
            site.manage("render_queued")
            assert reader.get(address).body.startswith(b"%PDF-")
        postgres.query(site.database, "DROP TABLE followup_rendering CASCADE")
        postgres.query("postgres", "DROP TABLESPACE small")


MAILS = 30
QUEUE = f"""
from followup.mail.outbox import queue
from followup.models import OutgoingMail
for number in range({MAILS}):
    to = f"a{{number}}@example.com"
    queue(key=to, kind=OutgoingMail.Kind.REMINDER, to=to, subject="Dags att rapportera", body="Hej!")
"""
UNSENT = "SELECT count(*) FROM followup_outgoingmail WHERE sent_at IS NULL"


def test_mail_waits_while_the_server_is_down(site, postgres):
    site.python(QUEUE)
    sent = site.manage("send_mail", check=False, EMAIL_URL=f"smtp://{HOST}:{free_port()}")
    assert sent.returncode == 1
    assert "E-postservern kan inte nås" in sent.stderr
    assert postgres.query(site.database, f"{UNSENT} AND attempts = 0") == str(MAILS)


@pytest.mark.parametrize("victim", ["command", "database"])
def test_killed_while_mail_is_sent(site, postgres, victim):
    """Each mail reaches its reader; the one that was on its way may do so twice, and is known for the same."""
    site.python(QUEUE)
    pointed_at = SimpleNamespace()
    with mail_server(pointed_at) as mail:
        url = f"smtp://{HOST}:{pointed_at.EMAIL_PORT}"
        command = site.start("send_mail", EMAIL_URL=url)
        wait_until(lambda: len(mail.mails) >= 5)
        if victim == "database":
            postgres.kill()
            assert command.wait(30) != 0
            postgres.start()
        else:
            kill_all(command.pid)
            command.wait()
        assert len(mail.mails) < MAILS
        # The claim of the mail that was on its way runs out.
        postgres.query(site.database, "UPDATE followup_outgoingmail SET next_attempt_at = now() WHERE sent_at IS NULL")
        site.manage("send_mail", EMAIL_URL=url)
    assert postgres.query(site.database, UNSENT) == "0"
    assert set(mail.addresses) == {f"a{number}@example.com" for number in range(MAILS)}
    assert len(mail.mails) - MAILS in (0, 1)
    assert len({message["Message-ID"] for message in mail.mails}) == MAILS
