"""Sign-in at the municipality's provider: a real one over HTTP, with genuine and forged tokens."""

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
from tests.organisation.conftest import configure_provider
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
    """Sign in as a browser does: from the login page to the provider and back."""
    at_provider = client.get(start).url
    back = provider.sign_in(at_provider, sub)
    return client.get(back)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def committee(db) -> Unit:
    return Unit.objects.create(name="Kommunstyrelsen", slug="kommunstyrelsen", kind=Unit.Kind.COMMITTEE)


def test_the_login_page_offers_the_provider_and_returns_to_the_requested_page(provider, client):
    page = html_of(client.get("/logga-in/?next=/mina-uppfoljningar/"))
    assert f'href="{START}?next=/mina-uppfoljningar/"' in page
    assert "Logga in med kommunens inloggning" in page
    provider.add_person("anna", **ANNA)
    assert sign_in(client, provider, start=f"{START}?next=/mina-uppfoljningar/").url == "/mina-uppfoljningar/"
    assert is_in(client)


def test_without_a_provider_its_pages_do_not_exist(client):
    assert "/logga-in/med/" not in html_of(client.get("/logga-in/"))
    assert client.get(START).status_code == 404
    assert client.get(f"{START}svar/").status_code == 404


def test_the_first_sign_in_creates_an_account_without_rights(provider, client):
    provider.add_person("anna", **ANNA)
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


def test_the_second_sign_in_updates_the_same_account(provider, client):
    provider.add_person("anna", **ANNA)
    sign_in(client, provider)
    provider.add_person("anna", **ANNA | {"family_name": "Björk", "email": "anna.bjork@example.se"})
    sign_in(Client(), provider)
    user = User.objects.get()
    assert (user.username, user.last_name, user.email) == ("anna.ask", "Björk", "anna.bjork@example.se")


def test_a_taken_user_name_gives_a_new_account(provider, client, hanna):
    provider.add_person("anna", preferred_username="hanna")
    sign_in(client, provider)
    assert int(client.session["_auth_user_id"]) != hanna.pk
    assert User.objects.exclude(pk=hanna.pk).get().username.startswith("inloggad-")


@pytest.mark.parametrize(("link_by", "claims"), [("username", {"preferred_username": "Hanna"}), ("email", ANNA)])
def test_an_existing_account_is_linked_by_the_field_of_the_settings(link_by, claims, provider, client, hanna, settings):
    settings.OIDC_LINK_BY = link_by
    hanna.email = "Anna.Ask@example.se"
    hanna.save()
    provider.add_person("anna", **claims)
    sign_in(client, provider)
    assert int(client.session["_auth_user_id"]) == hanna.pk
    # Another person of the same name at the provider does not get the account.
    provider.add_person("another", **claims)
    other = Client()
    sign_in(other, provider, "another")
    assert int(other.session["_auth_user_id"]) != hanna.pk


def test_a_superusers_account_is_never_linked(provider, client, settings):
    settings.OIDC_LINK_BY = "username"
    root = User.objects.create_superuser("anna.ask")
    provider.add_person("anna", **ANNA)
    sign_in(client, provider)
    assert int(client.session["_auth_user_id"]) != root.pk


def test_an_unknown_person_is_refused_if_accounts_are_created_by_hand(provider, client, settings):
    settings.OIDC_CREATE_ACCOUNTS = False
    provider.add_person("anna", **ANNA)
    page = sign_in(client, provider)
    assert "Du har inget konto här" in html_of(page)
    assert not is_in(client)
    assert User.objects.count() == 0


def test_a_closed_account_is_refused(provider, client):
    provider.add_person("anna", **ANNA)
    sign_in(client, provider)
    User.objects.update(is_active=False)
    other = Client()
    assert sign_in(other, provider).url == "/logga-in/avstangt/"
    assert not is_in(other)
    assert "Kontot är avstängt" in html_of(other.get("/logga-in/avstangt/"))


def test_groups_give_and_remove_roles_and_units(provider, client, committee):
    reviewers, secretaries = group_of(REVIEWER), group_of(SECRETARY)
    ProviderGroup.objects.create(name="grp-granskare", role=reviewers)
    ProviderGroup.objects.create(name="grp-ks", unit=committee, may_report=True)
    provider.add_person("anna", **ANNA)
    sign_in(client, provider)
    user = User.objects.get()
    membership = user.memberships.get()
    assert list(user.groups.all()) == [reviewers]
    assert user.is_staff
    assert (membership.unit, membership.may_report, membership.valid_to) == (committee, True, None)
    assert user.history.first().history_change_reason == "Grupper vid inloggning"
    # Rights that an administrator gave by hand stay; those of the groups end with them.
    user.groups.add(secretaries)
    provider.add_person("anna", **ANNA | {"groups": []})
    sign_in(Client(), provider)
    user, left = User.objects.get(), user.memberships.get()
    assert list(user.groups.all()) == [secretaries]
    assert left.valid_to is not None
    assert user.reported_unit_ids == frozenset()
    provider.add_person("anna", **ANNA | {"groups": "grp-ks"})
    sign_in(Client(), provider)
    assert User.objects.get().reported_unit_ids == {committee.pk}


