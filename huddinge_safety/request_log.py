"""Number, log and count every request."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from huddinge_safety.logs import request_id
from huddinge_safety.metrics import count_request

logger = logging.getLogger(__name__)

# A proxy may have numbered the request already. Any other text from a client is not logged.
NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestLogMiddleware:
    """Give each request a number, and write a line in the log when it has been answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with its number in every line that is logged meanwhile and in the response."""
        number = _request_number(request)
        token = request_id.set(number)
        start = time.perf_counter()
        try:
            response = self.get_response(request)
            self.log(request, response, time.perf_counter() - start)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = number
        return response

    def log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Count an answered request for the figures of Prometheus, and write its line in the log."""
        view = request.resolver_match.view_name if request.resolver_match else ""
        count_request(view, request.method or "", response.status_code, seconds)
        facts = {
            "method": request.method,
            "path": path_of(request),
            "view": view,
            "status": response.status_code,
            # Only when the page has looked up the user: the log makes no query of its own.
            "user": getattr(getattr(request, "_cached_user", None), "pk", None),
            "ms": round(seconds * 1000),
        }
        logger.info("%s %s %s", facts["method"], facts["path"], facts["status"], extra={"facts": facts})


def _request_number(request: HttpRequest) -> str:
    """Return the number that a proxy gave the request, or a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if NUMBER.fullmatch(given) else uuid.uuid4().hex


def path_of(request: HttpRequest) -> str:
    """Return the path without secret tokens: the link to a sent decision opens it without a login."""
    secret = request.resolver_match.kwargs.get("token", "") if request.resolver_match else ""
    return request.path.replace(secret, "…") if secret else request.path
