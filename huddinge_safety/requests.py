"""Every request has a number, is told of by a line in the log, and is counted."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from huddinge_safety.logs import request_id
from huddinge_safety.metrics import count

logger = logging.getLogger(__name__)

# A proxy may have numbered the request already. Whatever else somebody sends has no place in the log.
NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")


class Followed:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if NUMBER.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(number)
        start = time.perf_counter()
        try:
            response = self.get_response(request)
            self.tell(request, response, time.perf_counter() - start)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = number
        return response

    def tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        view = request.resolver_match.view_name if request.resolver_match else ""
        count(view, request.method or "", response.status_code, seconds)
        facts = {
            "method": request.method,
            "path": path_of(request),
            "view": view,
            "status": response.status_code,
            # Of whom the page has asked anyway: nobody is looked up for the log.
            "user": getattr(getattr(request, "_cached_user", None), "pk", None),
            "ms": round(seconds * 1000),
        }
        logger.info("%s %s %s", facts["method"], facts["path"], facts["status"], extra={"facts": facts})


def path_of(request: HttpRequest) -> str:
    """The path without what opens a door: who has the link of a decision that was sent out may read it."""
    secret = request.resolver_match.kwargs.get("token", "") if request.resolver_match else ""
    return request.path.replace(secret, "…") if secret else request.path