def test_a_group_that_is_not_mapped_gives_nothing(provider, client):
    provider.add_person("anna", **ANNA | {"groups": [ADMINISTRATOR.name, REVIEWER.name]})
    sign_in(client, provider)
    assert list(User.objects.get().groups.all()) == []


def forged(key: object, **changes: object):
    """Return a function that replaces the provider's token by one signed with `key`, with other claims."""

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
def test_a_token_not_signed_by_the_provider_is_refused(tamper, provider, client, caplog):
    provider.add_person("anna", **ANNA)
    provider.tamper = tamper
    page = sign_in(client, provider)
    assert page.status_code == 401
    assert "Inloggningen misslyckades" in html_of(page)
    assert "ID token" not in html_of(page)
    assert "TokenRefusedError" in caplog.text
    assert not is_in(client)
    assert User.objects.count() == 0


def test_an_expired_token_is_refused(provider, client, caplog):
    provider.add_person("anna", **ANNA)
    provider.tamper = lambda id_token: signed_by(provider, id_token, exp=int(time.time()) - 120)
    assert sign_in(client, provider).status_code == 401
    assert "Signature has expired" in caplog.text
    assert not is_in(client)


def test_a_token_for_another_application_is_refused(provider, client, settings, caplog):
    provider.add_person("anna", **ANNA)
    start = client.get(START).url
    back = provider.sign_in(start.replace(f"client_id={CLIENT}", "client_id=nagot-annat"), "anna")
    settings.OIDC_CLIENT_ID = "nagot-annat"
    assert client.get(back).status_code == 401
    assert not is_in(client)


def test_a_token_of_an_earlier_sign_in_is_refused(provider, client, caplog):
    """A stolen token, signed correctly and not expired, is of no use in another request."""
    provider.add_person("anna", **ANNA)
    sign_in(client, provider)
    provider.tamper = lambda id_token: provider.issued_tokens[0]
    thief = Client()
    assert sign_in(thief, provider).status_code == 401
    assert "answers another request" in caplog.text
    assert not is_in(thief)


def test_an_answer_is_accepted_once_and_in_the_requesting_browser(provider, client):
    provider.add_person("anna", **ANNA)
    back = provider.sign_in(client.get(START).url, "anna")
    other = Client()
    assert other.get(back).status_code == 401
    assert not is_in(other)
    assert client.get(back).status_code == 302
    client.post("/logga-ut/")
    assert client.get(back).status_code == 401
    assert not is_in(client)


def test_user_information_about_somebody_else_is_refused(provider, client):
    provider.add_person("anna", **ANNA)
    provider.add_person("berit", **ANNA)
    # A token about Anna, with an access token for the user information about Berit.
    provider.tamper = lambda id_token: signed_by(provider, id_token, sub="anna")
    assert sign_in(client, provider, "berit").status_code == 401
    assert not is_in(client)


def signed_by(provider, id_token: str, **changes: object) -> str:
    """Return a token with other claims, signed by the provider."""
    with provider.app.test_request_context("/jwks"):
        provider.app.preprocess_request()
        key = g.oidc_provider_mock_storage.jwk.as_pem(is_private=True)
    return forged(key, **changes)(id_token)


def test_parameters_of_the_address_do_not_reach_the_provider(provider, client):
    url = f"{START}?scope=offline_access&auth_params=prompt%3Dnone%26nonce%3Dmin&process=connect"
    asked = parse_qs(urlsplit(client.get(url).url).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked
    assert len(asked["nonce"][0]) == 32
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/logga-in/med/kommunen/svar/"]


def test_sign_in_does_not_redirect_to_another_site(provider, client):
    provider.add_person("anna", **ANNA)
    assert sign_in(client, provider, start=f"{START}?next=https://ond.example/").url == "/"


def test_a_provider_that_does_not_answer_gives_an_error_page(client, settings, caplog):
    configure_provider(settings, "http://localhost:9")
    page = client.get(START)
    assert page.status_code == 401
    assert "Inloggningen misslyckades" in html_of(page)
    assert "Failed to establish a new connection" in caplog.text


def test_cancelling_at_the_provider_returns_to_the_login_page(provider, client):
    at_provider = client.get(START).url
    state = parse_qs(urlsplit(at_provider).query)["state"][0]
    answer = client.get(f"{START}svar/?error=access_denied&state={state}", follow=True)
    assert answer.redirect_chain[-1][0] == "/logga-in/"


def test_logging_out_logs_out_at_the_provider_too(provider, client):
    provider.add_person("anna", **ANNA)
    sign_in(client, provider)
    url = urlsplit(client.post("/logga-ut/").url)
    asked = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.url}/oauth2/end_session"
    assert asked["id_token_hint"] == [provider.issued_tokens[0]]
    assert asked["post_logout_redirect_uri"] == ["http://testserver/logga-in/"]
    assert not is_in(client)


def test_sign_in_at_the_provider_counts_as_second_factor(provider, client, settings):
    settings.REQUIRE_MFA = True
    ProviderGroup.objects.create(name="grp-granskare", role=group_of(REVIEWER))
    provider.add_person("anna", **ANNA)
    sign_in(client, provider)
    assert Group.objects.filter(user__username="anna.ask").exists()
    assert client.get("/granskning/").status_code == 200
    assert client.session["signed_in_at"] <= time.time()
