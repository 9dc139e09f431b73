"""What is deleted by rules of time, and what never is."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from followup.models import DecidedReport, OutgoingMail, Reminder
from organisation.models import PasswordLink, User
from organisation.personal_data import anonymise
from tests.fixtures import make_user

pytestmark = pytest.mark.django_db


def old(days: int):
    return timezone.now() - timedelta(days=days)


def mail(key: str, user: User, kind: str = "reminder", **facts: object) -> OutgoingMail:
    return OutgoingMail.objects.create(
        key=key, kind=kind, recipient=user, address="a@example.se", subject="S", body="B", **facts
    )


@pytest.fixture
def rows(official, open_year) -> None:
    """Two of everything, one on either side of the rule."""
    for name, days in (("gammal", 1), ("ny", -1)):
        Session.objects.create(session_key=name, session_data="", expire_date=old(days))
    for name, days in (("gammal", 731), ("ny", 729)):
        mail(name, official, sent_at=old(days))
        entry = LogEntry.objects.create(
            user=official,
            content_type=ContentType.objects.get_for_model(User),
            object_id=str(official.pk),
            object_repr=name,
            action_flag=CHANGE,
        )
        LogEntry.objects.filter(pk=entry.pk).update(action_time=old(days))
    for name, days in (("gammalt konto", 731), ("nytt konto", 729)):
        mail(name, official, kind="account", sent_at=old(days))
    mail("beslut", official, kind="decision", sent_at=old(5000))
    mail("väntar", official)
    asked = mail("om öppet år", official, sent_at=old(5000))
    Reminder.objects.create(user=official, entry=open_year.subgoalentry_set.first(), step="opened", mail=asked)
    left = make_user("slutat")
    mail("till den som har slutat", left, sent_at=old(1))
    mail("om kontot som har slutat", left, kind="account", sent_at=old(1))
    anonymise(left, timezone.localdate())
    for name, days, active in (("stangd", 366, False), ("nyss", 364, False), ("igang", 5000, True)):
        user = make_user(name)
        User.objects.filter(pk=user.pk).update(is_active=active, last_login=old(days))
    for name, days in (("igår", 1), ("idag", 0)):
        user = make_user(name)
        User.objects.filter(pk=user.pk).update(last_day=timezone.localdate() - timedelta(days=days))
    for days in (731, 729):
        PasswordLink.objects.create(user=official, purpose="invitation", expires_at=old(days))


EXPECTED = """1 sessioner som har gått ut
1 påminnelser per e-post, äldre än 730 dagar
2 mejl om ändrade konton, äldre än 730 dagar eller till avidentifierade
1 påminnelser per e-post till avidentifierade
1 länkar för lösenord, äldre än 730 dagar
1 administrationens logg, äldre än 730 dagar
1 konton för dem som har slutat (stängs)
1 stängda konton som inte har använts på 365 dagar (avidentifieras)
"""


def test_what_would_go_is_shown_and_nothing_goes(rows, capsys):
    call_command("purge", dry_run=True)
    assert capsys.readouterr().out == f"{EXPECTED}Inget har ändrats.\n"
    assert (Session.objects.count(), OutgoingMail.objects.count(), LogEntry.objects.count()) == (2, 9, 2)


def test_what_has_served_its_purpose_goes_and_decisions_stay(rows, capsys):
    decided = DecidedReport.objects.count()
    call_command("purge")
    assert capsys.readouterr().out == EXPECTED
    assert [session.pk for session in Session.objects.all()] == ["ny"]
    assert set(OutgoingMail.objects.values_list("key", flat=True)) == {
        "ny",
        "nytt konto",
        "beslut",
        "väntar",
        "om öppet år",
    }
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["ny"]
    assert not User.objects.filter(username="stangd").exists()
    assert User.objects.filter(username__in=["nyss", "igang"]).count() == 2
    assert list(User.objects.filter(username__in=["igår", "idag"], is_active=True)) == [
        User.objects.get(username="idag")
    ]
    assert PasswordLink.objects.count() == 1
    assert DecidedReport.objects.count() == decided > 0
    call_command("purge", dry_run=True)
    assert capsys.readouterr().out.startswith("0 sessioner")
