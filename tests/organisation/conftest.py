"""Accounts with passwords, and a provider to sign in at."""

from collections.abc import Iterator
from typing import Any

import pytest

from organisation.models import User
from organisation.roles import REVIEWER
from tests.fixtures import group_of
from tests.organisation.signin.provider_server import CLIENT, Provider, provider_running

PASSWORD = "en-lång-lösenfras"


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with provider_running() as running:
        yield running


@pytest.fixture
def provider(settings: Any, running_provider: Provider) -> Provider:
    """Return the provider that the settings name, without the changes that an earlier test made."""
    configure_provider(settings, running_provider.url)
    running_provider.tamper = lambda id_token: id_token
    running_provider.issued_tokens.clear()
    return running_provider


def configure_provider(settings: Any, url: str) -> None:
    settings.OIDC_SERVER_URL, settings.OIDC_CLIENT_ID = url, CLIENT
    app = {
        "provider_id": "kommunen",
        "name": "kommunens inloggning",
        "client_id": CLIENT,
        "secret": "hemligt",
        "settings": {"server_url": url, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


@pytest.fixture(autouse=True)
def fast_password_hashes(settings: Any) -> None:
    """Replace the password hash of production, which takes half a second on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def greta(db: None) -> User:
    """Return a reviewer with a password."""
    user = User.objects.create_user("greta", password=PASSWORD, first_name="Greta", is_staff=True)
    user.groups.add(group_of(REVIEWER))
    return user


@pytest.fixture
def hanna(db: None) -> User:
    """Return a user without roles and units, with a password."""
    return User.objects.create_user("hanna", password=PASSWORD)
