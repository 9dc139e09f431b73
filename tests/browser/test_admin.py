"""Size of targets in the administration."""

import pytest
from playwright.sync_api import Page

from organisation.roles import ADMINISTRATOR, REVIEWER
from tests.browser.test_every_page import enter
from tests.fixtures import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Select2 hides the original field and shows its own.
SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
  .filter(target => target.getClientRects().length && !target.classList.contains("select2-hidden-accessible"))
  .map(target => [target, target.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([target, box]) => `${target.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`)"""
LISTS = {
    REVIEWER: ["programmes/measure", "programmes/subgoal", "followup/subgoalentry", "programmes/programme"],
    ADMINISTRATOR: ["organisation/user", "organisation/unit", "organisation/membership"],
}


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("role", LISTS)
def test_every_target_is_at_least_24_pixels(role, width, page: Page, people, live_server):
    enter(page, make_user("anna", role=role), live_server.url)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/admin/")
    found = {"/admin/": page.evaluate(SMALL)}
    for name in LISTS[role]:
        page.goto(f"{live_server.url}/admin/{name}/")
        found[name] = page.evaluate(SMALL)
        first = page.locator("#result_list tbody th a")
        if first.count():
            first.first.click()
            found[f"{name} (one)"] = page.evaluate(SMALL)
    assert len(found) > len(LISTS[role])
    assert {name: targets for name, targets in found.items() if targets} == {}
