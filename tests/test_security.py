"""What docs/security.md claims of the whole site, where no other test says it already."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from huddinge_safety.logs import JsonFormatter
from tests.fixtures import client_of, make_user
from tests.pages import html_of
from tests.test_settings import NEEDED

SECURITY = (project.BASE_DIR / "docs" / "security.md").read_text()


def in_production(*names: str) -> list[object]:
    """Settings as they are where DEBUG is not set."""
    script = (
        f"import json; from huddinge_safety import settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    )
    inherited = {name: value for name, value in os.environ.items() if name not in {"DEBUG", *NEEDED}}
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=project.BASE_DIR, env=inherited | NEEDED, capture_output=True, check=True
    )
    values: list[object] = json.loads(told.stdout)
    return values


def test_production_is_https_alone_with_cookies_of_this_host():
    assert in_production(
        "DEBUG",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "REQUIRE_MFA",
    ) == [False, True, 31_536_000, True, True, True, "__Host-sessionid", "__Host-csrftoken", True]


@pytest.mark.django_db
def test_the_headers_of_a_page():
    response = client_of(make_user("outsider")).get("/mina-uppfoljningar/")
    policy = dict(part.split(maxsplit=1) for part in response["Content-Security-Policy"].split("; "))
    assert {
        name: policy[name] for name in ("default-src", "object-src", "base-uri", "frame-ancestors")
    } == dict.fromkeys(("default-src", "object-src", "base-uri", "frame-ancestors"), "'none'")
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites():
    client = Client()
    client.get("/logga-in/")
    cookie = client.cookies["csrftoken"]
    assert (bool(cookie["httponly"]), cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_another_host_than_ours_is_refused_without_a_word_of_ours(client):
    response = client.get("/logga-in/", headers={"host": "ond.example"})
    assert response.status_code == 400
    assert "ond.example" not in html_of(response)


@pytest.mark.django_db
def test_an_error_tells_a_visitor_nothing_of_its_cause(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("organisation.views.render", lambda *args, **kwargs: 1 / 0)
    response = client.get("/hjalp/")
    page = html_of(response)
    assert response.status_code == 500
    assert "Något gick fel" in page
    assert not re.search(r"ZeroDivision|Traceback|organisation|Django", page)


def test_a_line_break_in_what_somebody_sent_makes_no_line_of_the_log():
    text = "/x\r\nERROR Signed in: user 1 by password"
    record = logging.LogRecord("followup", logging.INFO, "", 0, "GET %s", (text,), None)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line)["message"] == f"GET {text}"


@pytest.mark.parametrize("password", ["Huddinge-kommun-2026!", "trygghet&säkerhet2018", "123 456 789 012"])
def test_a_password_of_our_own_words_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_a_phrase_is_a_good_password():
    validate_password("kommunens äpplen mognar sent")


def test_every_file_and_test_that_the_table_names_is_there():
    names = {name.rstrip("/") for name in re.findall(r"`((?:[\w.]+/)+[\w.]*)(?:::\w+)?`", SECURITY)}
    assert len(names) > 20
    assert {name for name in names if not (project.BASE_DIR / name).exists()} == set()
    for path, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SECURITY):
        assert f"def {test}(" in Path(project.BASE_DIR / path).read_text(), f"{path}::{test}"
