"""Production settings are loud about what is missing or wrong, about all of it at once."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from huddinge_safety.environment import Environment, check_production

NEEDED = {
    "SECRET_KEY": "0123456789abcdefghij" * 3,
    "ALLOWED_HOSTS": "example.com",
    "DATABASE_URL": "sqlite://:memory:",
    "SITE_URL": "https://example.com",
    "EMAIL_URL": "dummymail://",
}


def check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {"DEBUG", *NEEDED}}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def problems(**changes: str) -> list[str]:
    """What is said of settings that are right but for the `changes`."""
    env = Environment(NEEDED | changes)
    check_production(env, env.list("ALLOWED_HOSTS", default=[]), env.str("SITE_URL", default=""))
    env.db_url("DATABASE_URL", default="sqlite:///db.sqlite3")
    env.email_url("EMAIL_URL", default="consolemail://")
    env.key("ARCHIVE_SIGNING_KEY")
    env.keys("ARCHIVE_PUBLIC_KEYS")
    return env.problems


def test_all_that_is_missing_or_wrong_is_named_at_once():
    result = check(
        {"RENDER_PROCESSES": "0", "RENDER_TIME_LIMIT": "fem", "REVIEW_OWN_ANSWERS": "kanske", "ACTS": "lagen"}
    )
    assert result.returncode == 1
    said = [line for line in result.stderr.splitlines() if line.startswith("  - ")]
    assert [line[4:] for line in said] == [
        "SECRET_KEY saknas: en lång slumpmässig text, som hålls hemlig.",
        "ALLOWED_HOSTS saknas: webbplatsens värdnamn, åtskilda av komma.",
        "DATABASE_URL saknas: databasen, till exempel postgres://användare:lösenord@värd/namn.",
        "SITE_URL saknas: webbplatsens adress, till exempel https://uppfoljning.example.se.",
        "EMAIL_URL saknas: e-postservern, till exempel smtp+tls://användare:lösenord@värd:587, eller dummymail://.",
        "REVIEW_OWN_ANSWERS ska vara 1 eller 0, inte ”kanske”.",
        "RENDER_PROCESSES ska vara minst 1.",
        "RENDER_TIME_LIMIT ska vara ett heltal, inte ”fem”.",
        "ACTS ska vara årtal och text, åtskilda av semikolon: 2018 en lag; 2023 en annan.",
    ]


def test_with_all_of_them_it_starts():
    assert check(NEEDED).returncode == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"EMAIL_URL": " "}, ["EMAIL_URL saknas"]),  # never silently the console
        ({"SECRET_KEY": "hemligt"}, ["SECRET_KEY ska vara minst 50 tecken lång och slumpmässig"]),
        ({"SECRET_KEY": "$" + "0123456789" * 6}, []),
        ({"ALLOWED_HOSTS": "*"}, ["ALLOWED_HOSTS ska vara värdnamn, inte ”*”"]),
        ({"ALLOWED_HOSTS": "https://example.com"}, ["ALLOWED_HOSTS ska vara värdnamn", "SITE_URL har ett värdnamn"]),
        ({"ALLOWED_HOSTS": ".example.com", "SITE_URL": "https://a.example.com"}, []),
        ({"SITE_URL": "http://example.com"}, ["SITE_URL ska börja med https://"]),
        ({"SITE_URL": "https://example.org"}, ["SITE_URL har ett värdnamn som inte finns i ALLOWED_HOSTS"]),
        ({"ARCHIVE_SIGNING_KEY": "hemligt"}, ["ARCHIVE_SIGNING_KEY ska vara 32 byte i base64"]),
        ({"ARCHIVE_SIGNING_KEY": "b25seS1mb3ItZGV2ZWxvcG1lbnQtbmV2ZXItcmVhbCE="}, []),
        ({"ARCHIVE_PUBLIC_KEYS": "kort,"}, ["ARCHIVE_PUBLIC_KEYS ska vara nycklar om 32 byte i base64"]),
        ({"DATABASE_URL": "localhost"}, ["DATABASE_URL ska vara en adress som postgres://"]),
        ({"DATABASE_URL": "postgres://user:hemligt@host"}, ["DATABASE_URL ska vara en adress som postgres://"]),
        ({"DATABASE_URL": "postgres://user:hemligt@host:port/name"}, ["DATABASE_URL ska vara en adress"]),
        ({"EMAIL_URL": "smtp.example.com"}, ["EMAIL_URL ska vara en adress som smtp+tls://"]),
    ],
    ids=str,
)
def test_each_wrong_value_is_said_without_repeating_secrets(changes, expected):
    said = problems(**changes)
    assert len(said) == len(expected)
    for problem, beginning in zip(said, expected, strict=True):
        assert problem.startswith(beginning)
    assert "hemligt" not in " ".join(said)


def test_stopping_lists_each_on_a_line():
    env = Environment({"A": "x", "B": "y"})
    assert (env.int("A", default=1), env.bool("B", default=True)) == (1, True)
    with pytest.raises(ImproperlyConfigured, match=r"startar inte:\n  - A ska .*\n  - B ska .*\n.*README.md"):
        env.stop_if_wrong()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"OIDC_SERVER_URL": "http://inloggning.example.com"},
            ["OIDC_CLIENT_ID saknas", "OIDC_CLIENT_SECRET saknas", "OIDC_SERVER_URL ska börja med https://"],
        ),
        ({"OIDC_LINK_BY": "namn"}, ["OIDC_LINK_BY ska vara username eller email"]),
    ],
)
def test_what_signing_in_needs_is_asked_for(changes, expected):
    said = [line[4:] for line in check(NEEDED | changes).stderr.splitlines() if line.startswith("  - ")]
    assert len(said) == len(expected)
    assert all(line.startswith(start) for line, start in zip(said, expected, strict=True))
