"""Every page that a role may open, in a real browser: no finding of axe, nothing sideways, nothing from elsewhere."""

from importlib import import_module
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from playwright.sync_api import Page, Response

from organisation.models import User
from tests.followup.conftest import HUDDINGE, make_user
from tests.followup.test_access import PAGES, ROLES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (390, 768, 1440)
PEOPLE = {
    "outsider": {},
    "reader": {"unit": "kommunstyrelsen", "may_report": False},
    "official": {"unit": "kommunstyrelsen"},
    "other_official": {"unit": "aldreomsorgsnamnden"},
    "reviewer": {"group": "Granskare"},
    "secretary": {"group": "Nämndsekreterare"},
    "administrator": {"group": "Administratör"},
}


@pytest.fixture
def programme(transactional_db) -> None:
    # Emptying the database after the test before has taken the roles that a migration made.
    import_module("followup.migrations.0002_roles").grant_roles(Group, Permission)
    call_command("import_programme", str(HUDDINGE), without_pdf=True, verbosity=0)


def log_in(page: Page, user: User, url: str) -> None:
    """A session as the login page makes it, without the wait for the password's hash."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    page.context.add_cookies([{"name": "sessionid", "value": str(session.session_key), "url": url}])


def findings(page: Page) -> list[str]:
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['target']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


def pages_of(role: str) -> list[str]:
    """What the role may open, and the error pages that it meets elsewhere."""
    return [url for url, statuses in PAGES.items() if statuses[role] in (200, 403, 404)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_for_every_role(role, width, page, programme, live_server):
    if role in PEOPLE:
        log_in(page, make_user(role, **PEOPLE[role]), live_server.url)
    page.set_viewport_size({"width": width, "height": 900})
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    found: dict[str, list[str]] = {}
    for url in pages_of(role):
        page.goto(url)
        problems = findings(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append("scrolls sideways")
        if problems:
            found[url] = problems
    assert found == {}
    assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(live_server.url).netloc}
    assert [answer.url for answer in answers if answer.request.resource_type != "document" and not answer.ok] == []
