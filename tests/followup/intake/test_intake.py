"""Queue of workbooks: requested on a page, read by a worker, with progress shown meanwhile."""

import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from followup.intake import jobs as intake
from followup.intake.jobs import call_worker, take_next, work
from followup.intake.preview import confirm_import, from_json, preview_of, read_file, to_json
from followup.models import Workbook
from followup.queue import jobs as queue
from followup.worker import read_files
from organisation.roles import REVIEWER
from programmes.models import Programme, SubGoal
from tests.fixtures import client_of, make_user
from tests.followup.intake.test_workbooks import UPLOAD, facts_of, page, upload
from tests.followup.intake.workbooks import FLAT, content_of, workbook
from tests.followup.queue.test_worker import start, wait_until
from tests.followup.test_concurrency import at_once
from tests.pages import html_of

CONTENT = content_of(workbook(Blad1=FLAT))

OWN = content_of(
    workbook(
        Program=[
            ("Titel", "Trygghet"),
            ("Kortnamn", "trygghet"),
            ("Första år", 2022),
            ("Sista år", 2025),
            ("Övergripande mål", "En trygg kommun."),
        ],
        Mål=[("Nr", "Område", "Mål"), ("1.1", "Ute", "Ljusare vägar"), ("1.2", "Ute", "Tryggare torg")],
    )
)
OLD = timedelta(minutes=3)


@pytest.fixture
def client(reviewer):
    return client_of(reviewer)


def state() -> tuple[str, str]:
    held = Workbook.objects.get()
    return held.state, held.task


def digest_of(html: str) -> str:
    return re.search(r'name="digest" value="(\w+)"', html)[1]


def previewed(client, content: bytes = OWN) -> tuple[str, str]:
    """Upload and preview a workbook; return its address and the digest of the preview."""
    address = upload(client, content)
    assert read_files() == 1
    return address, digest_of(page(client, address))


def as_shown(tables):
    """Return what the page shows of each sheet: its columns with their meanings, and the cells not read."""
    return [
        (
            sheet.title,
            sheet.spec and sheet.spec.key,
            [(column.letter, column.heading, column.spec and column.spec.key, column.year) for column in sheet.columns],
            (sheet.cells_read, sheet.cells_interpreted, sheet.unread),
        )
        for sheet in tables.sheets
    ]


def test_from_handing_over_to_the_programme(client, reviewer):
    address = upload(client, CONTENT)
    response = client.get(address)
    assert (response.headers["Refresh"], response.headers["Cache-Control"]) == (f"3; url={address}", "no-store")
    html = response.content.decode()
    assert "Väntar på sin tur" in html
    assert "Filen har inte öppnats än." in html
    stays = client.get(f"{address}?stanna=1")
    assert "Refresh" not in stays.headers
    assert "Sidan uppdateras inte av sig själv." in stays.content.decode()
    assert "Väntar på att läsas." in page(client, UPLOAD)
    assert client.post(f"{address}las-in/", {"digest": "x"}).url == address  # nothing has been shown yet

    assert read_files() == 1
    assert "2 saker att rätta" in page(client, address)
    facts_of(client, address)
    assert state() == ("waiting", "look")
    read_files()
    html = page(client, address)
    kept = from_json(Workbook.objects.get().preview)
    assert to_json(kept) == Workbook.objects.get().preview
    at_once_seen = preview_of(read_file(Workbook.objects.get()), by=reviewer)
    assert kept.digest == at_once_seen.digest == digest_of(html)
    assert as_shown(kept.tables) == as_shown(at_once_seen.tables)
    assert Programme.objects.count() == 1

    for _click in range(2):
        assert client.post(f"{address}las-in/", {"digest": digest_of(html)}).url == address
        assert state() == ("waiting", "bring_in")
    assert "Du har bekräftat filen." in page(client, address)
    read_files()
    response = client.get(address)
    assert response.url == "/program/trygghet-2022/"
    assert "Trygghet är inläst från ”plan.xlsx”." in page(client, response.url)
    goal = SubGoal.objects.get(area__programme__slug="trygghet-2022", area__number=1, number=2)
    assert goal.history.get().history_user == reviewer
    assert bytes(Workbook.objects.get().content) == b""
    assert client.post(f"{address}las-in/", {"digest": digest_of(html)}).status_code == 404
    assert client.post(f"{address}avbryt/").url == address
    assert "plan.xlsx" not in page(client, UPLOAD)


