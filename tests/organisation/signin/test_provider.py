"""Signing in by the municipality's provider: a real one, over HTTP, honest and not."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import Group
from django.test import Client
from flask import g

from organisation.models import ProviderGroup, Unit, User
from organisation.roles import ADMINISTRATOR, REVIEWER, SECRETARY
from tests.fixtures import group_of
from tests.organisation.conftest import name_in_settings
from tests.organisation.signin.provider_server import CLIENT
from tests.pages import html_of

pytestmark = [
    pytest.mark.django_db,
    # The provider's own business.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

START = "/logga-in/med/kommunen/"
ANNA = {
    "preferred_username": "anna.ask",
    "given_name": "Anna",
    "family_name": "Ask",
    "email": "anna.ask@example.se",
    "groups": ["grp-granskare", "grp-ks"],
}


def sign_in(client: Client, provider, sub: str = "anna", start: str = START):
    """Through login page, provider and back, as a browser goes."""
    at_provider = client.get(start).url
    back = provider.asks(at_provider, sub)
    return client.get(back)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def committee(db) -> Unit:
    return Unit.objects.create(name="Kommunstyrelsen", slug="kommunstyrelsen", kind=Unit.Kind.COMMITTEE)


def test_the_login_page_offers_it_and_leads_back_to_where_one_was_going(provider, client):
    page = html_of(client.get("/logga-in/?next=/mina-uppfoljningar/"))
    assert f'href="{START}?next=/mina-uppfoljningar/"' in page
    assert "Logga in med kommunens inloggning" in page
    provider.knows("anna", **ANNA)
    assert sign_in(client, provider, start=f"{START}?next=/mina-uppfoljningar/").url == "/mina-uppfoljningar/"
    assert is_in(client)


def test_without_a_provider_there_is_no_such_page(client):
    assert "/logga-in/med/" not in html_of(client.get("/logga-in/"))
    assert client.get(START).status_code == 404
    assert client.get(f"{START}svar/").status_code == 404


def test_the_first_time_an_account_is_made_without_any_right(provider, client):
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    user = User.objects.get()
    assert (user.username, user.first_name, user.last_name, user.email) == (
        "anna.ask",
        "Anna",
        "Ask",
        "anna.ask@example.se",
    )
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)
    assert list(user.groups.all()) == []
    assert list(user.memberships.all()) == []
    assert user.socialaccount_set.get().extra_data == {}
    assert user.history.first().history_change_reason == "Första inloggningen"


def test_the_second_time_it_is_the_same_account_with_what_has_changed(provider, client):
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    provider.knows("anna", **ANNA | {"family_name": "Björk", "email": "anna.bjork@example.se"})
    sign_in(Client(), provider)
    user = User.objects.get()
    assert (user.username, user.last_name, user.email) == ("anna.ask", "Björk", "anna.bjork@example.se")


def test_a_taken_name_does_not_give_somebody_elses_account(provider, client, hanna):
    provider.knows("anna", preferred_username="hanna")
    sign_in(client, provider)
    assert int(client.session["_auth_user_id"]) != hanna.pk
    assert User.objects.exclude(pk=hanna.pk).get().username.startswith("inloggad-")


@pytest.mark.parametrize(("link_by", "claims"), [("username", {"preferred_username": "Hanna"}), ("email", ANNA)])
def test_an_account_that_exists_is_linked_where_the_settings_say_how_it_is_known(
    link_by, claims, provider, client, hanna, settings
):
    settings.OIDC_LINK_BY = link_by
    hanna.email = "Anna.Ask@example.se"
    hanna.save()
    provider.knows("anna", **claims)
    sign_in(client, provider)
    assert int(client.session["_auth_user_id"]) == hanna.pk
    # Somebody else of the same name at the provider does not get the account too.
    provider.knows("another", **claims)
    other = Client()
    sign_in(other, provider, "another")
    assert int(other.session["_auth_user_id"]) != hanna.pk


def test_a_superusers_account_is_never_linked(provider, client, settings):
    settings.OIDC_LINK_BY = "username"
    root = User.objects.create_superuser("anna.ask")
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    assert int(client.session["_auth_user_id"]) != root.pk


def test_an_unknown_person_is_turned_away_where_accounts_are_made_by_hand(provider, client, settings):
    settings.OIDC_CREATE_ACCOUNTS = False
    provider.knows("anna", **ANNA)
    page = sign_in(client, provider)
    assert "Du har inget konto här" in html_of(page)
    assert not is_in(client)
    assert User.objects.count() == 0


def test_somebody_whose_account_is_closed_is_turned_away(provider, client):
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    User.objects.update(is_active=False)
    other = Client()
    assert sign_in(other, provider).url == "/logga-in/avstangt/"
    assert not is_in(other)
    assert "Kontot är avstängt" in html_of(other.get("/logga-in/avstangt/"))


def test_groups_lead_to_roles_and_units_and_away_again(provider, client, committee):
    reviewers, secretaries = group_of(REVIEWER), group_of(SECRETARY)
    ProviderGroup.objects.create(name="grp-granskare", role=reviewers)
    ProviderGroup.objects.create(name="grp-ks", unit=committee, may_report=True)
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    user = User.objects.get()
    membership = user.memberships.get()
    assert list(user.groups.all()) == [reviewers]
    assert user.is_staff
    assert (membership.unit, membership.may_report, membership.valid_to) == (committee, True, None)
    assert user.history.first().history_change_reason == "Grupper vid inloggning"
    # What an administrator gave besides stays; what the groups gave goes with them.
    user.groups.add(secretaries)
    provider.knows("anna", **ANNA | {"groups": []})
    sign_in(Client(), provider)
    user, left = User.objects.get(), user.memberships.get()
    assert list(user.groups.all()) == [secretaries]
    assert left.valid_to is not None
    assert user.reported_unit_ids == frozenset()
    provider.knows("anna", **ANNA | {"groups": "grp-ks"})
    sign_in(Client(), provider)
    assert User.objects.get().reported_unit_ids == {committee.pk}


def test_a_name_in_the_groups_that_no_administrator_has_mapped_gives_nothing(provider, client):
    provider.knows("anna", **ANNA | {"groups": [ADMINISTRATOR.name, REVIEWER.name]})
    sign_in(client, provider)
    assert list(User.objects.get().groups.all()) == []


def forged(key: object, **changes: object):
    """Makes of the provider's token one of our own, with other claims."""

    def tamper(id_token: str) -> str:
        header = jwt.get_unverified_header(id_token)
        claims = jwt.decode(id_token, options={"verify_signature": False}) | changes
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": header["kid"]} if "kid" in header else {})

    return tamper


