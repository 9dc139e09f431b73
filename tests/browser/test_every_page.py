"""Every page that a role may open, and those open to everybody, in a real browser: no finding of axe in light or dark,
nothing sideways, nothing heavy, nothing that moves by itself, nothing from elsewhere. Pictures of all are left in
`var/screenshots`."""

import gzip
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Response

from followup.models import FollowUp
from organisation.models import User
from organisation.roles import REVIEWER, SECRETARY
from tests.fixtures import make_user
from tests.followup.test_access import PAGES, addresses_of_pages
from tests.followup.test_html import page_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that another colour scheme can change.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
WIDTHS = (390, 768, 1440)
# Bytes of a page with all that it brings along, as a browser fetches it in production.
HEAVIEST = 150_000
PARTS = "performance.getEntries().filter(part => part.encodedBodySize).map(part => [part.name, part.encodedBodySize])"
# What has moved on its own since the page began to show, and by how much, once its fonts are there and it is drawn.
MOVED = """async () => {
  const moved = [];
  const watch = list => list.getEntries().forEach(shift => moved.push(
    `${shift.value}: ${shift.sources.map(source => source.node?.outerHTML?.slice(0, 80)).join(", ")}`));
  const observer = new PerformanceObserver(watch);
  observer.observe({type: "layout-shift", buffered: true});
  await document.fonts.ready;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
  watch({getEntries: () => observer.takeRecords()});
  return moved;
}"""
# The narrowest screen, which is also a page of 1280 px enlarged to 400 % (WCAG 2.2, 1.4.10).
NARROWEST = 320
# The spacing that readers may set for all text (WCAG 2.2, 1.4.12), without losing content.
TEXT_SPACING = [
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }",
    "p { margin-bottom: 2em !important; }",
]
# The elements that reach outside the window, apart from those inside a container that scrolls by itself.
TOO_WIDE = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const scrolls = node => node && (/auto|scroll|hidden|clip/.test(getComputedStyle(node).overflowX)
    || scrolls(node.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter(node => node.getBoundingClientRect().right > page.clientWidth + 0.5 && !scrolls(node.parentElement))
    .map(node => node.outerHTML.slice(0, 120)).slice(0, 3).concat(`${page.scrollWidth} px`);
}"""
# The elements whose text is cut off by a fixed height or width.
CUT_OFF = """() => [...document.body.querySelectorAll("*")].filter(node => {
  const style = getComputedStyle(node);
  const clips = (style.overflowX === "hidden" || style.overflowX === "clip") && style.clipPath === "none";
  return clips && node.innerText?.trim()
    && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1);
}).map(node => node.outerHTML.slice(0, 120))"""
SCREENSHOTS = settings.BASE_DIR / "var" / "screenshots"
# Taller ones are shown from their beginning.
TALLEST = 8_000
OUTSIDER: dict[str, str] = {}
# Each role has the pages of an outsider, whom anybody who logs in is at least; so only what is more is looked at again.
PEOPLE = {
    "outsider": OUTSIDER,
    "official": {"unit": "kommunstyrelsen"},
    "reviewer": {"role": REVIEWER},
    "secretary": {"role": SECRETARY},
}
WITH_MORE_ON_THEM = {("followup:home",), ("followup:work_list",), ("followup:unit_detail", "kommunstyrelsen")}


@pytest.fixture
def open_year(people, settings, tmp_path) -> FollowUp:
    settings.MEDIA_ROOT = tmp_path
    settings.PUBLIC_REPORTS = True
    settings.PUBLIC_CONTACT = "oppnadata@example.se"
    return FollowUp.objects.select_related("programme").get(year=2021)


def enter(page: Page, user: User, url: str) -> None:
    """A session as the login page makes it, without the wait for the password's hash."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    page.context.add_cookies([{"name": "sessionid", "value": str(session.session_key), "url": url}])


def findings(page: Page, rules: list[str] = RULES) -> list[str]:
    results = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['target']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


@cache
def compressed_size(url: str) -> int | None:
    """Of style, script and drawings as WhiteNoise sends them; None of what is sent as it is."""
    path = urlsplit(url).path
    if not path.startswith("/static/") or not path.endswith((".css", ".js", ".svg")):
        return None
    return len(gzip.compress(Path(finders.find(path.removeprefix("/static/"))).read_bytes()))


def weight(page: Page) -> int:
    """What was fetched for the page; the test's server compresses pages alone."""
    return sum(compressed_size(url) or size for url, size in page.evaluate(PARTS))


def moved(page: Page) -> list[str]:
    """What moves by itself. A busy machine may draw a page before it has come whole, and its table's columns widen
    when the rest comes; what the page does of its own it does every time that it is fetched."""
    for _ in range(3):
        if not (shifts := page.evaluate(MOVED)):
            break
        page.reload()
    return shifts


def sideways(page: Page, width: int) -> list[str]:
    """Return everything that makes the loaded page scroll sideways, as it is, narrowest and with spaced text."""
    problems = [f"scrolls sideways: {node}" for node in page.evaluate(TOO_WIDE)]
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    problems += [f"scrolls sideways at {NARROWEST} px: {node}" for node in page.evaluate(TOO_WIDE)]
    # CSP allows no style element, but the page's own style sheets take rules.
    page.evaluate("rules => rules.forEach(rule => document.styleSheets[0].insertRule(rule))", TEXT_SPACING)
    problems += [f"with spaced text: {node}" for node in page.evaluate(TOO_WIDE) + page.evaluate(CUT_OFF)]
    page.set_viewport_size({"width": width, "height": 900})
    problems += [f"with spaced text at {width} px: {node}" for node in page.evaluate(TOO_WIDE) + page.evaluate(CUT_OFF)]
    return problems


def keep_picture(page: Page, folder: str, url: str) -> None:
    height = page.evaluate("document.documentElement.scrollHeight")
    name = url.strip("/").replace("/", "_") or "start"
    path = SCREENSHOTS / folder / f"{name}.jpeg"
    page.screenshot(path=path, type="jpeg", quality=60, full_page=height <= TALLEST)


def is_own(page: tuple[object, ...], role: str) -> bool:
    get = PAGES[page][0]
    return role in ("anonymous", "outsider") or get[role] != get["outsider"] or page in WITH_MORE_ON_THEM


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ["anonymous", *PEOPLE])
def test_every_page_for_every_role(role, width, page, open_year, live_server):
    addresses = addresses_of_pages(open_year, User.objects.get(username="hanna"))
    user = make_user(role, **PEOPLE[role]) if role in PEOPLE else None
    if user:
        enter(page, user, live_server.url)
    page.set_viewport_size({"width": width, "height": 900})
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    found: dict[str, list[str]] = {}
    looked_at = 0
    for name, url in addresses.items():
        if not is_own(name, role) or page_at(user, url) is None:
            continue
        looked_at += 1
        page.goto(url)
        problems = [f"moves {shift}" for shift in moved(page)]
        problems += findings(page)
        keep_picture(page, f"{role}-{width}", url)
        page.emulate_media(color_scheme="dark")
        problems += [f"dark: {problem}" for problem in findings(page, OF_COLOURS)]
        page.emulate_media(color_scheme="light")
        if (bytes_fetched := weight(page)) > HEAVIEST:
            problems.append(f"weighs {bytes_fetched} bytes")
        problems += sideways(page, width)
        if problems:
            found[url] = problems
    assert found == {}
    assert looked_at > 1
    assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(live_server.url).netloc}
    parts = [answer for answer in answers if answer.request.resource_type != "document"]
    assert [part.url for part in parts if part.status >= 400] == []
