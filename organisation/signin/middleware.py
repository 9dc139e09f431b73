"""Conditions of every request: a session that has not timed out, and a second factor where one is required."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from organisation.sessions import SEEN_AT, SIGNED_IN_AT
from organisation.signin.second_factor import has_second_factor, needs_second_factor, used_second_factor

# Names of the pages open to a user who still has to use, or add, a second factor.
OPEN_WITHOUT_SECOND_FACTOR = {
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
    "forgotten_password",
    "help_detail",
    "help_list",
    "logotype",
    "password_link",
    "provider_link",
    "stylesheet",
}
View = Callable[..., HttpResponseBase]


def is_same_for_everyone(view: View) -> bool:
    """Return whether the page never depends on its reader, so that proxies may cache it."""
    return getattr(view, "is_same_for_everyone", False)


class SessionTimeoutMiddleware:
    """Log out a session that has been idle for SESSION_IDLE_MINUTES or is older than SESSION_HOURS."""

    # Store the time of the latest request once a minute, not for every page.
    RECORDING_INTERVAL_SECONDS = 60

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *args: Any) -> None:
        """Log out a session that is too old; otherwise store that it is in use."""
        if is_same_for_everyone(view):
            return
        seen_at = request.session.get(SEEN_AT)
        if seen_at is None:
            return
        now = int(time.time())
        idle_seconds = now - seen_at
        age_seconds = now - request.session[SIGNED_IN_AT]
        is_idle = idle_seconds > settings.SESSION_IDLE_MINUTES * 60
        is_too_old = age_seconds > settings.SESSION_HOURS * 3600
        if is_idle or is_too_old:
            logout(request)
        elif idle_seconds > self.RECORDING_INTERVAL_SECONDS:
            request.session[SEEN_AT] = now


class SecondFactorMiddleware:
    """Redirect a user who needs a second factor, but has not used one in this session, to the page for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *args: Any) -> HttpResponse | None:
        """Redirect to the page for using a second factor, or for adding one; return None to show the page asked for."""
        if is_same_for_everyone(view) or not settings.REQUIRE_MFA or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if match and match.url_name in OPEN_WITHOUT_SECOND_FACTOR:
            return None
        if used_second_factor(request, request.user) or not needs_second_factor(request.user):
            return None
        return redirect("mfa_reauthenticate" if has_second_factor(request.user) else "mfa_index")
