"""Sending a decision through the outbox and a real mail server, and the lists of recipients and openings."""

import io
import re
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from followup.decision.distribution import addressees, end_links, send_out
from followup.documents.failing_texts import TextPlace
from followup.mail.outbox import deliver
from followup.models import Decision, Distribution, FollowUp, OutgoingMail
from followup.queue.pdf_jobs import fail, take_next
from followup.worker import make_pdfs
from followup.workflow import NotAllowedError, RefusedError
from organisation.models import Membership, Unit, User
from organisation.order import swedish_sorted
from tests.fixtures import PROGRAMME, client_of
from tests.followup.reading.test_register import decide, make_decided_years
from tests.followup.smtp import mail_server
from tests.pages import html_of

URL = "/program/plan-0/2018/beslut/1/utskick/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SITE_URL = "https://program.example.com"


@pytest.fixture
def server(settings):
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def decision(huddinge) -> Decision:
    for unit in Unit.objects.all():
        unit.email = f"{unit.slug}@example.com"
        unit.save()
    return make_decided_years(1)[0]


def units(*slugs: str) -> list[Unit]:
    return list(Unit.objects.filter(slug__in=slugs))


def pks(*slugs: str) -> list[int]:
    return [unit.pk for unit in units(*slugs)]


def later(**wait: float):
    return timezone.now() + timedelta(**wait)


def link_in(mail: EmailMessage) -> str:
    """The path of the personal link."""
    found = re.search(r"https://program\.example\.com(/utskick/\S+)", mail.get_content())
    assert found
    return found[1]


def test_a_unit_has_its_registrators_address_and_its_members(decision, reader, official):
    User.objects.filter(pk=reader.pk).update(email="KommunStyrelsen@example.com")
    User.objects.filter(pk=official.pk).update(email="hanna@example.com")
    gone = User.objects.create_user("gone", email="gone@example.com", is_active=False)
    Membership.objects.create(user=gone, unit=Unit.objects.get(slug="kommunstyrelsen"))
    found = {addressee.unit.slug: addressee for addressee in addressees(decision, date(2021, 5, 6))}
    assert found["kommunstyrelsen"].addresses == ("kommunstyrelsen@example.com", "hanna@example.com")
    assert found["kommunstyrelsen"].missing == found["kommunstyrelsen"].addresses
    assert found["socialnamnden"].addresses == ("socialnamnden@example.com",)
    assert [slug for slug, addressee in found.items() if not addressee.is_committee_or_company] == [
        "sodertorns-brandforsvarsforbund"
    ]


def test_who_has_left_a_unit_gets_none_of_its_decisions(decision, official):
    official.email = "official@example.com"
    official.save()
    official.memberships.update(valid_to=date(2021, 5, 5))
    found = {
        day: {addressee.unit.slug: addressee.addresses for addressee in addressees(decision, date(2021, 5, day))}
        for day in (5, 6)
    }
    assert "official@example.com" in found[5]["kommunstyrelsen"]
    assert "official@example.com" not in found[6]["kommunstyrelsen"]


def test_only_units_of_the_day_are_offered_and_a_former_one_keeps_what_it_got(decision, secretary):
    unit = Unit.objects.get(slug="huge-fastigheter")
    send_out(decision, [unit], by=secretary, now=timezone.now())
    unit.valid_to = date(2021, 12, 31)
    unit.save()
    Unit.objects.create(
        name="Huge Bostäder AB", slug="huge-bostader", kind="company", email="b@example.com", valid_from="2022-01-01"
    )
    before = {addressee.unit.slug for addressee in addressees(decision, date(2021, 12, 31))}
    after = {addressee.unit.slug: addressee for addressee in addressees(decision, date(2022, 1, 1))}
    assert "huge-fastigheter" in before
    assert "huge-bostader" not in before
    assert after["huge-bostader"].missing == ("b@example.com",)
    assert (after["huge-fastigheter"].addresses, len(after["huge-fastigheter"].sent)) == ((), 1)


