"""Texts that outlive a session: sent after it ran out, and shown to the same person after the next login.

The text waits in the browser's new, anonymous session. So that strangers cannot fill the sessions table, only a browser
with a signed cookie of an earlier writer may leave a text, a few an hour for each writer and each address.
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
    """Leave the proof that `user` has written in this browser, for the day when the session has run out."""
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


def keep_for_after_login(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the posted text, if the browser may leave one, and lead to the login."""
    sent, writer = request.POST.urlencode(), _writer(request)
    if writer and sent and len(sent) <= KEPT_BYTES and _has_room(request, writer):
        request.session[KEPT] = {"path": request.path, "data": sent, "writer": writer}
    return redirect_to_login(request.path)


def take_kept_text(request: HttpRequest, user: User) -> QueryDict | None:
    """Return the text kept for this page and this person, and forget it. Another person's text is deleted unseen."""
    kept = request.session.get(KEPT)
    if kept and kept.get("writer") != str(user.pk):
        del request.session[KEPT]
        return None
    if not kept or request.method != "GET" or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    return QueryDict(kept["data"])


def _writer(request: HttpRequest) -> str:
    """Return the id of the person who wrote in this browser last; empty without valid proof."""
    return str(request.get_signed_cookie(WRITER_COOKIE, "", salt=SALT, max_age=COOKIE_SECONDS))


def _has_room(request: HttpRequest, writer: str) -> bool:
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:  # behind fewer proxies than the settings say
        return False
    counts = [_count(f"kept-text:{place}") for place in (writer, address)]
    return max(counts) <= TEXTS_PER_HOUR


def _count(key: str) -> int:
    cache.add(key, 0, HOUR)
    return cache.incr(key)
