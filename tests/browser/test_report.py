"""The report as a page: accessible, and every goal has an address."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REPORT = "/program/huddinge-2018-2021/2020/rapport/"


@pytest.mark.parametrize("width", [390, 1440])
def test_the_checker_of_accessibility_finds_nothing(page, people, width):
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, "hanna")
    page.goto(REPORT)
    found = Axe().run(page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_contents_stay_beside_the_goal_that_an_address_leads_to(page, people):
    page.set_viewport_size({"width": 1440, "height": 900})
    log_in(page, "hanna")
    page.goto(f"{REPORT}#mal-4.2")
    goal = page.locator("#mal-4\\.2").bounding_box()
    contents = page.get_by_role("navigation", name="Innehåll").bounding_box()
    assert 0 <= goal["y"] < 100
    assert 0 <= contents["y"] < 100
    assert contents["x"] + contents["width"] < goal["x"]


def test_print_leaves_the_site_out(page, people):
    log_in(page, "hanna")
    page.goto(REPORT)
    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="Sammanfattning").is_visible()
    assert not page.get_by_role("navigation", name="Huvudmeny").is_visible()
    assert not page.get_by_role("link", name="Ladda ner som PDF").is_visible()
