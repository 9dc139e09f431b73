"""Odd addresses, forms and cookies, as each role: whatever is sent, no page answers 500.

`FUZZ_REQUESTS=20000` makes it as many requests over all roles; the usual run makes a few hundred.
"""

import os
import random
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import DataError
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from followup.web.middleware import NulCharactersMiddleware
from organisation.models import User
from tests.fixtures import client_of, make_user
from tests.pages import html_of

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "700"))
ROLES = ("anonymous", "outsider", "official", "reviewer", "secretary", "administrator", "superuser")
ODD = (
    "", " ", "0", "-1", "abc", "å", "9" * 30, "1.5", "NaN", "a\0b", "í\xa0\x80", "'\"><script>", "../../etc/passwd",
    "%00", "\u2028", "\u202eabc", "a" * 5_000, "{{7*7}}", "2021-13-40", "[]", "//evil.example", "http://[", "None",
    "\r\nX: 1", "e\u0301", "😀",
)  # fmt: skip
QUERY = ("q", "year", "page", "p", "sida", "back", "next", "urval", "jamfor", "programme", "o", "e", "stanna")
KNOWN = {
    "slug": ("huddinge-2018-2021", "kommunstyrelsen", "finns-inte"),
    "int": ("1", "2", "2020", "2021", "0", "9999999999999999999999"),
    "str": ("xlsx", "json", *ODD[3:12]),
    "path": ("1/change/", "abc/history/1/", "1/history/abc/", "1/history/99999999999999999999/", "é/delete/"),
}
CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every address of the project, with its converters still in it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield re.sub(r"[\^$\\]", "", re.sub(r"\(\?P<\w+>[^)]*\)", "<str:x>", route))


def filled(route: str, chance: random.Random) -> str:
    def value(found: re.Match[str]) -> str:
        return chance.choice(KNOWN.get(found[1] or "str", KNOWN["str"]))

    return "/" + CONVERTER.sub(value, route)


class Fields(HTMLParser):
    """The forms of a page: the address and the names of the fields of each."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append((given.get("action", ""), {}))
        elif tag in ("input", "textarea", "select", "button") and given.get("name") and self.forms:
            self.forms[-1][1][given["name"]] = given.get("value", "")


def forms_of(content: bytes) -> list[tuple[str, dict[str, str]]]:
    parser = Fields()
    parser.feed(content.decode(errors="replace"))
    return parser.forms


@pytest.fixture
def people(huddinge, official, reviewer, secretary, administrator, outsider) -> dict[str, User | None]:
    superuser = User.objects.create(username="root", password=make_password(None), is_superuser=True, is_staff=True)
    make_user("other", unit="aldreomsorgsnamnden")
    return {
        "anonymous": None, "outsider": outsider, "official": official, "reviewer": reviewer, "secretary": secretary,
        "administrator": administrator, "superuser": superuser,
    }  # fmt: skip


def with_cookie(client: Client, name: str, value: str) -> str:
    """Return the header of the client's cookies with one more. The client itself refuses control characters."""
    own = [f"{morsel.key}={morsel.value}" for morsel in client.cookies.values() if morsel.key != name]
    _, encoded = SimpleCookie().value_encode(value)
    return "; ".join([*own, f"{name}={encoded}"])


def ask(client: Client, method: str, address: str, data: dict[str, str], chance: random.Random) -> Any:
    headers = {}
    if not chance.randrange(10):
        value = chance.choice(ODD).encode("ascii", "ignore").decode()
        headers["HTTP_COOKIE"] = with_cookie(client, "utseende", value)
    return client.get(address, data, **headers) if method == "GET" else client.post(address, data, **headers)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_is_sent_is_an_error_of_the_server(role, people, settings, caplog):
    settings.PUBLIC_REPORTS = True
    client = client_of(people[role])
    client.raise_request_exception = False
    chance = random.Random(role)
    addresses = [route for route in routes() if not route.startswith(("logga-ut", "admin/logout", "konto/logout"))]
    failed = []

    def note(response: Any, sent: object) -> Any:
        if response.status_code >= 500 and response.status_code != 503:
            failed.append((response.status_code, sent))
        return response

    for _ in range(REQUESTS // len(ROLES)):
        address = filled(chance.choice(addresses), chance)
        method = chance.choice(("GET", "GET", "GET", "POST"))
        data = {
            chance.choice(("q", "year", "page", "p", "sida", "back", "next", "urval", "jamfor")): chance.choice(ODD)
        }
        response = note(ask(client, method, address, data, chance), (method, address, data))
        if method == "GET" and response.status_code == 200 and not response.streaming:
            forms = [form for form in forms_of(response.content) if "logga" not in form[0] and "logout" not in form[0]]
            if forms:
                action, fields = chance.choice(forms)
                sent = {name: chance.choice((value, *ODD[:12])) for name, value in fields.items()}
                note(ask(client, "POST", action or address, sent, chance), ("POST", action or address, sent))
    assert failed == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/utskick/%00/", 404),
        ("/utseende/%00", 404),
        ("/program/%00/", 404),
        ("/admin/programmes/programme/abc/history/", 404),
        ("/admin/programmes/programme/abc/history/1/", 404),
        ("/admin/programmes/programme/1/history/x/", 404),
        ("/admin/organisation/unit/99999999999999999999/history/99999999999999999999/", 404),
    ],
)
def test_addresses_that_once_were_errors(huddinge, administrator, address, status):
    response = client_of(administrator).get(address)
    assert response.status_code == status
    assert 'lang="sv"' in html_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize("back", ["utseende", "followup:home", "http:///x", "//[", "a.b", "\r\nX: 1"])
def test_any_address_to_go_back_to_is_no_error(reviewer, back):
    assert client_of(reviewer).post("/utseende/", {"scheme": "ljust", "back": back}).status_code in (302, 400)


@pytest.mark.django_db
def test_a_cookie_with_nul_is_ignored(client):
    assert client.get("/", HTTP_COOKIE=with_cookie(client, "sessionid", "x\0y")).status_code == 302


@pytest.mark.django_db
def test_a_text_with_nul_that_the_database_refuses_is_refused_in_words(rf, reviewer):
    request = rf.post("/granskning/")
    request.user, request.session = reviewer, {}
    error = DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    response = NulCharactersMiddleware(lambda request: HttpResponse()).process_exception(request, error)
    assert response.status_code == 400
    assert "osynligt tecken (NUL)" in html_of(response)
    assert NulCharactersMiddleware(lambda request: HttpResponse()).process_exception(request, KeyError()) is None


@pytest.mark.django_db
def test_the_address_of_a_button_is_a_page_that_says_so(open_year, official):
    response = client_of(official).get("/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/ta-tillbaka/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "Gå tillbaka och använd knappen." in html_of(response)