def test_progress_is_shown_every_thousand_rows(reviewer, monkeypatch):
    rows = [("Nr", "Mål", "Åtgärd"), *((f"1.1.{number}", "Ljus", f"Lampa {number}") for number in range(1, 2001))]
    client = client_of(reviewer)
    address = upload(client, content_of(workbook(Blad1=rows)))
    told = []

    def tell(held: Workbook, **values: object) -> bool:
        changed = update_held(held, **values)
        told.append(page(client, address))
        return changed

    update_held = queue.update_held
    monkeypatch.setattr(queue, "update_held", tell)
    read_files()
    for html, words, number in zip(
        told,
        (*["Raderna läses"] * 3, "Raderna är lästa och jämförs med programmet"),
        (0, 1000, 2000, 2001),
        strict=False,
    ):
        assert f"<dd>{words}</dd>" in html
        assert f"{number} av omkring 2001" in html
        assert f'<progress id="framsteg" max="2001" value="{number}">' in html
    assert len(told) == 5  # and that it is ready
    assert state() == ("ready", "look")


def test_a_page_that_waits_calls_a_worker_once_a_second(reviewer, monkeypatch):
    held = Workbook.objects.create(name="plan.xlsx", content=OWN, by=reviewer)
    intake.request_preview(held, timezone.now())
    held.refresh_from_db()
    calls, looks = [], []
    monkeypatch.setattr(intake, "WAIT", 1.3)
    monkeypatch.setattr(intake, "call_worker", calls.append)
    monkeypatch.setattr(Workbook, "refresh_from_db", lambda self, **only: looks.append(only))
    intake.wait_for(held)
    assert len(calls) == 2
    assert len(looks) > 4


def test_waiting_costs_the_same_however_much_waits(client, django_assert_num_queries):
    address = upload(client, OWN)
    page(client, address)
    # The session, its user and what that may do (two), the workbook, and whether one is read: nothing of the others.
    with django_assert_num_queries(5) as queries:
        page(client, address)
    assert not [query["sql"] for query in queries.captured_queries if '"content"' in query["sql"]]
    for _ in range(10):
        upload(client, OWN)
    with django_assert_num_queries(5):
        page(client, address)


def test_a_change_since_the_preview_is_shown_and_nothing_is_imported(client):
    address, digest = previewed(client)
    client.post(f"{address}las-in/", {"digest": digest})
    other = Programme.objects.create(title="Annat", slug="trygghet", first_year=2022, last_year=2025)
    read_files()
    html = page(client, address)
    assert "Inget lästes in. Programmet eller filen har ändrats sedan du såg vad som skulle hända." in html
    assert state()[0] == "ready"
    assert not other.areas.exists()
    assert client.post(f"{address}las-in/", {"digest": digest}).status_code == 409
    client.post(f"{address}las-in/", {"digest": digest_of(html)})
    read_files()
    assert client.get(address).url == "/program/trygghet/"
    assert [goal.text for goal in SubGoal.objects.filter(area__programme=other)] == ["Ljusare vägar", "Tryggare torg"]


def test_a_file_with_faults_is_never_imported(client):
    address = upload(client, CONTENT)
    read_files()
    digest = from_json(Workbook.objects.get().preview).digest
    assert client.post(f"{address}las-in/", {"digest": digest}).status_code == 409
    assert state() == ("ready", "look")


def test_a_worker_that_was_held_to_be_dead_changes_nothing(client, caplog):
    address, digest = previewed(client)
    client.post(f"{address}las-in/", {"digest": digest})
    now = timezone.now()
    first = take_next(now)
    assert take_next(now + OLD / 3) is None  # it may be writing
    second = take_next(now + OLD)
    assert (second.pk, second.attempts) == (first.pk, 2)
    work(first)
    assert "was given up, or taken over" in caplog.text
    assert Programme.objects.count() == 1
    work(second)
    assert state()[0] == "done"
    assert Programme.objects.count() == 2


def test_a_file_that_kills_its_workers_fails_and_can_be_tried_again(client):
    address = upload(client, OWN)
    now = timezone.now()
    for _attempt in range(3):
        assert take_next(now)
        now += OLD
    assert take_next(now) is None
    response = client.get(address)
    assert response.status_code == 503
    assert "Processen som arbetar med filen har avbrutits 3 gånger. Inget är inläst." in html_of(response)
    assert client.post(address).url == address
    read_files()
    assert "Läs in programmet" in page(client, address)


