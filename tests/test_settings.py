"""Production settings are loud about what is missing."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

NEEDED = {
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "example.com",
    "DATABASE_URL": "sqlite://:memory:",
    "SITE_URL": "https://example.com",
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


def test_all_that_is_missing_is_named_at_once():
    result = check({})
    assert result.returncode == 1
    assert "Miljövariabler saknas: SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, SITE_URL." in result.stderr


@pytest.mark.parametrize("name", NEEDED)
def test_each_is_needed(name):
    result = check({key: value for key, value in NEEDED.items() if key != name})
    assert f"Miljövariabler saknas: {name}." in result.stderr


def test_with_all_of_them_it_starts():
    assert check(NEEDED).returncode == 0
