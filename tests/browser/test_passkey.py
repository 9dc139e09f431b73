"""A passkey in a real browser, with a key that Chromium plays itself: nothing inline is needed for it."""

import pytest
from allauth.mfa.models import Authenticator

from organisation.models import User
from tests.browser.conftest import PASSWORD, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_reviewer_adds_a_passkey_and_logs_in_with_it_alone(page, people, settings, live_server):
    settings.REQUIRE_MFA = True
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    base = live_server.url.replace("127.0.0.1", "localhost")  # a key belongs to a name, not to an address
    page.goto(f"{base}/logga-in/")
    page.get_by_label("Användarnamn").fill("greta")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    assert "Din roll kräver tvåstegsinloggning." in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Lägg till en passkey").click()
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Bekräfta").click()
    page.get_by_label("Utan lösenord").check()
    page.get_by_role("button", name="Lägg till").click()
    page.get_by_role("heading", name="Reservkoder").wait_for()
    assert Authenticator.objects.filter(user__username="greta", type="webauthn").count() == 1
    page.get_by_role("link", name="Klart").click()
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Granskning").click()
    page.get_by_role("button", name="Logga ut").click()
    page.get_by_role("button", name="Logga in med passkey").click()
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Granskning").wait_for()
    assert User.objects.get(username="greta").last_login is not None


def test_a_key_that_is_not_given_is_said_in_words(page, people):
    log_in(page, "hanna")
    page.get_by_role("button", name="Logga ut").click()
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('nej')) }")
    page.get_by_role("button", name="Logga in med passkey").click()
    assert "Nyckeln kunde inte läsas." in page.get_by_role("alert").inner_text()
