"""What decides how a report is drawn, besides the report itself."""

from functools import cache
from hashlib import sha256

from django.conf import settings

# The program, its templates and styles, and the exact versions of the libraries that draw.
PARTS = (
    "organisation/**/*.py",
    "programmes/**/*.py",
    "followup/**/*.py",
    "templates/**/*.html",
    "static/**/*.*",
    "requirements/production.txt",
)


def fingerprint() -> str:
    """The same on every host that runs the same version, and another as soon as anything might be drawn otherwise."""
    # A developer changes templates and styles while the server runs.
    return _of_files() if settings.DEBUG else _once()


def _of_files() -> str:
    digest = sha256()
    for pattern in PARTS:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


_once = cache(_of_files)