def unsigned(id_token: str) -> str:
    claims = id_token.split(".")[1]
    nothing = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{nothing}.{claims}."


def another_subject(id_token: str) -> str:
    header, claims, signature = id_token.split(".")
    changed = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"sub": "chefen"}
    return f"{header}.{base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip('=')}.{signature}"


@pytest.mark.parametrize(
    "tamper",
    [
        forged(rsa.generate_private_key(65537, 2048)),
        unsigned,
        another_subject,
        lambda id_token: "",
        lambda id_token: "inte.en.token",
    ],
    ids=["another's signature", "no signature", "changed claims", "no token", "not a token"],
)
def test_a_token_that_is_not_the_providers_is_refused(tamper, provider, client, caplog):
    provider.knows("anna", **ANNA)
    provider.tamper = tamper
    page = sign_in(client, provider)
    assert page.status_code == 401
    assert "Inloggningen misslyckades" in html_of(page)
    assert "ID token" not in html_of(page)
    assert "TokenRefusedError" in caplog.text
    assert not is_in(client)
    assert User.objects.count() == 0


def test_an_expired_token_is_refused(provider, client, caplog):
    provider.knows("anna", **ANNA)
    provider.tamper = lambda id_token: signed_by(provider, id_token, exp=int(time.time()) - 120)
    assert sign_in(client, provider).status_code == 401
    assert "Signature has expired" in caplog.text
    assert not is_in(client)


