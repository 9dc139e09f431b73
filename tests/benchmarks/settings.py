"""Production settings with the benchmark's own database and static files, and one bare page to compare with."""

import os
import secrets
import tempfile
from pathlib import Path

# Made by the first process and handed on to gunicorn and its workers.
if "BENCHMARK_FOLDER" not in os.environ:
    os.environ["BENCHMARK_FOLDER"] = tempfile.mkdtemp(prefix="benchmark-")
FOLDER = Path(os.environ["BENCHMARK_FOLDER"])
os.environ.pop("DEBUG", None)
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
os.environ["SITE_URL"] = "https://127.0.0.1"
os.environ["EMAIL_URL"] = "dummymail://"
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["REQUIRE_MFA"] = "0"  # sessions are made by hand here, without a second step
# A database that may be filled: never the one of DATABASE_URL.
os.environ["DATABASE_URL"] = os.environ.get("BENCHMARK_DATABASE_URL", f"sqlite:///{FOLDER / 'benchmark.sqlite3'}")

from huddinge_safety.settings import *  # noqa: E402, F403

STATIC_ROOT = FOLDER / "static"
ROOT_URLCONF = "tests.benchmarks.urls"
# A browser takes a __Host- cookie over HTTPS alone, and here is no proxy that speaks it.
SESSION_COOKIE_NAME = "sessionid"
