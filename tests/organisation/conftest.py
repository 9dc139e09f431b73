"""The accounts and the provider that signing in is tried with."""

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
    """A provider that the settings name; honest again after what an earlier test made of it."""
    name_in_settings(settings, running_provider.url)
    running_provider.tamper = lambda id_token: id_token
    running_provider.told.clear()
    return running_provider


def name_in_settings(settings: Any, url: str) -> None:
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
def quick_hashes(settings: Any) -> None:
    """A password's hash takes half a second on purpose, which is not what these tests are about."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def greta(db: None) -> User:
    """A reviewer with a password."""
    user = User.objects.create_user("greta", password=PASSWORD, first_name="Greta", is_staff=True)
    user.groups.add(group_of(REVIEWER))
    return user


@pytest.fixture
def hanna(db: None) -> User:
    """Nobody in particular, with a password."""
    return User.objects.create_user("hanna", password=PASSWORD)
