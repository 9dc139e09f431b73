from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

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


def is_complaint(message: ConsoleMessage) -> bool:
    """Any error but the browser's remark on a status that a page meant to give: a conflict, a file that failed."""
    meant = ("409 (Conflict)", "503 (Service Unavailable)")
    return message.type == "error" and not any(status in message.text for status in meant)


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
