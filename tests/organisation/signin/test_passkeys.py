"""Registrations of passkeys that no key has made. A real key: tests/browser/test_passkey.py."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.organisation.conftest import PASSWORD
from tests.organisation.signin.test_signin import log_in

pytestmark = pytest.mark.django_db

NEW_KEY = "/inloggning/nycklar/ny/"
REGISTRATION = {
    "id": "eA",
    "rawId": "eA",
    "type": "public-key",
    "response": {"clientDataJSON": "e30", "attestationObject": "oA"},
}


@pytest.mark.parametrize(
    "credential",
    [
        "0", "false", "{}", "[]", '""', "null", "5", "[1]", '{"id": "å"}', "inte json",
        json.dumps(REGISTRATION),
        json.dumps(REGISTRATION | {"rawId": "eQ"}),
        json.dumps(REGISTRATION | {"response": 7}),
        json.dumps(REGISTRATION | {"response": {"clientDataJSON": "", "attestationObject": ""}}),
        json.dumps(REGISTRATION | {"response": {"clientDataJSON": "e30", "attestationObject": "X19fX18"}}),
    ],
)  # fmt: skip
def test_a_registration_that_no_key_made_is_refused(credential, client, hanna):
    log_in(client, "hanna")
    client.post(f"/logga-in/bekrafta/?next={NEW_KEY}", {"password": PASSWORD})
    client.get(NEW_KEY)
    response = client.post(NEW_KEY, {"name": "Nyckel", "credential": credential})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"credential"}
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("address", ["http://[", "//[", "https://[::1"])
def test_an_address_that_cannot_be_read_leads_nowhere(address, hanna):
    client = Client()
    assert client.get("/logga-in/avstangt/", {"next": address}).status_code == 200
    assert log_in(client, "hanna", next=address).url == "/"
