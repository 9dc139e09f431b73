"""The queue of PDFs, and the pages that show it."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from pypdf import PdfReader

from followup import program_version as fingerprint
from followup.documents.failing_texts import TextPlace
from followup.models import FollowUp, MeasureEntry, Rendering
from followup.queue.jobs import MAX_ATTEMPTS, give_back, requeue
from followup.queue.pdf_jobs import beat, clean_up, fail, request_pdf, store, take_next, waiting_time_of
from followup.queue.requester import BOARD
from followup.report.building import build_report
from followup.report.report import Report
from followup.report.selection import of_area
from followup.web.failed_pdfs import failed_pdfs
from followup.worker import make_pdfs
from organisation.models import Unit
from tests.fixtures import HUDDINGE, PROGRAMME, client_of, reopened
from tests.pages import html_of

PDF = f"{PROGRAMME}2020/rapport.pdf"
DRAFT = f"{PROGRAMME}2021/rapport.pdf"
NOW = timezone.now()
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def follow_up(huddinge) -> FollowUp:
    return FollowUp.objects.select_related("programme").get(year=2020)


def ask(follow_up: FollowUp, number: int = 1) -> Rendering:
    """A rendering of a content of its own for each number, asked for in the order of the numbers."""
    return Rendering.objects.create(
        key=f"{number:064}", follow_up=follow_up, source="{}", asked_at=NOW + timedelta(seconds=number)
    )


def states() -> list[str]:
    return list(Rendering.objects.order_by("key").values_list("state", flat=True))


def asked(follow_up: FollowUp, choices: str = "") -> Rendering:
    return request_pdf(follow_up, lambda: build_report(follow_up), NOW, BOARD, choices=choices)


def never() -> Report:
    raise AssertionError("Built although nothing has changed.")


def test_equal_reports_share_a_rendering_and_a_change_gives_a_new_one(huddinge):
    follow_up = reopened(2020)
    first = asked(follow_up)
    assert (first.state, first.asked_at) == ("waiting", NOW)
    # A change that does not show, one that shows, and the first content again.
    Unit.objects.create(name="Nämnden för inget", slug="inget", kind="committee")
    assert asked(follow_up).pk == first.pk
    was, follow_up.summary = follow_up.summary, "Ändrad."
    follow_up.save()
    assert asked(follow_up).pk != first.pk
    follow_up.summary = was
    follow_up.save()
    assert asked(follow_up).pk == first.pk


def test_the_report_is_built_only_after_a_change(huddinge):
    follow_up = reopened(2020)
    first = asked(follow_up)
    assert request_pdf(follow_up, never, LATER, BOARD).pk == first.pk
    MeasureEntry.objects.filter(follow_up=follow_up).update(done="Ändrad förbi alla modeller.")
    with pytest.raises(AssertionError, match="Built although"):
        request_pdf(follow_up, never, LATER, BOARD)


def test_what_the_reader_chooses_is_built_by_itself(follow_up):
    whole = asked(follow_up)
    with pytest.raises(AssertionError, match="Built although"):
        request_pdf(follow_up, never, LATER, BOARD, choices="omrade=1")
    part = request_pdf(follow_up, lambda: of_area(build_report(follow_up), 1), NOW, BOARD, choices="omrade=1")
    assert part.pk != whole.pk
    assert request_pdf(follow_up, never, LATER, BOARD, choices="omrade=1").pk == part.pk
    assert request_pdf(follow_up, never, LATER, BOARD).pk == whole.pk


def test_another_version_of_the_program_draws_anew(follow_up, settings, tmp_path):
    settings.BASE_DIR = tmp_path
    settings.DEBUG = True
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "report.css").write_text("a {}")
    before = asked(follow_up)
    assert asked(follow_up).pk == before.pk
    (tmp_path / "static" / "report.css").write_text("b {}")
    assert asked(follow_up).pk != before.pk


def test_without_debug_the_files_are_read_once(settings):
    settings.DEBUG = False
    assert fingerprint.fingerprint() == fingerprint.fingerprint()
    assert fingerprint._once.cache_info().currsize == 1


def test_they_are_made_in_the_order_that_they_were_asked_for(follow_up, settings):
    settings.RENDER_PROCESSES = 2
    ask(follow_up, 2), ask(follow_up, 1)
    assert [take_next(NOW).key[-1], take_next(NOW).key[-1], take_next(NOW)] == ["1", "2", None]
    assert sorted(Rendering.objects.values_list("slot", flat=True)) == [0, 1]


def test_no_more_at_once_than_the_setting_says(follow_up, settings):
    settings.RENDER_PROCESSES = 2
    for number in range(3):
        ask(follow_up, number)
    first, _second = take_next(NOW), take_next(NOW)
    assert take_next(NOW) is None
    assert states() == ["running", "running", "waiting"]
    store(first, b"%PDF-", NOW)
    assert take_next(NOW).key[-1] == "2"


def test_the_database_refuses_a_slot_taken_twice(follow_up):
    running = {"state": "running", "slot": 0, "started_at": NOW, "beat_at": NOW}
    ask(follow_up, 1), ask(follow_up, 2)
    Rendering.objects.filter(key__endswith="1").update(**running)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rendering.objects.filter(key__endswith="2").update(**running)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "running"},
        {"slot": 0},
        {"state": "done", "finished_at": NOW},
        {"content": b"%PDF-"},
        {"state": "failed"},
    ],
)
def test_the_database_refuses_a_state_without_what_belongs_to_it(follow_up, values):
    ask(follow_up)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rendering.objects.update(**values)


def test_what_a_dead_worker_left_is_taken_up_again(follow_up):
    ask(follow_up)
    dead = take_next(NOW)
    assert take_next(NOW + timedelta(seconds=30)) is None
    again = take_next(NOW + timedelta(seconds=31))
    assert (again.pk, again.attempts) == (dead.pk, 2)


def test_signs_of_life_keep_a_rendering(follow_up):
    ask(follow_up)
    slow = take_next(NOW)
    assert beat(slow, NOW + timedelta(seconds=20))
    assert take_next(NOW + timedelta(seconds=45)) is None


def test_a_worker_held_to_be_dead_can_change_nothing(follow_up):
    ask(follow_up)
    dead = take_next(NOW)
    alive = take_next(LATER)
    assert not beat(dead, LATER)
    assert not store(dead, b"old", LATER)
    assert not fail(dead, "Nej.", LATER)
    assert not give_back(dead)
    assert store(alive, b"new", LATER)
    assert bytes(Rendering.objects.get().content) == b"new"


def test_what_kills_its_worker_every_time_is_given_up(follow_up):
    ask(follow_up)
    for attempt in range(MAX_ATTEMPTS):
        assert take_next(NOW + attempt * timedelta(minutes=1)).attempts == attempt + 1
    assert take_next(NOW + timedelta(hours=1)) is None
    rendering = Rendering.objects.get()
    assert (rendering.state, rendering.problem) == ("failed", "Processen som arbetar med filen har avbrutits 3 gånger.")


def test_old_ones_are_cleaned_up_by_age_and_by_number(follow_up, settings):
    settings.RENDER_KEEP_DAYS = 10
    settings.RENDER_KEEP_COUNT = 3
    for number, (days, values) in enumerate(
        [
            (0, {"state": "failed"}),
            (1, {"state": "done", "content": b"1"}),
            (2, {"state": "done", "content": b"2"}),
            (3, {"state": "done", "content": b"3"}),
        ]
    ):
        ask(follow_up, number)
        Rendering.objects.filter(key__endswith=number).update(finished_at=NOW - timedelta(days=days), **values)
    waiting, abandoned = ask(follow_up, 4), ask(follow_up, 5)
    Rendering.objects.filter(pk=waiting.pk).update(asked_at=NOW - timedelta(days=9))
    Rendering.objects.filter(pk=abandoned.pk).update(asked_at=NOW - timedelta(days=11))
    assert clean_up(NOW) == 2
    assert [key[-1] for key in Rendering.objects.order_by("key").values_list("key", flat=True)] == ["0", "1", "2", "4"]
    assert clean_up(NOW + timedelta(days=9, hours=1)) == 3
    assert states() == ["failed"]


def test_how_far_it_has_come(follow_up):
    done, first, second = ask(follow_up, 1), ask(follow_up, 2), ask(follow_up, 3)
    take_next(NOW)
    store(Rendering.objects.get(pk=done.pk), b"%PDF-", NOW + timedelta(seconds=7))
    take_next(NOW)
    progress = waiting_time_of(second, NOW + timedelta(seconds=13))
    assert (progress.ahead, progress.elapsed.seconds, progress.usual.seconds) == (1, 10, 7)
    assert not progress.is_slow
    assert waiting_time_of(first, NOW).ahead == 0
    assert waiting_time_of(second, NOW + timedelta(minutes=5)).is_slow


def test_asking_again_after_a_failure(follow_up):
    ask(follow_up)
    failed = take_next(NOW)
    fail(failed, "Det gick inte.", NOW)
    requeue(failed, LATER)
    requeue(failed, LATER + timedelta(minutes=1))
    rendering = Rendering.objects.get()
    assert (rendering.state, rendering.attempts, rendering.problem, rendering.asked_at) == ("waiting", 0, "", LATER)


def test_the_reader_waits_and_gets_the_file(official):
    client = client_of(official)
    response = client.get(f"{PDF}?omrade=1")
    rendering = Rendering.objects.get()
    assert response.status_code == 202
    assert response["Retry-After"] == "3"
    assert response["Cache-Control"] == "no-store"
    assert response["Refresh"] == f"3; url={PDF}/{rendering.pk}/?omrade=1"
    assert "Först i kön" in html_of(response)
    waiting = client.get(f"{PDF}/{rendering.pk}/?omrade=1")
    assert (waiting.status_code, waiting["Refresh"]) == (200, response["Refresh"])
    assert make_pdfs() == 1
    assert client.get(f"{PDF}/{rendering.pk}/?omrade=1").url == f"{PDF}?omrade=1"
    response = client.get(PDF)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="uppfoljning-huddinge-2018-2021-2020.pdf"'
    pages = PdfReader(io.BytesIO(response.content)).pages
    # Where a line ends, the reader of PDFs leaves the space out.
    assert "Uppföljning2020avProgramförtrygghet" in "".join(pages[0].extract_text().split())


def test_who_has_the_file_is_not_sent_it_again(official):
    client = client_of(official)
    client.get(DRAFT)
    store(take_next(NOW), b"%PDF-", NOW)
    etag = client.get(DRAFT)["ETag"]
    response = client.get(DRAFT, headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == etag
    FollowUp.objects.filter(year=2021).update(summary="Ändrad.")
    assert client.get(DRAFT, headers={"If-None-Match": etag}).status_code == 202


def test_head_tells_what_get_would(official):
    client = client_of(official)
    assert (client.head(PDF).status_code, client.head(PDF).content) == (202, b"")
    store(take_next(NOW), b"%PDF-", NOW)
    response = client.head(PDF)
    assert (response.status_code, response["Content-Length"], response.content) == (200, "5", b"")


def test_a_reader_may_stop_the_page_from_loading_itself_again(official):
    client = client_of(official)
    client.get(PDF)
    address = f"{PDF}/{Rendering.objects.get().pk}/"
    html = html_of(client.get(f"{address}?omrade=1"))
    assert f'href="{address}?omrade=1&amp;stanna=1">Sluta uppdatera sidan</a>' in html
    response = client.get(f"{address}?omrade=1&stanna=1")
    assert "Refresh" not in response
    html = html_of(response)
    assert f'href="{address}?omrade=1&amp;stanna=1">Se om filen är klar</a>' in html
    assert f'href="{address}?omrade=1">Uppdatera sidan åt mig</a>' in html


def test_a_failure_is_told_and_can_be_tried_again(official):
    client = client_of(official)
    client.get(PDF)
    fail(take_next(NOW), "Ett fel uppstod när filen skulle skapas.", NOW)
    rendering = Rendering.objects.get()
    address = f"{PDF}/{rendering.pk}/"
    for url in (PDF, address):
        response = client.get(url)
        assert response.status_code == 503
        assert "Refresh" not in response
        html = html_of(response)
        assert "Ett fel uppstod när filen skulle skapas." in html
        assert f"<strong>rendering {rendering.pk}</strong>" in html
    assert client.post(address).url == address
    assert client.get(address).status_code == 200
    assert states() == ["waiting"]


def test_a_rendering_that_is_gone_or_of_another_report_leads_to_the_report(official):
    client = client_of(official)
    client.get(f"{PROGRAMME}2019/rapport.pdf")
    other = Rendering.objects.get()
    assert client.get(f"{PDF}/{other.pk}/").url == PDF
    assert client.post(f"{PDF}/{other.pk}/").url == PDF
    assert client.get(f"{PDF}/{other.pk + 1}/").url == PDF


def test_a_file_is_for_those_who_may_see_the_report(official, reviewer, open_year):
    FollowUp.objects.filter(pk=open_year.pk).update(state="planned")
    client_of(reviewer).get(DRAFT)
    store(take_next(NOW), b"%PDF-", NOW)
    address = f"{DRAFT}/{Rendering.objects.get().pk}/"
    assert client_of(reviewer).get(DRAFT).content == b"%PDF-"
    assert client_of(official).get(DRAFT).status_code == 404
    assert client_of(official).get(address).status_code == 404
    assert client_of(official).post(address).status_code == 404
    assert client_of(None).get(address).status_code == 302


def test_waiting_and_fetching_cost_few_queries(official, open_year, django_assert_num_queries):
    client = client_of(official)
    client.get(DRAFT)
    address = f"{DRAFT}/{Rendering.objects.get().pk}/"
    with django_assert_num_queries(8):
        assert client.get(address).status_code == 200
    store(take_next(NOW), b"%PDF-", NOW)
    for number in range(50):
        ask(open_year, number)
    with django_assert_num_queries(7):
        assert client.get(DRAFT).status_code == 200


def test_the_page_starts_one_worker_and_no_more_than_there_is_room_for(official, settings, monkeypatch):
    calls = []
    monkeypatch.setattr("followup.queue.jobs.start_worker", lambda only: calls.append("started"))
    settings.RENDER_ON_DEMAND = True
    client = client_of(official)
    client.get(PDF)
    client.get(PDF)
    assert calls == ["started"]
    # It does not come to life, and is called once more.
    Rendering.objects.update(called_at=NOW - timedelta(seconds=6))
    client.get(PDF)
    assert calls == ["started"] * 2
    take_next(timezone.now())
    Rendering.objects.update(called_at=NOW - timedelta(seconds=6))
    client.get(f"{PROGRAMME}2019/rapport.pdf")
    assert calls == ["started"] * 2
    # The worker has died: another one takes up what it left.
    Rendering.objects.filter(state="running").update(beat_at=NOW - timedelta(minutes=1))
    client.get(PDF)
    assert calls == ["started"] * 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_at_once_two_readers_share_a_rendering_and_workers_share_the_slots(transactional_db, settings):
    settings.RENDER_PROCESSES = 2
    call_command("import_programme", str(HUDDINGE), without_pdf=True, verbosity=0)
    follow_up = FollowUp.objects.select_related("programme").get(year=2020)
    report = build_report(follow_up)

    def at_once(number: int, work) -> list:
        start = Barrier(number)

        def run(_number: int):
            start.wait()
            try:
                return work()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(run, range(number)))

    assert (
        len({rendering.pk for rendering in at_once(4, lambda: request_pdf(follow_up, lambda: report, NOW, BOARD))}) == 1
    )
    for number in range(6):
        ask(follow_up, number)
    taken = [rendering for rendering in at_once(6, lambda: take_next(NOW)) if rendering]
    assert len({rendering.pk for rendering in taken}) == len(taken) == 2
    assert sorted(Rendering.objects.running().values_list("slot", flat=True)) == [0, 1]


FAILING = [
    TextPlace((), "Mål 1.2, kommentaren", goal="1.2", anchor="mal-1.2"),
    TextPlace((), "Hela året, framåtblicken", goal="", anchor="framat"),
]


@pytest.fixture
def failed_draft(official) -> Rendering:
    """The PDF of 2021, which cannot be made because of two texts."""
    client_of(official).get(DRAFT)
    rendering = take_next(NOW)
    fail(rendering, "Ett fel uppstod.", NOW, FAILING)
    return rendering


def links_in(response) -> list[str]:
    found = re.findall(r'<a href="([^"]+)">(Mål 1.2, kommentaren|Hela året, framåtblicken)</a>', html_of(response))
    return [address for address, _name in found]


ADDRESSES = [f"{PROGRAMME}mal/1.2/", f"{PROGRAMME}2021/rapport/#framat"]


def test_the_page_of_a_failed_pdf_links_to_the_texts_behind_it(failed_draft, official):
    response = client_of(official).get(DRAFT)
    assert response.status_code == 503
    assert links_in(response) == ADDRESSES
    assert client_of(official).get(ADDRESSES[0]).status_code == 200
    assert 'id="framat"' in html_of(client_of(official).get(ADDRESSES[1]))


def test_reviewers_see_the_failure_on_the_report_and_on_their_page_of_the_year(failed_draft, reviewer, official):
    for page in (f"{PROGRAMME}2021/rapport/", "/granskning/huddinge-2018-2021/2021/"):
        response = client_of(reviewer).get(page)
        assert "Rapporten kunde inte skapas som PDF" in " ".join(html_of(response).split())
        assert links_in(response) == ADDRESSES
    assert links_in(client_of(official).get(f"{PROGRAMME}2021/rapport/")) == []


def test_the_failure_is_gone_when_the_latest_pdf_could_be_made(failed_draft, reviewer):
    requeue(failed_draft, NOW)
    store(take_next(LATER), b"%PDF-", LATER)
    assert links_in(client_of(reviewer).get(f"{PROGRAMME}2021/rapport/")) == []
    assert failed_pdfs(failed_draft.follow_up) == []
