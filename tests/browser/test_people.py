"""Inviting and letting go of people by keyboard alone and on a phone; a newcomer chooses a password."""

import pytest
from playwright.sync_api import Page, expect

from organisation.models import PasswordLink, User
from organisation.roles import ADMINISTRATOR
from tests.browser.conftest import PASSWORD, log_in
from tests.browser.test_every_page import findings, sideways
from tests.fixtures import group_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW = "vinterns-första-skidspår"


@pytest.fixture
def administrator(people) -> User:
    user = User.objects.create_user("anders", password=PASSWORD, first_name="Anders", is_staff=True)
    user.groups.add(group_of(ADMINISTRATOR))
    return user


def focus_by_tab(page: Page, text: str) -> None:
    """Press Tab until the element with this text, or the field with this label, has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.labels?.[0] || document.activeElement).textContent.replace(/\\s+/g, ' ').trim()"
        )
        if focused == text:
            return
    raise AssertionError(f"{text} is not reached by Tab")


def type_into(page: Page, label: str, text: str) -> None:
    focus_by_tab(page, label)
    page.keyboard.type(text)


def press(page: Page, text: str) -> None:
    focus_by_tab(page, text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_person_is_invited_and_leaves_by_keyboard_alone(page, administrator):
    log_in(page, "anders")
    page.goto("/personer/")
    press(page, "Bjud in en person")
    type_into(page, "Förnamn", "Eva")
    type_into(page, "Efternamn", "Ek")
    type_into(page, "E-postadress", "eva.ek@example.se")
    type_into(page, "Enhet", "Socialn")
    press(page, "Bjud in")
    expect(page.get_by_role("status")).to_contain_text("Eva Ek är inbjuden.")
    expect(page.get_by_text("Socialnämnden (rapporterar)")).to_be_visible()

    press(page, "Avsluta")
    expect(page.get_by_text("Ingen annan rapporterar för Socialnämnden.")).to_be_visible()
    press(page, "Avsluta")
    type_into(page, "Lösenord", PASSWORD)
    press(page, "Bekräfta")
    expect(page.get_by_role("status")).to_contain_text("Kontot för Eva Ek är stängt.")


def test_several_are_invited_on_a_phone(page, administrator):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, "anders")
    page.goto("/personer/bjud-in/flera/")
    page.get_by_label("Adresser").fill("Eva Ek <eva@example.se>; per@example.se\nskräp")
    page.get_by_role("button", name="Granska listan").click()
    expect(page.get_by_text("Adressen saknar @.")).to_be_visible()
    assert findings(page) == []
    assert sideways(page, 390) == []
    page.get_by_role("button", name="Bjud in 2 personer").click()
    expect(page.get_by_role("status")).to_contain_text("2 personer är inbjudna.")
    for address in ("/personer/", f"/personer/{User.objects.get(email='eva@example.se').pk}/"):
        page.goto(address)
        assert findings(page) == []
        assert sideways(page, 390) == []


def test_a_newcomer_chooses_a_password_and_signs_in(page, administrator):
    newcomer = User.objects.create_user("eva@example.se", "eva@example.se", first_name="Eva")
    link = PasswordLink.objects.create(user=newcomer, purpose="invitation", expires_at="2999-01-01T00:00Z")
    page.goto(link.address)
    assert findings(page) == []
    page.get_by_label("Nytt lösenord", exact=True).fill(NEW)
    page.get_by_label("Bekräfta nytt lösenord").fill(NEW)
    page.get_by_role("button", name="Spara lösenordet").click()
    expect(page.get_by_role("status")).to_contain_text("Lösenordet är valt.")
    page.get_by_label("Användarnamn").fill("eva@example.se")
    page.get_by_label("Lösenord").fill(NEW)
    page.get_by_role("button", name="Logga in", exact=True).click()
    expect(page.get_by_role("heading", name="Välkommen, Eva")).to_be_visible()
    page.goto(link.address)
    expect(page.get_by_text("Länken är redan använd.")).to_be_visible()
