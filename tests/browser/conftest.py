from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from organisation.models import Membership, Unit, User
from organisation.roles import REVIEWER
from tests.fixtures import HUDDINGE, group_of

PASSWORD = "en-lång-lösenfras"

# Root has no sandbox of its own in containers; the rest keeps Chromium from calling anywhere.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


# What the browser and htmx remark on: a status that a page meant to give, a line that a test cut.
MEANT = (
    "401 (Unauthorized)",
    "403 (Forbidden)",
    "404 (Not Found)",
    "409 (Conflict)",
    "410 (Gone)",
    "422 (Unprocessable Entity)",
    "503 (Service Unavailable)",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_RESET",
    "htmx:afterRequest",
    "htmx:sendError",
)


def is_complaint(message: ConsoleMessage) -> bool:
    return message.type == "error" and not any(meant in message.text for meant in MEANT)


@pytest.fixture
def page(browser: Browser, live_server, tmp_path: Path) -> Iterator[Page]:
    """A new visitor. What the console complains of fails the test, policy violations above all."""
    context = browser.new_context(base_url=live_server.url, locale="sv-SE", accept_downloads=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def people(transactional_db) -> None:
    call_command("import_programme", str(HUDDINGE), without_pdf=True, verbosity=0)
    official = User.objects.create_user("hanna", password=PASSWORD, first_name="Hanna")
    Membership.objects.create(user=official, unit=Unit.objects.get(slug="kommunstyrelsen"))
    reviewer = User.objects.create_user("greta", password=PASSWORD, first_name="Greta", is_staff=True)
    reviewer.groups.add(group_of(REVIEWER))


def log_in(page: Page, username: str) -> None:
    page.goto("/logga-in/")
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
