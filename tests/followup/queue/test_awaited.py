"""Waiting for a file that is to be stored or sent."""

import pytest

from followup.models import FollowUp, Rendering
from followup.queue import wait_for_pdf as awaited
from followup.queue.pdf_jobs import fail, store, take_next
from followup.queue.wait_for_pdf import NoPdfError, finished_pdf
from followup.report.building import build_report
from followup.report.report import Report


@pytest.fixture
def follow_up(huddinge) -> FollowUp:
    return FollowUp.objects.select_related("programme").get(year=2020)


@pytest.fixture
def report(follow_up) -> Report:
    return build_report(follow_up)


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(awaited, "WAIT", 0.3)
    monkeypatch.setattr(awaited, "LOOK_EVERY", 0.01)


def test_it_is_waited_for_and_asked_for_again_after_a_failure(follow_up, report, monkeypatch):
    events = iter(["nothing", "failed", "nothing", "done"])

    def work(now):
        match next(events):
            case "failed":
                fail(take_next(now), "Papperet är slut.", now)
            case "done":
                store(take_next(now), b"%PDF-", now)

    monkeypatch.setattr(awaited, "call_worker", work)
    with pytest.raises(NoPdfError, match="Papperet är slut"):
        finished_pdf(follow_up, report, Rendering.Document.REPORT)
    # Once it is there, nobody is called.
    assert [finished_pdf(follow_up, report, Rendering.Document.REPORT) for _ in range(2)] == [b"%PDF-"] * 2


def test_nobody_waits_for_ever_and_it_stays_in_the_queue(follow_up, report, monkeypatch):
    monkeypatch.setattr(awaited, "call_worker", lambda now: None)
    with pytest.raises(NoPdfError, match="inte klar ännu"):
        finished_pdf(follow_up, report, Rendering.Document.REPORT)
    assert Rendering.objects.get().state == "waiting"
