"""Fingerprint of the program that draws reports, as a part of cache keys."""

from functools import cache
from hashlib import sha256

from django.conf import settings

# Code, templates, styles and library versions that affect a rendered file.
PARTS = (
    "organisation/**/*.py",
    "programmes/**/*.py",
    "followup/**/*.py",
    "templates/**/*.html",
    "static/**/*.*",
    "requirements/production.txt",
)


def fingerprint() -> str:
    """Return a SHA-256 over all files in PARTS, equal on all hosts with the same version."""
    # Files change while a development server runs, so only production caches.
    return _of_files() if settings.DEBUG else _once()


def _of_files() -> str:
    digest = sha256()
    for pattern in PARTS:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


_once = cache(_of_files)
