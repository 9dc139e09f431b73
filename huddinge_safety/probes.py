"""Addresses for monitoring: whether the process lives, whether it can serve, and its figures."""

import hmac
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from huddinge_safety.metrics import exposition
from huddinge_safety.readiness import ALL_CHECKS, SERVING_CHECKS, find_problems


class ProbesMiddleware:
    """Answer /healthz, /readyz and /metrics before any other part of the site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers = {"/healthz": alive, "/readyz": ready, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answers.get(request.path_info)
        return answer(request) if answer else self.get_response(request)


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 when every check passes, else 503; either way the result of each, and the remedy.

    A load balancer asks for `?only=serving`: an old backup must not take the pages away.
    """
    checks = SERVING_CHECKS if request.GET.get("only") == "serving" else ALL_CHECKS
    problems = find_problems(checks, timezone.now())
    is_ready = not any(problems.values())
    body = {"status": "ok" if is_ready else "fel", **{name: problem or "ok" for name, problem in problems.items()}}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures of Prometheus to a request with the token."""
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
