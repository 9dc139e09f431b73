"""The clocks change in spring and autumn, and a clock may be set back: nothing is due early, told twice or held up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from followup.models import OutgoingMail, Rendering
from followup.queue.pdf_jobs import call_worker, request_pdf, take_next
from followup.queue.requester import BOARD
from followup.report.building import build_report
from organisation.models import User
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

# Summer time begins at 01.00 UTC on 28 March 2021 and ends at 01.00 UTC on 31 October.
AUTUMN = datetime(2021, 10, 31, tzinfo=UTC)
YEAR = "/program/huddinge-2018-2021/2021/"


@pytest.fixture
def hanna(open_year) -> User:
    user = make_user("hanna", unit="kommunstyrelsen")
    user.email = "hanna@example.com"
    user.save()
    return user


def due_on(open_year, day: date) -> None:
    open_year.opens_on, open_year.due_on = date(2021, 1, 1), day
    open_year.save()


@pytest.fixture
def at(monkeypatch):
    """Sets the clock to a moment."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.parametrize(
    ("last_moment", "due"),
    [
        # The day of the change has 23 hours in spring and 25 in autumn.
        (datetime(2021, 3, 27, 22, 59, tzinfo=UTC), date(2021, 3, 27)),
        (datetime(2021, 3, 28, 21, 59, tzinfo=UTC), date(2021, 3, 28)),
        (datetime(2021, 10, 30, 21, 59, tzinfo=UTC), date(2021, 10, 30)),
        (datetime(2021, 10, 31, 22, 59, tzinfo=UTC), date(2021, 10, 31)),
    ],
)
def test_a_year_is_late_from_midnight_in_sweden(hanna, open_year, at, last_moment, due):
    due_on(open_year, due)
    reader = client_of(hanna)

    def is_late() -> tuple[bool, list[str]]:
        call_command("send_reminders", verbosity=0)
        told = [mail.subject for mail in OutgoingMail.objects.order_by("pk") if "FÖRSENAT" in mail.body]
        return 'id="forsenat"' in html_of(reader.get(YEAR)), told

    at(last_moment)
    assert is_late() == (False, [])
    at(last_moment + timedelta(minutes=1))
    assert is_late() == (True, ["Uppföljning 2021: försenat"])


def test_the_hour_that_comes_twice_reminds_once(hanna, open_year, at):
    due_on(open_year, AUTUMN.date() + timedelta(days=14))
    for minutes in range(0, 180, 30):  # 02.00 to 03.00 comes twice
        at(AUTUMN + timedelta(minutes=minutes))
        call_command("send_reminders", verbosity=0)
    assert OutgoingMail.objects.count() == 1


def test_a_clock_that_is_set_back_holds_up_no_pdf(open_year, settings, monkeypatch):
    started = []
    monkeypatch.setattr("followup.queue.jobs.start_worker", lambda only: started.append(1))
    settings.RENDER_ON_DEMAND = True
    now = timezone.now()
    request_pdf(open_year, lambda: build_report(open_year), now, BOARD)
    call_worker(now)
    earlier = now - timedelta(hours=1)
    call_worker(earlier)
    assert len(started) == 2
    # Its worker died before the clock was set back: another one may take it up at once.
    assert take_next(now) is not None
    assert take_next(earlier) is not None
    assert Rendering.objects.get().attempts == 2