def test_to_all_committees_and_companies(decision, secretary, server):
    client = client_of(secretary)
    html = html_of(client.get(URL))
    checked = [int(pk) for pk in re.findall(r'name="units" value="(\d+)" checked', html)]
    assert checked == [unit.pk for unit in swedish_sorted(Unit.objects.filter(kind__in=("committee", "company")))]
    assert client.post(URL, {"units": checked}).status_code == 302
    assert not server.mails
    delivery = deliver(timezone.now())
    assert len(delivery.sent) == len(server.mails) == 12
    mail = next(mail for mail in server.mails if mail["To"] == "socialnamnden@example.com")
    assert mail["Subject"].strip() == "Kommunstyrelsen § 7: Uppföljning av Plan 0 2018"
    text = mail.get_content()
    assert "4 februari 2019, § 7" in text
    assert "Socialnämnden" in text
    assert "KS-2019/77.1" in text
    assert "Lägesbilden godkänns." in text
    assert link_in(mail) == Distribution.objects.get(email="socialnamnden@example.com").get_absolute_url()
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]


def test_a_server_that_goes_away_half_way_loses_nothing(decision, secretary, server):
    client = client_of(secretary)
    chosen = pks("socialnamnden", "forskolenamnden", "grundskolenamnden", "gymnasienamnden")
    client.post(URL, {"units": chosen})
    server.goes_away_after = 2
    deliver(timezone.now())
    assert len(server.mails) == 2
    html = html_of(client.get(URL))
    assert html.count('<span class="done">skickat') == 2
    assert html.count("i utkorgen sedan") == 2
    assert "försöks igen" in html
    server.goes_away_after = None
    deliver(later(hours=1))
    assert sorted(server.addresses) == [
        "forskolenamnden@example.com",
        "grundskolenamnden@example.com",
        "gymnasienamnden@example.com",
        "socialnamnden@example.com",
    ]
    assert html_of(client.get(URL)).count('<span class="done">skickat') == 4


def test_a_refused_address_is_reported_and_sent_again_alone(decision, secretary, server):
    client = client_of(secretary)
    chosen = pks("socialnamnden", "forskolenamnden")
    client.post(URL, {"units": chosen})
    server.refused["socialnamnden@example.com"] = "550 No such user"
    deliver(timezone.now())
    html = html_of(client.get(URL))
    assert "kunde inte levereras" in html
    assert "550 No such user" in html
    server.refused.clear()
    assert client.post(URL, {"units": chosen}).status_code == 302
    deliver(later(seconds=1))
    assert server.addresses == ["forskolenamnden@example.com", "socialnamnden@example.com"]
    assert Distribution.objects.count() == OutgoingMail.objects.count() == 2


def test_a_unit_without_goals_has_the_decision_it_was_sent(decision, secretary):
    unit = Unit.objects.create(name="Valnämnden", slug="valnamnden", kind="committee", email="val@example.com")
    page = "/enheter/valnamnden/"
    assert "Inget beslut rör enheten ännu" in html_of(client_of(secretary).get(page))
    send_out(decision, [unit], by=secretary, now=timezone.now())
    assert "Kommunstyrelsen 4 februari 2019 § 7" in html_of(client_of(secretary).get(page))


def test_sending_again_sends_only_where_it_is_missing(decision, secretary, server):
    client = client_of(secretary)
    chosen = pks("socialnamnden", "forskolenamnden")
    client.post(URL, {"units": chosen})
    deliver(timezone.now())
    user = User.objects.create_user("sara", email="sara@example.com")
    Membership.objects.create(user=user, unit=Unit.objects.get(slug="socialnamnden"))
    client.post(URL, {"units": chosen})
    response = client.post(URL, {"units": chosen}, follow=True)
    assert "De enheterna har redan fått beslutet. Inget nytt skickades." in html_of(response)
    deliver(later(seconds=1))
    assert sorted(server.addresses) == ["forskolenamnden@example.com", "sara@example.com", "socialnamnden@example.com"]


def test_a_unit_without_address_is_named_before_anything_is_sent(decision, secretary):
    Unit.objects.filter(slug__in=["socialnamnden", "srv-atervinning"]).update(email="")
    html = html_of(client_of(secretary).get(URL))
    assert "<strong>Socialnämnden, SRV återvinning AB</strong>" in html
    assert f'value="{pks("socialnamnden")[0]}"' not in html
    with pytest.raises(RefusedError, match="ingen e-postadress till Socialnämnden, SRV återvinning AB"):
        send_out(decision, units("socialnamnden", "srv-atervinning", "forskolenamnden"), by=secretary, now=later())
    assert not Distribution.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "Välj minst en enhet att skicka till."),
        ({"units": [10**9]}, "En av enheterna finns inte längre."),
        ({"units": ["alla"]}, "En av enheterna finns inte längre."),
    ],
)
def test_a_bad_choice_is_explained(decision, secretary, data, problem):
    response = client_of(secretary).post(URL, data)
    assert response.status_code == 422
    assert problem in html_of(response)
    assert not Distribution.objects.exists()