def test_a_token_for_another_application_is_refused(provider, client, settings, caplog):
    provider.knows("anna", **ANNA)
    start = client.get(START).url
    back = provider.asks(start.replace(f"client_id={CLIENT}", "client_id=nagot-annat"), "anna")
    settings.OIDC_CLIENT_ID = "nagot-annat"
    assert client.get(back).status_code == 401
    assert not is_in(client)


def test_a_token_of_an_earlier_sign_in_is_refused(provider, client, caplog):
    """Whoever has got hold of a token, rightly signed and not expired, cannot use it in a request of their own."""
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    provider.tamper = lambda id_token: provider.told[0]
    thief = Client()
    assert sign_in(thief, provider).status_code == 401
    assert "answers another request" in caplog.text
    assert not is_in(thief)


def test_an_answer_is_good_once_and_in_the_browser_that_asked(provider, client):
    provider.knows("anna", **ANNA)
    back = provider.asks(client.get(START).url, "anna")
    other = Client()
    assert other.get(back).status_code == 401
    assert not is_in(other)
    assert client.get(back).status_code == 302
    client.post("/logga-ut/")
    assert client.get(back).status_code == 401
    assert not is_in(client)


def test_user_information_about_somebody_else_is_refused(provider, client):
    provider.knows("anna", **ANNA)
    provider.knows("berit", **ANNA)
    # A token about Anna, with the key to what the provider tells of Berit.
    provider.tamper = lambda id_token: signed_by(provider, id_token, sub="anna")
    assert sign_in(client, provider, "berit").status_code == 401
    assert not is_in(client)


def signed_by(provider, id_token: str, **changes: object) -> str:
    """The provider's own signature under other claims."""
    with provider.app.test_request_context("/jwks"):
        provider.app.preprocess_request()
        key = g.oidc_provider_mock_storage.jwk.as_pem(is_private=True)
    return forged(key, **changes)(id_token)


def test_the_request_says_only_what_the_settings_say(provider, client):
    url = f"{START}?scope=offline_access&auth_params=prompt%3Dnone%26nonce%3Dmin&process=connect"
    asked = parse_qs(urlsplit(client.get(url).url).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked
    assert len(asked["nonce"][0]) == 32
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/logga-in/med/kommunen/svar/"]


def test_nobody_is_sent_to_another_site_after_signing_in(provider, client):
    provider.knows("anna", **ANNA)
    assert sign_in(client, provider, start=f"{START}?next=https://ond.example/").url == "/"


def test_a_provider_that_does_not_answer_is_said_in_words(client, settings, caplog):
    name_in_settings(settings, "http://localhost:9")
    page = client.get(START)
    assert page.status_code == 401
    assert "Inloggningen misslyckades" in html_of(page)
    assert "Failed to establish a new connection" in caplog.text


def test_saying_no_at_the_provider_leads_back_to_the_login_page(provider, client):
    at_provider = client.get(START).url
    state = parse_qs(urlsplit(at_provider).query)["state"][0]
    answer = client.get(f"{START}svar/?error=access_denied&state={state}", follow=True)
    assert answer.redirect_chain[-1][0] == "/logga-in/"


def test_logging_out_logs_out_at_the_provider_too(provider, client):
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    url = urlsplit(client.post("/logga-ut/").url)
    asked = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.url}/oauth2/end_session"
    assert asked["id_token_hint"] == [provider.told[0]]
    assert asked["post_logout_redirect_uri"] == ["http://testserver/logga-in/"]
    assert not is_in(client)


def test_what_the_provider_asks_counts_as_the_second_step(provider, client, settings):
    settings.REQUIRE_MFA = True
    ProviderGroup.objects.create(name="grp-granskare", role=group_of(REVIEWER))
    provider.knows("anna", **ANNA)
    sign_in(client, provider)
    assert Group.objects.filter(user__username="anna.ask").exists()
    assert client.get("/granskning/").status_code == 200
    assert client.session["signed_in_at"] <= time.time()
