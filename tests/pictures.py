"""Screenshots for the help pages, of the running application with its example users: `script/pictures`."""

import io
import sys
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent.parent / "static" / "help"
PROGRAMME = "huddinge-2018-2021"
YEAR = f"{PROGRAMME}/2021/"
# Name of the picture, user, and address.
PICTURES = [
    ("mina-uppfoljningar", "handlaggare", "/mina-uppfoljningar/"),
    ("fyll-i", "handlaggare", f"/mina-uppfoljningar/{YEAR}1.1/"),
    ("granskning", "granskare", f"/granskning/{YEAR}#leverans"),
    ("rapport", "granskare", f"/program/{YEAR}rapport/#mal-1.1"),
    ("bereda-beslut", "sekreterare", "/beslut/"),
    ("oversikt", "lasare", f"/program/{PROGRAMME}/2020/#laget"),
]
WIDTH, HEIGHT = 960, 600


def take(site: str) -> None:
    from followup.management.commands.create_demo import PASSWORD
    from tests.browser.conftest import ARGUMENTS

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for name, username, url in PICTURES:
            context = browser.new_context(base_url=site, locale="sv-SE", viewport={"width": WIDTH, "height": HEIGHT})
            page = context.new_page()
            page.goto("/logga-in/")
            page.get_by_label("Användarnamn").fill(username)
            page.get_by_label("Lösenord").fill(PASSWORD)
            page.get_by_role("button", name="Logga in", exact=True).click()
            page.goto(url)
            # Larger than a screen's pixels would only be heavier: the text stays legible.
            image = Image.open(io.BytesIO(page.screenshot()))
            image.quantize(64).save(FOLDER / f"{name}.webp", lossless=True, method=6)
            context.close()
        browser.close()


if __name__ == "__main__":
    django.setup()
    take(sys.argv[1])
