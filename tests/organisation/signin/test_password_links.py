"""Mailed links: a password chosen once, forgotten passwords without a trace of who has an account, and refusals."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.models import ApiToken
from organisation.models import AccountChange, PasswordLink, PasswordRequest, User
from organisation.signin.password_links import (
    LinkRefusedError,
    choose_password,
    issue_invitation,
    issue_requested_links,
)
from tests.fixtures import make_user
from tests.organisation.conftest import PASSWORD
from tests.organisation.signin.test_signin import is_in, log_in
from tests.pages import html_of

pytestmark = pytest.mark.django_db

FORGOTTEN = "/losenord/glomt/"
NEW = "vinterns-första-skidspår"
NEW_TWICE = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture(autouse=True)
def no_attempts_counted() -> None:
    cache.clear()


@pytest.fixture
def newcomer(db) -> User:
    return User.objects.create_user("eva@example.se", "eva@example.se", first_name="Eva")


@pytest.fixture
def hanna_with_address(hanna) -> User:
    User.objects.filter(pk=hanna.pk).update(email="Hanna@Example.se")
    return User.objects.get(pk=hanna.pk)


def invited(user: User, **options) -> PasswordLink:
    facts = {"by": user, "message": "", "with_provider": False, "now": timezone.now()}
    return issue_invitation(user, **facts | options)


def forgotten(user: User) -> PasswordLink:
    PasswordRequest.objects.create(name=user.username)
    issue_requested_links(timezone.now())
    return PasswordLink.objects.filter(user=user)[0]


def test_a_newcomer_chooses_a_password_and_signs_in(client, newcomer):
    link = invited(newcomer)
    assert "Välkommen, Eva" in html_of(client.get(link.address))
    answer = client.post(link.address, NEW_TWICE, follow=True)
    assert "Lösenordet är valt. Logga in med användarnamnet eva@example.se." in html_of(answer)
    log_in(client, "eva@example.se", NEW)
    assert is_in(client)
    assert not AccountChange.objects.exists()


def test_a_link_works_once(client, newcomer):
    link = invited(newcomer)
    client.post(link.address, NEW_TWICE)
    for answer in (client.get(link.address), client.post(link.address, NEW_TWICE)):
        assert answer.status_code == 410
        assert "Länken är redan använd. Den gäller bara en gång." in html_of(answer)


def test_opening_the_link_does_not_use_it_up(client, newcomer):
    link = invited(newcomer)
    client.get(link.address)
    client.head(link.address)
    assert client.get(link.address).status_code == 200


def test_a_link_that_two_use_at_once_works_for_the_first(newcomer):
    link = invited(newcomer)
    choose_password(link, NEW, timezone.now())
    with pytest.raises(LinkRefusedError, match="redan använd"):
        choose_password(link, PASSWORD, timezone.now())
    assert User.objects.get(pk=newcomer.pk).check_password(NEW)


def test_an_expired_link_says_until_when_it_worked(client, newcomer):
    link = invited(newcomer, now=timezone.now() - timedelta(days=15))
    answer = client.post(link.address, NEW_TWICE)
    assert (answer.status_code, "Länken gällde till och med" in html_of(answer)) == (410, True)
    assert not User.objects.get(pk=newcomer.pk).has_usable_password()


def test_a_new_invitation_replaces_the_one_before(client, newcomer):
    first, second = invited(newcomer), invited(newcomer)
    assert "Det har skickats en nyare länk." in html_of(client.get(first.address))
    assert client.get(second.address).status_code == 200


def test_a_closed_account_takes_no_password(client, newcomer):
    link = invited(newcomer)
    User.objects.filter(pk=newcomer.pk).update(is_active=False)
    assert "Kontot är stängt." in html_of(client.post(link.address, NEW_TWICE))


@pytest.mark.parametrize("change", [lambda token: token + "x", lambda token: "9" + token, lambda token: token[:-3]])
def test_a_forged_link_is_not_found(change, client, newcomer):
    token = PasswordLink.SIGNER.sign(str(invited(newcomer).pk))
    answer = client.get(f"/losenord/valj/{change(token)}/")
    assert answer.status_code == 404
    assert "Kontrollera att hela länken i mejlet kom med." in html_of(answer)


def test_a_weak_or_misspelt_password_is_refused_at_its_field(client, newcomer):
    link = invited(newcomer)
    weak = client.post(link.address, {"new_password1": "kort", "new_password2": "kort"})
    assert (weak.status_code, "minst 12 tecken" in html_of(weak)) == (422, True)
    assert client.post(link.address, {"new_password1": NEW, "new_password2": PASSWORD}).status_code == 422
    assert client.post(link.address, NEW_TWICE).status_code == 302


def test_a_forgotten_password_is_replaced_and_ends_sessions_and_keys(client, hanna_with_address):
    elsewhere = Client()
    log_in(elsewhere, "hanna")
    _, secret = ApiToken.objects.issue(hanna_with_address, "Statistik", timezone.localdate() + timedelta(days=1))
    client.post(forgotten(hanna_with_address).address, NEW_TWICE)
    assert elsewhere.get("/").status_code == 302
    assert ApiToken.objects.for_secret(secret) is None
    assert log_in(client, "hanna").status_code == 200
    log_in(client, "hanna", NEW)
    assert is_in(client)
    change = AccountChange.objects.get(change="Lösenordet byttes")
    assert (change.user, change.by) == (hanna_with_address, hanna_with_address)


def test_the_page_answers_alike_for_every_name(client, hanna_with_address):
    make_user("stangd")
    User.objects.filter(username="stangd").update(is_active=False, email="stangd@example.se")
    pages, counts = [], []
    for name in ("hanna", "hanna@example.se", "stangd", "finns-inte", "ingen@example.se"):
        with CaptureQueriesContext(connection) as queries:
            pages.append(html_of(client.post(FORGOTTEN, {"name": name})))
        counts.append(len(queries))
    assert len(set(pages)) == 1
    assert len(set(counts)) == 1


@pytest.mark.parametrize("name", ["hanna", "HANNA", "hanna@example.se"])
def test_a_link_is_issued_by_user_name_or_address(name, client, hanna_with_address):
    client.post(FORGOTTEN, {"name": name})
    assert issue_requested_links(timezone.now()) == 1
    assert PasswordLink.objects.get().user == hanna_with_address
    assert not PasswordRequest.objects.exists()


def test_nobody_else_gets_a_link(client, hanna, settings):
    """Not an unknown name, a closed account, one without address, or one of the municipality's sign-in."""
    settings.OIDC_SERVER_URL = "https://id.example.se"
    make_user("stangd")
    User.objects.filter(username="stangd").update(is_active=False, email="stangd@example.se")
    User.objects.create_user("kommunens", "k@example.se")
    for name in ("okänd", "stangd", "hanna", "kommunens"):
        client.post(FORGOTTEN, {"name": name})
    assert issue_requested_links(timezone.now()) == 4
    assert not PasswordLink.objects.exists()


def test_requests_are_limited_for_a_name_and_for_an_address(client, hanna_with_address, settings):
    settings.ACCOUNT_RATE_LIMITS = {"forgotten_password": "5/m/ip", "forgotten_password_of_account": "3/h/key"}
    statuses = [client.post(FORGOTTEN, {"name": "hanna"}).status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 200, 429]
    assert PasswordRequest.objects.count() == 3


def test_an_empty_name_is_refused(client):
    answer = client.post(FORGOTTEN, {"name": " "})
    assert (answer.status_code, PasswordRequest.objects.count()) == (422, 0)


def test_a_name_with_nul_is_refused(client):
    answer = client.post(FORGOTTEN, {"name": "ha\0nna"})
    assert (answer.status_code, PasswordRequest.objects.count()) == (422, 0)


def test_an_invitation_leads_to_the_provider(client, newcomer, provider):
    link = invited(newcomer, with_provider=True)
    assert "Logga in med kommunens inloggning" in html_of(client.get(link.address))
    answer = client.post(f"{link.address}med-kommunen/")
    assert answer.url == "/logga-in/med/kommunen/"
    assert client.session["invitation"] == link.pk