def test_an_unrecorded_decision_is_not_sent(secretary, huddinge):
    case = decide(FollowUp.objects.get(year=2021), recorded_at=None)
    assert client_of(secretary).get(f"{PROGRAMME}2021/beslut/1/utskick/").status_code == 403
    with pytest.raises(RefusedError, match="inte infört"):
        send_out(case, units("socialnamnden"), by=secretary, now=timezone.now())


def test_files_come_along_when_the_setting_says_so(decision, secretary, server, settings):
    settings.DISTRIBUTION_ATTACH = True
    client_of(secretary).post(URL, {"units": pks("socialnamnden")})
    deliver(timezone.now())
    (file,) = server.mails[0].iter_attachments()
    assert file.get_filename() == "protokollsutdrag-2019-02-04-par-7.pdf"
    assert "PROTOKOLLSUTDRAG" in PdfReader(io.BytesIO(file.get_content())).pages[0].extract_text()


def fail_next(now):
    texts = [TextPlace((), "Protokollsutdraget, överläggningen", "", "")]
    fail(take_next(now), "Ett fel uppstod.", now, texts)


def test_an_attachment_that_cannot_be_made_does_not_stop_the_mails(decision, secretary, server, settings, monkeypatch):
    settings.DISTRIBUTION_ATTACH = True
    monkeypatch.setattr("followup.queue.wait_for_pdf.call_worker", fail_next)
    client = client_of(secretary)
    response = client.post(URL, {"units": pks("socialnamnden")})
    assert response.status_code == 422
    assert response.context["form"].errors["units"] == [
        "Inget skickades, för en bilaga kunde inte skapas. Ett fel uppstod."
    ]
    html = html_of(response)
    assert "Protokollsutdraget, överläggningen" in html
    assert "Skicka utan bilagor, med länk till beslutet" in html
    assert not OutgoingMail.objects.exists()
    client.post(URL, {"units": pks("socialnamnden"), "without_files": "1"})
    deliver(timezone.now())
    assert list(server.mails[0].iter_attachments()) == []
    assert link_in(server.mails[0])


def send_one(decision, secretary, server) -> str:
    send_out(decision, units("socialnamnden"), by=secretary, now=timezone.now())
    deliver(timezone.now())
    return link_in(server.mails[0])


def test_the_link_shows_the_decision_without_login_but_not_the_report(decision, secretary, server):
    link = send_one(decision, secretary, server)
    anonymous = client_of(None)
    response = anonymous.get(link)
    html = html_of(response)
    assert response.status_code == 200
    assert "Lägesbilden godkänns." in html
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "private, no-store"
    assert anonymous.get("/program/plan-0/2018/rapport/").status_code == 302
    # A mail server that looks at the link has not read the decision.
    assert Distribution.objects.get().opened_at is None
    waiting = anonymous.get(f"{link}protokollsutdrag.pdf")
    assert waiting.status_code == 202
    assert link in html_of(waiting)
    assert make_pdfs() == 1
    extract = anonymous.get(f"{link}protokollsutdrag.pdf")
    assert extract["Cache-Control"] == "private, no-store"
    assert "Lägesbilden godkänns." in PdfReader(io.BytesIO(extract.content)).pages[0].extract_text()
    opened = Distribution.objects.get()
    assert opened.opened_at is not None
    assert opened.opened_by is None


def test_following_the_link_logged_in_counts_as_opening_once(decision, secretary, official, server):
    link = send_one(decision, secretary, server)
    client_of(official).get(link)
    first = Distribution.objects.get()
    assert first.opened_by == official
    client_of(secretary).get(link)
    again = Distribution.objects.get()
    assert (again.opened_at, again.opened_by) == (first.opened_at, official)
    html = html_of(client_of(secretary).get(URL))
    assert f"av {official}" in html
    assert "inte öppnat" not in html


