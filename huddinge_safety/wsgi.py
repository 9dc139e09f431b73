"""WSGI application, for servers such as gunicorn."""

import logging
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huddinge_safety.settings")
site = get_wsgi_application()

from django.db import connection  # noqa: E402  the settings must be there first
from django.template.loader import render_to_string  # noqa: E402

from huddinge_safety.readiness import database_problem  # noqa: E402

logger = logging.getLogger(__name__)


class WaitForMigrations:
    """Answer 503 until the database has been seen with all migrations of this version."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.is_current = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not self.is_current and not self.is_probe(environ):
            if problem := self.find_problem():
                return refuse(problem, start_response)
            self.is_current = True
        answer: Iterable[bytes] = self.site(environ, start_response)
        return answer

    def is_probe(self, environ: dict[str, Any]) -> bool:
        return environ.get("PATH_INFO") in ("/healthz", "/readyz", "/metrics")

    def find_problem(self) -> str:
        try:
            return database_problem()
        finally:
            connection.close()  # Django closes it only at the end of a request


def refuse(problem: str, start_response: Any) -> list[bytes]:
    logger.error(problem)
    body = render_to_string("503.html", {"problem": problem}).encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Retry-After", "60"),
        ("Cache-Control", "no-store"),
    ]
    start_response("503 Service Unavailable", headers)
    return [body]


application = WaitForMigrations(site)
