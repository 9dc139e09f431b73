"""The outbox against a real mail server."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from followup.mail import outbox
from followup.mail.outbox import AttachedFile, absolute_url, deliver, queue, wrapped
from followup.models import OutgoingMail
from organisation.models import User
from tests.fixtures import client_of
from tests.followup.smtp import mail_server
from tests.followup.test_concurrency import at_once
from tests.pages import html_of

pytestmark = pytest.mark.django_db

NOW = datetime(2021, 12, 1, 8, tzinfo=UTC)
KIND = OutgoingMail.Kind.DECISION


@pytest.fixture
def server(settings):
    with mail_server(settings) as server:
        yield server


def queue_to(*addresses: str, **options) -> list[OutgoingMail]:
    """Queue a mail for each address, due long ago, in order."""
    mails = [
        queue(key=address, kind=KIND, to=address, subject="Beslut", body="Kommunstyrelsen har beslutat.", **options)
        for address in addresses
    ]
    OutgoingMail.objects.update(next_attempt_at=NOW - timedelta(days=1))
    return mails


def test_a_mail_is_sent_as_plain_text(server):
    queue(key="a", kind=KIND, to="a@example.com", subject="Beslut om\nåtgärder", body="Räksmörgås")
    OutgoingMail.objects.update(next_attempt_at=NOW)
    deliver(NOW)
    (mail,) = server.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == ("a@example.com", "noreply@127.0.0.1", "Beslut om åtgärder")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == "Räksmörgås\n"


def test_the_same_thing_is_queued_once():
    first = queue(key="beslut-1", kind=KIND, to="a@example.com", subject="Beslut", body="Ett")
    again = queue(key="beslut-1", kind=KIND, to="b@example.com", subject="Beslut", body="Två")
    assert again == first
    assert list(OutgoingMail.objects.values_list("address", "body")) == [("a@example.com", "Ett\n")]


def test_a_mail_disappears_with_what_it_tells_of():
    with transaction.atomic():
        queue_to("a@example.com")
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_a_person_without_address_gets_no_mail():
    user = User.objects.create_user("nobody")
    with pytest.raises(ValueError, match="No address"):
        queue(key="a", kind=KIND, to=user, subject="Beslut", body="Text")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.create(key="a", kind=KIND, subject="Beslut", body="Text")


def test_files_are_sent_from_the_storage(server, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    stored_as = default_storage.save("beslut/ett.pdf", ContentFile(b"%PDF-1.7 beslut"))
    queue_to("a@example.com", attachments=[AttachedFile("Beslut § 24.pdf", stored_as)])
    deliver(NOW)
    (file,) = server.mails[0].iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Beslut § 24.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.7 beslut"


def test_a_file_that_is_gone_stops_no_other_mail(server, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    queue_to("a@example.com", attachments=[AttachedFile("Beslut.pdf", "finns-inte.pdf")])
    queue_to("b@example.com")
    delivery = deliver(NOW)
    assert server.addresses == ["b@example.com"]
    assert "finns-inte.pdf" in delivery.postponed[0].last_error


def test_all_go_over_one_connection(server):
    queue_to(*(f"{number}@example.com" for number in range(5)))
    assert len(deliver(NOW).sent) == 5
    assert server.connections == 1
    assert server.addresses == [f"{number}@example.com" for number in range(5)]


def test_what_is_sent_is_not_sent_again(server):
    queue_to("a@example.com")
    deliver(NOW)
    assert deliver(NOW + timedelta(days=1)).sent == []
    assert server.addresses == ["a@example.com"]
    assert OutgoingMail.objects.get().sent_at == NOW


def test_at_most_as_many_as_asked_for(server):
    queue_to("a@example.com", "b@example.com", "c@example.com")
    deliver(NOW, limit=2)
    assert server.addresses == ["a@example.com", "b@example.com"]
    assert [mail.address for mail in OutgoingMail.objects.waiting()] == ["c@example.com"]


def test_a_bad_address_is_given_up_and_stops_nobody(server):
    server.refused = {"b@example.com": "550 No such user"}
    queue_to("a@example.com", "b@example.com", "c@example.com")
    delivery = deliver(NOW)
    assert server.addresses == ["a@example.com", "c@example.com"]
    bad = OutgoingMail.objects.failed().get()
    assert (bad.address, bad.last_error, bad.failed_at, bad.attempts) == ("b@example.com", "550 No such user", NOW, 1)
    assert delivery.in_words == ["Skickade mejl: 2.", "Uppgivet: Beslut till b@example.com: 550 No such user"]
    assert deliver(NOW + timedelta(days=9)).given_up == []


def test_an_address_that_cannot_be_written_stops_nobody(server):
    queue_to("a@exa mple..com\n", "b@example.com")
    delivery = deliver(NOW)
    assert server.addresses == ["b@example.com"]
    assert len(delivery.postponed + delivery.given_up) == 1


def test_a_server_busy_with_an_address_is_asked_again_with_growing_delay_until_given_up(server):
    server.refused = {"a@example.com": "451 Try later"}
    queue_to("a@example.com")
    now, waits = NOW, []
    while True:
        delivery = deliver(now)
        mail = OutgoingMail.objects.get()
        if delivery.given_up:
            break
        assert delivery.in_words == [
            "Skickade mejl: 0.",
            "Gick inte, försöks igen: Beslut till a@example.com: 451 Try later",
        ]
        assert deliver(mail.next_attempt_at - timedelta(seconds=1)).postponed == []
        waits.append(mail.next_attempt_at - now)
        now = mail.next_attempt_at
    assert waits == list(outbox.DELAYS)
    assert (mail.attempts, mail.failed_at) == (6, now)


def test_one_that_was_refused_for_a_while_is_sent_at_last(server):
    server.refused = {"a@example.com": "451 Try later"}
    queue_to("a@example.com")
    deliver(NOW)
    server.refused = {}
    deliver(NOW + timedelta(minutes=5))
    mail = OutgoingMail.objects.get()
    assert (mail.attempts, mail.sent_at, mail.last_error) == (2, NOW + timedelta(minutes=5), "")


def test_a_server_that_goes_away_half_way_loses_nothing(server):
    server.goes_away_after = 1
    queue_to("a@example.com", "b@example.com", "c@example.com")
    delivery = deliver(NOW)
    assert server.addresses == ["a@example.com"]
    assert [mail.address for mail in delivery.postponed] == ["b@example.com", "c@example.com"]
    server.goes_away_after = None
    deliver(NOW + timedelta(minutes=5))
    assert server.addresses == ["a@example.com", "b@example.com", "c@example.com"]


def test_a_server_that_is_down_counts_against_no_mail(settings):
    queue_to("a@example.com", "b@example.com")
    with mail_server(settings):
        pass
    delivery = deliver(NOW)
    assert (delivery.sent, delivery.postponed) == ([], [])
    assert "Connection refused" in delivery.unreachable
    assert list(OutgoingMail.objects.due(NOW).values_list("attempts", flat=True)) == [0, 0]
    with mail_server(settings) as server:
        deliver(NOW)
    assert sorted(server.addresses) == ["a@example.com", "b@example.com"]


def test_a_mail_claimed_by_a_process_that_was_killed_is_sent_when_the_claim_runs_out(server, monkeypatch):
    queue_to("a@example.com")

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver(NOW)
    deliver(NOW + timedelta(minutes=14))
    assert server.addresses == []
    deliver(NOW + timedelta(minutes=16))
    assert server.addresses == ["a@example.com"]


def test_a_mail_that_comes_twice_is_known_by_its_id(server):
    queue_to("a@example.com")
    deliver(NOW)
    OutgoingMail.objects.update(sent_at=None)  # as if the process was killed before it could write that down
    deliver(NOW + timedelta(hours=1))
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_two_processes_at_once_send_each_mail_once(server):
    queue_to(*(f"{number}@example.com" for number in range(20)))
    results = at_once(lambda: deliver(NOW), lambda: deliver(NOW))
    assert sorted(server.addresses) == sorted(f"{number}@example.com" for number in range(20))
    assert sum(len(result.sent) for result in results) == 20


def test_the_command_says_what_was_sent(server):
    queue_to("a@example.com")
    output = StringIO()
    call_command("send_mail", stdout=output)
    assert output.getvalue() == "Skickade mejl: 1.\n"


def test_the_command_fails_when_a_mail_did(server):
    server.refused = {"b@example.com": "550 No such user"}
    queue_to("a@example.com", "b@example.com")
    with pytest.raises(CommandError) as error:
        call_command("send_mail", stdout=StringIO())
    assert str(error.value) == "Skickade mejl: 1.\nUppgivet: Beslut till b@example.com: 550 No such user"


def test_lines_are_wrapped_but_addresses_are_whole():
    link = "https://uppfoljning.example.se/" + "x" * 90 + "/"
    text = wrapped(f"{'ord ' * 30}\n\n- {'punkt ' * 20}\n  {link}\n")
    assert text == (
        "ord ord ord ord ord ord ord ord ord ord ord ord ord ord ord ord ord ord\n"
        "ord ord ord ord ord ord ord ord ord ord ord ord\n"
        "\n"
        "- punkt punkt punkt punkt punkt punkt punkt punkt punkt punkt punkt\n"
        "  punkt punkt punkt punkt punkt punkt punkt punkt punkt\n"
        f"  {link}\n"
    )


def test_links_are_absolute(settings):
    settings.SITE_URL = "https://uppfoljning.example.se/"
    assert absolute_url("/granskning/") == "https://uppfoljning.example.se/granskning/"


OUTBOX = "/admin/followup/outgoingmail/"


def test_administrators_read_the_outbox_and_try_again(administrator, server):
    server.refused = {"b@example.com": "550 No such user"}
    queue_to("a@example.com", "b@example.com")
    deliver(NOW)
    client = client_of(administrator)
    html = html_of(client.get(f"{OUTBOX}?lage=failed"))
    assert "b@example.com" in html
    assert "a@example.com" not in html
    assert "Uppgivet 1 december 2021 09.00" in html
    assert "550 No such user" in html
    assert "a@example.com" in html_of(client.get(f"{OUTBOX}?lage=sent"))
    assert "1 mejl skickas vid nästa utskick." in (
        html_of(
            client.post(
                OUTBOX,
                {"action": "retry", "_selected_action": list(OutgoingMail.objects.values_list("pk", flat=True))},
                follow=True,
            )
        )
    )
    server.refused = {}
    call_command("send_mail", stdout=StringIO())
    assert server.addresses == ["a@example.com", "b@example.com"]


@pytest.mark.parametrize("role", ["reviewer", "secretary", "official"])
def test_the_outbox_is_for_administrators_alone(role, request):
    assert client_of(request.getfixturevalue(role)).get(OUTBOX).status_code in (302, 403)


def test_nobody_writes_in_the_outbox(administrator):
    (mail,) = queue_to("a@example.com")
    client = client_of(administrator)
    assert client.get(f"{OUTBOX}add/").status_code == 403
    assert client.get(f"{OUTBOX}{mail.pk}/change/").status_code == 200
    assert client.post(f"{OUTBOX}{mail.pk}/change/", {"address": "b@example.com"}).status_code == 403
    assert client.post(f"{OUTBOX}{mail.pk}/delete/", {"post": "yes"}).status_code == 403
