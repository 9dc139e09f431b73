"""Handing in, in a real browser: errors in focus and in view, and nothing hidden behind the sticky bar."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"

# The vertical edges of the field around the focus, from its label to the focused element, and the top of the bar.
EDGES = """() => {
  const focused = document.activeElement;
  const field = focused.closest(".field") ?? focused;
  const bar = document.querySelector(".save-bar").getBoundingClientRect();
  return [field.getBoundingClientRect().top, focused.getBoundingClientRect().bottom, bar.top];
}"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (320, 640)])
def test_an_incomplete_hand_in_shows_its_errors(page, people, width, height):
    page.set_viewport_size({"width": width, "height": height})
    log_in(page, "hanna")
    page.goto(ENTRY)
    page.get_by_role("button", name="Spara och lämna in").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport(ratio=1)
    assert page.title().startswith("Fel: Mål 1.1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    links = summary.get_by_role("link")
    assert links.all_inner_texts() == [
        "Mål 1.1: Välj en bedömning av året.",
        "Mål 1.1: Välj en prognos för perioden.",
        "Mål 1.1: Skriv en kommentar.",
        "Åtgärd 1.1.1, genomförande: Välj hur långt åtgärden har kommit.",
    ]
    for link in links.all():
        link.click()
        top, bottom, bar = page.evaluate(EDGES)
        assert 0 <= top < bottom <= bar, link.inner_text()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_the_link_from_the_work_list_lands_where_the_question_is_visible(page, people):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, "hanna")
    page.goto("/mina-uppfoljningar/")
    page.get_by_role("link", name="Mål 1.1", exact=True).click()
    expect(page.get_by_role("radio", name="Ej ifyllt").first).to_be_in_viewport()
    top, bottom, bar = page.evaluate(EDGES.replace("document.activeElement", "document.querySelector(':target')"))
    assert 0 <= top < bottom <= bar


@pytest.mark.parametrize(
    ("username", "address"), [("hanna", ENTRY), ("greta", "/granskning/huddinge-2018-2021/2021/texter/")]
)
def test_the_bar_hides_no_field_in_focus(page: Page, people, username, address):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, username)
    page.goto(address)
    visited = 0
    page.locator("main form .field").first.locator("input, select, textarea").first.focus()
    while page.evaluate("document.activeElement.closest('.field') !== null"):
        _, bottom, bar = page.evaluate(EDGES)
        assert bottom <= bar, page.evaluate("document.activeElement.id")
        visited += 1
        page.keyboard.press("Tab")
    assert visited >= 5