@pytest.mark.parametrize("path", ["", "protokollsutdrag.pdf"])
def test_a_made_up_link_is_not_found(decision, path):
    assert client_of(None).get(f"/utskick/{'x' * 43}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("role", "read", "send"),
    [
        ("outsider", 403, 403),
        ("official", 403, 403),
        ("administrator", 403, 403),
        ("reviewer", 200, 403),
        ("secretary", 200, 302),
    ],
)
def test_the_secretary_sends_and_reviewers_read(decision, request, role, read, send):
    user = request.getfixturevalue(role)
    client = client_of(user)
    assert client.get(URL).status_code == read
    assert client.post(URL, {"units": pks("socialnamnden")}).status_code == send
    assert Distribution.objects.count() == (role == "secretary")
    if role != "secretary":
        with pytest.raises(NotAllowedError):
            send_out(decision, units("socialnamnden"), by=user, now=timezone.now())


def test_the_database_keeps_one_row_an_address(decision, secretary):
    send_out(decision, units("socialnamnden"), by=secretary, now=timezone.now())
    row = Distribution.objects.get()
    mail = OutgoingMail.objects.create(key="x", kind="decision", address="a@example.com", subject="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Distribution.objects.create(decision=decision, unit=row.unit, email=row.email, mail=mail, sent_by=secretary)


def test_the_page_costs_the_same_with_one_mail_and_fifty(decision, secretary):
    client = client_of(secretary)
    send_out(decision, units("socialnamnden"), by=secretary, now=timezone.now())
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    unit = Unit.objects.get(slug="socialnamnden")
    for index in range(50):
        user = User.objects.create_user(f"user{index}", email=f"user{index}@example.com")
        Membership.objects.create(user=user, unit=unit)
    send_out(decision, list(Unit.objects.all()), by=secretary, now=timezone.now())
    Distribution.objects.update(opened_at=timezone.now(), opened_by=secretary)
    with CaptureQueriesContext(connection) as fifty:
        html = html_of(client.get(URL))
    assert html.count("i utkorgen sedan") == 63
    assert len(fifty) == len(one) <= 12


LINKS = f"{URL}lankar/"
ENDED = "Länken är avslutad"


@pytest.fixture
def sent(decision, secretary) -> list[Distribution]:
    send_out(decision, units("socialnamnden", "kommunstyrelsen"), by=secretary, now=timezone.now())
    return list(Distribution.objects.order_by("email"))


def test_the_secretary_ends_one_link_and_opens_it_again(sent, secretary):
    first, other = sent
    client = client_of(secretary)
    client.post(LINKS, {"end": first.pk})
    page = client_of(None).get(first.get_absolute_url())
    assert page.status_code == 410
    assert ENDED in html_of(page)
    assert first.decision.decision_text not in html_of(page)
    assert page["Referrer-Policy"] == "no-referrer"
    assert client_of(None).get(f"{first.get_absolute_url()}protokollsutdrag.pdf").status_code == 410
    assert client_of(None).get(other.get_absolute_url()).status_code == 200
    assert "av Secretary" in html_of(client.get(URL))
    client.post(LINKS, {"reopen": first.pk})
    assert client_of(None).get(first.get_absolute_url()).status_code == 200
    assert [(record.history_change_reason, record.history_user) for record in first.history.all()[:2]] == [
        ("Länken öppnades igen", secretary),
        ("Länken avslutades", secretary),
    ]


def test_all_links_of_a_dispatch_are_ended_at_once(sent, secretary):
    page = html_of(client_of(secretary).post(LINKS, {"end_all": "1"}, follow=True))
    assert "2 länkar är avslutade." in page
    assert "Avsluta alla länkar" not in page
    assert [client_of(None).get(row.get_absolute_url()).status_code for row in sent] == [410, 410]
    # A second time changes nothing.
    client_of(secretary).post(LINKS, {"end_all": "1"})
    assert sent[0].history.count() == 2


def test_others_end_no_links(sent, reviewer, reader):
    for user in (reviewer, reader):
        assert client_of(user).post(LINKS, {"end_all": "1"}).status_code == 403
    assert html_of(client_of(reviewer).get(URL)).count("Avsluta") == 0
    with pytest.raises(NotAllowedError):
        end_links(Distribution.objects.all(), by=reviewer, now=timezone.now())
    assert not Distribution.objects.filter(link_ended_at__isnull=False).exists()


@pytest.mark.parametrize("number", ["0", "x", "9999999999999999999999"])
def test_an_unknown_link_is_said(number, sent, secretary):
    assert client_of(secretary).post(LINKS, {"end": number}).status_code == 404
