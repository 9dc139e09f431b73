"""What every request must fulfil: a session that has not ended, and a second step where one is required."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from organisation.adapters import (
    SEEN_AT,
    SIGNED_IN_AT,
    has_second_step,
    must_have_second_step,
    took_second_step,
)

# What is open to somebody who has yet to take, or to choose, their second step.
ON_THE_WAY = {
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "password_change",
    "password_change_done",
    "accessibility",
    "colour_scheme",
    "favicon",
    "help_detail",
    "help_list",
    "logotype",
    "stylesheet",
}


def asks_nobody(view: Callable[..., Any]) -> bool:
    """Whether a page is the same for everybody and never looks at who reads, so that proxies may keep it."""
    return getattr(view, "asks_nobody", False)


class SessionsEnd:
    """A session ends some hours after it began, and earlier when nobody has been there for a while."""

    # How exactly the last sign of life is known: each one written would be a write for every page.
    RESOLUTION = 60

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *args: Any) -> None:
        if asks_nobody(view):
            return
        seen_at = request.session.get(SEEN_AT)
        if seen_at is not None:
            now = int(time.time())
            idle, age = now - seen_at, now - request.session[SIGNED_IN_AT]
            if idle > settings.SESSION_IDLE_MINUTES * 60 or age > settings.SESSION_HOURS * 3600:
                logout(request)
            elif idle > self.RESOLUTION:
                request.session[SEEN_AT] = now


class SecondStepRequired:
    """Who must have a second step gets no further before it is taken, wherever and however they logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *args: Any) -> HttpResponse | None:
        if asks_nobody(view) or not settings.REQUIRE_MFA or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if match and match.url_name in ON_THE_WAY:
            return None
        if took_second_step(request, request.user) or not must_have_second_step(request.user):
            return None
        return redirect("mfa_reauthenticate" if has_second_step(request.user) else "mfa_index")