def test_a_failure_is_logged_and_shown(client, monkeypatch, caplog):
    address = upload(client, OWN)

    def fail(*args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(intake, "read_file", fail)
        read_files()
    [entry] = [
        record for record in caplog.records if record.levelno == logging.ERROR and record.name == intake.__name__
    ]
    pk = Workbook.objects.get().pk
    assert entry.getMessage() == f"Workbook {pk} could not be read"
    assert entry.exc_info[0] is ZeroDivisionError
    html = page(client, address)
    assert "Ett fel uppstod när filen skulle läsas. Inget är inläst." in html
    assert f"workbook {pk}" in html
    queue.requeue(Workbook.objects.get(), timezone.now())
    assert state() == ("waiting", "look")


def test_a_user_who_lost_the_permission_imports_nothing(client, reviewer):
    address, digest = previewed(client)
    client.post(f"{address}las-in/", {"digest": digest})
    reviewer.groups.clear()
    read_files()
    assert Workbook.objects.get().problem == "Du har inte längre behörighet att läsa in filen."
    assert Programme.objects.count() == 1


def test_a_stopped_worker_returns_the_workbook_to_the_queue(client, monkeypatch):
    upload(client, OWN)

    def stop(*args: object) -> None:
        raise SystemExit

    monkeypatch.setattr(intake, "read_file", stop)
    with pytest.raises(SystemExit):
        read_files()
    assert state() == ("waiting", "look")


def test_a_workbook_can_be_discarded_until_it_is_imported(client):
    address, digest = previewed(client)
    client.post(f"{address}las-in/", {"digest": digest})
    taken = take_next(timezone.now())
    assert client.post(f"{address}avbryt/").url == address
    assert "Filen är bekräftad och läses redan in." in page(client, address)
    queue.give_back(taken)
    assert client.post(f"{address}avbryt/").url == UPLOAD
    assert not Workbook.objects.exists()
    assert Programme.objects.count() == 1


def test_a_page_starts_one_worker(client, monkeypatch, settings):
    upload(client, OWN), upload(client, OWN)
    started = []
    monkeypatch.setattr(queue, "start_worker", started.append)
    now = timezone.now()
    call_worker(now)
    assert started == []  # it is a service
    settings.RENDER_ON_DEMAND = True
    call_worker(now), call_worker(now + timedelta(seconds=1))
    assert len(started) == 1
    call_worker(now + timedelta(seconds=10))
    assert len(started) == 2  # the first one has not begun
    take_next(now)
    call_worker(now + timedelta(seconds=60))
    assert len(started) == 2
    call_worker(now + OLD)
    assert len(started) == 3


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)


@pytest.fixture
def owner(transactional_db):
    return make_user("granskare", role=REVIEWER)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_bring_in_once(owner):
    held = Workbook.objects.create(name="plan.xlsx", content=OWN, by=owner)
    digest = preview_of(read_file(held), by=owner).digest

    def bring_in() -> str:
        try:
            return str(confirm_import(held, read_file(held), digest, by=owner))
        except Workbook.DoesNotExist:
            return "gone"

    assert sorted(at_once(bring_in, bring_in)) == ["Trygghet", "gone"]
    assert SubGoal.objects.count() == 2


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_read_one_workbook(owner):
    for name in ("a.xlsx", "b.xlsx"):
        intake.request_preview(Workbook.objects.create(name=name, content=OWN, by=owner), timezone.now())
    taken = at_once(*[lambda: take_next(timezone.now())] * 2)
    # Each may have locked one of the two; whichever is written first is the one that is read.
    [read_now] = [one.name for one in taken if one]
    assert list(Workbook.objects.running().values_list("name", flat=True)) == [read_now]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_another_process_takes_up(owner):
    to = connection.settings_dict
    url = f"postgres://{to['USER']}:{to['PASSWORD']}@{to['HOST']}:{to['PORT']}/{to['NAME']}"
    rows = [("Nr", "Mål", "Åtgärd"), *((f"1.1.{number}", "Ljus", f"Lampa {number}") for number in range(1, 2001))]
    held = Workbook.objects.create(name="plan.xlsx", content=content_of(workbook(Blad1=rows)), by=owner)
    intake.request_preview(held, timezone.now())
    process = start(url, "files")
    wait_until(lambda: Workbook.objects.running().exists())
    process.kill()
    process.communicate()
    assert Workbook.objects.get().state == "running"
    Workbook.objects.update(beat_at=timezone.now() - OLD)
    assert start(url, "files").communicate(timeout=120)[0] == ""
    held.refresh_from_db()
    assert (held.state, held.attempts) == ("ready", 2)
