"""Mails with links: an invitation tells what is the newcomer's own, and the outbox never shows the link."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from followup.mail.password_links import queue_password_links
from followup.models import OutgoingMail
from organisation.models import AccountChange, Membership, PasswordLink, PasswordRequest, User
from organisation.roles import REVIEWER
from organisation.signin.password_links import issue_invitation
from tests.factories import make_area, make_goal, make_programme, make_unit, open_year
from tests.fixtures import group_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer(db) -> User:
    return User.objects.create_user("eva@example.se", "eva@example.se", first_name="Eva")


def invite(user: User, **options) -> PasswordLink:
    facts = {"by": user, "message": "", "with_provider": False, "now": timezone.now()}
    return issue_invitation(user, **facts | options)


def test_an_invitation_tells_what_is_the_newcomers_own(newcomer):
    unit = make_unit()
    Membership.objects.create(user=newcomer, unit=unit)
    newcomer.groups.add(group_of(REVIEWER))
    programme = make_programme()
    make_goal(make_area(programme), units=[unit])
    make_goal(make_area(programme), units=[make_unit("Socialnämnden")])
    open_year(programme, opens_on=date(2022, 11, 1), due_on=date(2023, 1, 15))
    invite(newcomer, by=make_user("anders"), message="Hör av dig till mig om du undrar något.")
    assert queue_password_links(timezone.now()) == 1
    body = " ".join(OutgoingMail.objects.get().body.split())
    assert body.startswith(
        "Hej Eva! Anders har lagt upp ett konto åt dig i Huddinge kommuns uppföljning av program. "
        "Hör av dig till mig om du undrar något."
    )
    assert "Ditt användarnamn är eva@example.se." in body
    assert "- Du rapporterar för Kommunstyrelsen. - Granskare: En granskare läser in" in body
    assert "- Program för trygghet 2022–2025, uppföljningen för 2022: 1 mål, senast den 15 januari 2023." in body


def test_the_link_is_only_in_the_mail_that_is_sent(newcomer, mailoutbox, settings):
    settings.SITE_URL = "https://uppfoljning.example.se"
    link = invite(newcomer)
    call_command("send_mail", verbosity=0)
    stored = OutgoingMail.objects.get()
    token = PasswordLink.SIGNER.sign(str(link.pk))
    assert token not in stored.body
    assert f"https://uppfoljning.example.se/losenord/valj/{token}/" in mailoutbox[0].body
    assert "{länk}" not in mailoutbox[0].body


def test_a_forgotten_password_is_mailed_once(newcomer, mailoutbox):
    PasswordRequest.objects.create(name="eva@example.se")
    call_command("send_mail", verbosity=0)
    call_command("send_mail", verbosity=0)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["eva@example.se"], "Nytt lösenord")]
    assert "Har du inte begärt det behöver du inte göra något." in mailoutbox[0].body


def test_an_expired_or_used_link_is_not_mailed(newcomer):
    invite(newcomer, now=timezone.now() - timedelta(days=15))
    link = invite(newcomer)
    PasswordLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    assert queue_password_links(timezone.now()) == 0


def test_the_invitation_is_a_newcomers_only_first_mail(newcomer):
    newcomer.groups.add(group_of(REVIEWER))
    AccountChange.objects.record_roles(newcomer, [])
    invite(newcomer)
    call_command("send_mail", verbosity=0)
    assert [mail.subject for mail in OutgoingMail.objects.filter(recipient=newcomer)] == [
        "Inbjudan till Huddinge kommuns uppföljning"
    ]
