"""Limits on requests for PDFs, and the order in which those of many people are made."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from followup import worker
from followup.models import FollowUp, Rendering, RenderingRequest
from followup.queue.pdf_jobs import clean_up, fail, request_pdf, store, take_next
from followup.queue.requester import BOARD, Requester
from followup.queue.wait_for_pdf import finished_pdf
from followup.report.building import build_report
from followup.report.report import Report
from organisation.roles import REVIEWER
from tests.factories import answer_all, make_area, make_goal, make_measure, make_programme, make_unit, open_year
from tests.fixtures import client_of, make_user

NOW = timezone.now()
SLUG = "trygghet-2022-2025"
PDF = f"/program/{SLUG}/2022/rapport.pdf"
REVIEWING = Requester("r", Rendering.Priority.YEAR, limit=20)


@pytest.fixture
def year(db) -> FollowUp:
    programme = make_programme(slug=SLUG)
    for number in range(4):
        make_measure(make_goal(make_area(programme), units=[make_unit(f"Nämnd {number}")]))
    follow_up = open_year(programme)
    answer_all(follow_up)
    return follow_up


def reading(name: str, limit: int = 20) -> Requester:
    return Requester(name, Rendering.Priority.READER, limit)


def ask(year: FollowUp, requester: Requester, choices: str, now=NOW) -> Rendering:
    def build() -> Report:
        return replace(build_report(year), summary=choices)

    return request_pdf(year, build, now, requester, choices=choices)


def order_made() -> list[str]:
    """Finish what waits and return the summaries in the order in which they were taken."""
    taken = []
    while rendering := take_next(NOW):
        taken.append(worker.READ[rendering.document](rendering.source).summary)
        store(rendering, b"%PDF-", NOW)
    return taken


def test_a_decision_is_made_first_whatever_a_reader_has_asked_for(year):
    for number in range(20):
        ask(year, reading("flood"), f"flood {number}")
    ask(year, REVIEWING, "review")
    ask(year, BOARD, "decision")
    assert order_made()[:3] == ["decision", "review", "flood 0"]


def test_one_requester_with_many_files_delays_the_others_by_one_at_most(year):
    for number in range(5):
        ask(year, reading("flood"), f"flood {number}")
    for number in range(2):
        ask(year, reading("other"), f"other {number}")
    assert order_made() == ["flood 0", "other 0", "flood 1", "other 1", "flood 2", "flood 3", "flood 4"]


def test_a_file_that_somebody_more_urgent_needs_too_is_made_sooner(year):
    ask(year, reading("flood"), "first")
    shared = ask(year, reading("flood"), "shared")
    assert ask(year, BOARD, "shared").pk == shared.pk
    # A less urgent request leaves it where it is.
    ask(year, reading("other"), "shared")
    assert order_made() == ["shared", "first"]


def test_the_pdf_of_a_decision_is_most_urgent(year, monkeypatch):
    monkeypatch.setattr("followup.queue.wait_for_pdf.call_worker", lambda now: order_made())
    ask(year, reading("flood"), "flood")
    assert finished_pdf(year, build_report(year), Rendering.Document.REPORT) == b"%PDF-"
    assert Rendering.objects.order_by("priority").first().priority == Rendering.Priority.DECISION


def test_a_decision_does_not_wait_for_the_search_after_a_readers_failure(year, monkeypatch, caplog):
    monkeypatch.setitem(worker.DRAW, "report", lambda source: 1 / 0)
    failing = ask(year, reading("a"), "failing")
    rendering = take_next(NOW)
    ask(year, BOARD, "decision")
    assert worker.make(rendering) is False
    failing.refresh_from_db()
    assert (failing.state, failing.failing_texts) == ("failed", [])
    assert "was ended" in caplog.text


@pytest.fixture
def few(settings) -> None:
    settings.RENDER_REQUESTS_PER_PERSON = 2
    settings.RENDER_REQUESTS_PER_ADDRESS = 3


def test_a_person_past_the_limit_is_told_when_to_try_again(year, few):
    client = client_of(make_user("flood"))
    for number in (1, 2):
        assert client.get(PDF, {"urval": f"omrade-{number}"}).status_code == 202
    refused = client.get(PDF, {"urval": "omrade-3"})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 600
    first = RenderingRequest.objects.earliest("at").at
    clock = timezone.localtime(first + timedelta(minutes=11)).strftime("%H.%M")
    html = " ".join(refused.content.decode().split())
    assert "<h1>Vänta med fler PDF-filer</h1>" in html
    assert "Du har begärt 2 nya PDF-filer på 10 minuter, och fler är det inte plats för." in html
    assert f"Försök igen kl. {clock}." in html
    assert Rendering.objects.count() == 2

    # The files that were asked for before, and other people, are not affected.
    assert client.get(PDF, {"urval": "omrade-1"}).status_code == 202
    assert client_of(make_user("other")).get(PDF, {"urval": "omrade-3"}).status_code == 202
    assert client.get(PDF, {"urval": "omrade-3"}).status_code == 202  # somebody else's request gave the work


def test_there_is_room_again_when_the_oldest_request_is_ten_minutes_old(year, few):
    client = client_of(make_user("flood"))
    for number in (1, 2):
        client.get(PDF, {"urval": f"omrade-{number}"})
    oldest = RenderingRequest.objects.earliest("at")
    RenderingRequest.objects.filter(pk=oldest.pk).update(at=oldest.at - timedelta(minutes=10))
    assert client.get(PDF, {"urval": "omrade-3"}).status_code == 202
    assert client.get(PDF, {"urval": "omrade-4"}).status_code == 429


def test_trying_a_failed_file_again_counts_as_a_request(year, few):
    client = client_of(make_user("flood"))
    client.get(PDF)
    fail(take_next(NOW), "Ett fel uppstod.", NOW)
    assert client.post(PDF).status_code == 302
    fail(take_next(NOW), "Ett fel uppstod.", NOW)
    assert client.post(PDF).status_code == 429
    assert Rendering.objects.get().state == "failed"


def test_the_public_is_limited_by_address(huddinge, settings):
    settings.PUBLIC_REPORTS = True
    settings.RENDER_REQUESTS_PER_ADDRESS = 2
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def get(year: int, address: str):
        url = f"/offentligt/huddinge-2018-2021/{year}/rapport.pdf"
        return client_of(None).get(url, headers={"x-forwarded-for": address})

    assert [get(year, "192.0.2.1").status_code for year in (2018, 2019, 2020)] == [202, 202, 429]
    refused = get(2020, "192.0.2.1")
    assert "Från din internetadress har 2 nya PDF-filer begärts på 10 minuter" in refused.content.decode()
    assert get(2020, "192.0.2.2").status_code == 202
    assert "Cookie" not in get(2020, "192.0.2.2").get("Vary", "")
    assert not any("192.0.2" in request.requester for request in RenderingRequest.objects.all())


def test_people_of_the_year_go_before_readers(year):
    unit = year.programme.areas.first().sub_goals.first().units.first()
    official = make_user("official", unit=unit.slug)
    reviewer = make_user("reviewer", role=REVIEWER)
    for number, user in enumerate((make_user("reader"), official, reviewer), start=1):
        client_of(user).get(PDF, {"urval": f"omrade-{number}"})
    priorities = Rendering.objects.order_by("asked_at").values_list("priority", flat=True)
    assert list(priorities) == [Rendering.Priority.READER, Rendering.Priority.YEAR, Rendering.Priority.YEAR]


def test_requests_that_count_no_longer_are_deleted(year):
    ask(year, reading("a"), "old", now=NOW - timedelta(minutes=10))
    ask(year, reading("a"), "new")
    assert clean_up(NOW) == 0
    assert RenderingRequest.objects.get().rendering.requests.count() == 1
