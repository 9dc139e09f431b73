"""Keep a text that was posted after the session had ended, and show it to the same user after the next login.

The text is stored in the browser's new, anonymous session. To prevent strangers from filling the sessions table, only
a browser with the signed cookie of an earlier writer may store a text, and only a few texts an hour.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict

from organisation.models import User

# Key of the text in the session, and its largest size in bytes.
KEPT, KEPT_BYTES = "unsaved_entry", 200_000
WRITER_COOKIE, SALT, COOKIE_SECONDS = "skribent", "followup.writing.kept_texts", 14 * 24 * 3600
TEXTS_PER_HOUR, HOUR = 20, 3600


def remember_writer(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Set a signed cookie as proof that `user` has written in this browser."""
    if _writer(request) == str(user.pk):
        return
    response.set_signed_cookie(
        WRITER_COOKIE,
        str(user.pk),
        salt=SALT,
        max_age=COOKIE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def keep_until_login(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the posted text if the browser may store one, and redirect to the login page."""
    text, writer = request.POST.urlencode(), _writer(request)
    if writer and text and len(text) <= KEPT_BYTES and _is_below_limit(request, writer):
        request.session[KEPT] = {"path": request.path, "data": text, "writer": writer}
    return redirect_to_login(request.path)


def pop_kept_text(request: HttpRequest, user: User) -> QueryDict | None:
    """Return and delete the text kept for this page and user. Another user's text is deleted and never shown."""
    kept = request.session.get(KEPT)
    if kept and kept.get("writer") != str(user.pk):
        del request.session[KEPT]
        return None
    if not kept or request.method != "GET" or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    return QueryDict(kept["data"])


def _writer(request: HttpRequest) -> str:
    """Return the key of the last writer in this browser, from the signed cookie; empty without a valid cookie."""
    return str(request.get_signed_cookie(WRITER_COOKIE, "", salt=SALT, max_age=COOKIE_SECONDS))


def _is_below_limit(request: HttpRequest, writer: str) -> bool:
    """Count this text for the writer and for the IP address. Return whether both are below the limit of the hour."""
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:  # There are fewer proxies than in the settings, so the address is unknown.
        return False
    counts = [_increment(f"kept-text:{key}") for key in (writer, address)]
    return max(counts) <= TEXTS_PER_HOUR


def _increment(key: str) -> int:
    """Add one to a counter that is deleted after an hour, and return it."""
    cache.add(key, 0, HOUR)
    return cache.incr(key)
