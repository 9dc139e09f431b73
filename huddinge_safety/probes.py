"""What machines ask the site: whether the process lives, whether it can serve, and its figures."""

import hmac
import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from followup.documents.report import pdf
from huddinge_safety.metrics import exposition
from huddinge_safety.upgrading import unapplied

logger = logging.getLogger(__name__)

MIGRATE = "Kör: manage.py migrate"


class Probes:
    """/healthz, /readyz and /metrics, answered before anything else of the site takes part."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers = {"/healthz": alive, "/readyz": ready, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answers.get(request.path_info)
        return answer(request) if answer else self.get_response(request)


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve, else 503; either way what was looked at, and what to do about it."""
    database = database_problem()
    rendering = "" if pdf.is_available() else str(pdf.PdfUnavailable())
    problems = {"database": database, "rendering": rendering}
    is_ready = not any(problems.values())
    body = {"status": "ok" if is_ready else "fel", **{name: problem or "ok" for name, problem in problems.items()}}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever has the token."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("METRICS_TOKEN är inte satt.\n", status=HTTPStatus.NOT_FOUND, content_type="text/plain")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(
            "Fel token.\n",
            status=HTTPStatus.UNAUTHORIZED,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def database_problem() -> str:
    """Why the database cannot be used as it is, and what to do; empty when it can."""
    try:
        missing = unapplied()
    except DatabaseError:
        logger.exception("The database does not answer")
        return "Databasen svarar inte. Kontrollera att den är igång och att DATABASE_URL stämmer."
    if missing:
        return f"Databasen ligger efter programmet: {len(missing)} migreringar saknas ({missing[0]} först). {MIGRATE}"
    return ""
