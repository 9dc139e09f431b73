"""Waiting for a PDF, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from followup.models import Rendering
from followup.worker import make_pdfs
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("people")]


def flaws(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways, on a telephone and on a wide screen."""
    found = []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: {violation['id']}" for violation in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width}: scrolls sideways")
    return found


def test_stopping_going_on_and_trying_again(page):
    log_in(page, "hanna")
    page.goto("/program/huddinge-2018-2021/2019/rapport.pdf")
    page.get_by_role("link", name="Sluta uppdatera sidan").click()
    assert "Sidan uppdateras inte av sig själv." in page.get_by_role("main").inner_text()
    assert flaws(page) == []

    # It fails meanwhile, which the page shows when it is told to look.
    Rendering.objects.update(source="{}")
    assert make_pdfs() == 0
    page.get_by_role("link", name="Se om filen är klar").click()
    assert page.get_by_role("heading", level=1).inner_text() == "PDF kunde inte skapas"
    assert flaws(page) == []

    page.get_by_role("button", name="Försök igen").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Filen skapas"
    assert page.get_by_role("main").inner_text().count("Sidan uppdateras inte av sig själv.") == 0
