"""Pages that are drawn anew only when something has changed: for the browser that has one, and for the next reader.

The count of changes (`change_count`) decides. A page has an ETag of all that it depends on; with the same one there is
nothing to send (304), and what is the same for all readers is kept in memory until the count moves on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

from followup.change_counter import change_count
from followup.program_version import fingerprint
from organisation.adapters import SEEN_AT

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
# What nobody has asked for in a while makes room.
KEPT_SECONDS = 24 * 60 * 60


def drawn_when_changed(view: View[P]) -> View[P]:
    """Answer 304 when neither the change counter nor the day has changed since the reader's last request.

    An unchanged page costs three queries: session, user and count.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.change_count = change_count()  # type: ignore[attr-defined]
        etag = etag_of(request)
        response = get_conditional_response(request, etag) if etag else None
        if response is None:
            response = view(request, *args, **kwargs)
        if etag and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
            response["ETag"] = etag
        # Kept by the reader's own browser alone, and asked about every time.
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return wrapper


def etag_of(request: HttpRequest) -> str | None:
    """Return the ETag of the page for this reader, from `request.change_count` and the reader's own settings.

    None when the page must be rendered: it has a message to show, or the request is not a GET or HEAD.
    """
    if request.method not in ("GET", "HEAD") or len(get_messages(request)):
        return None
    return quote_etag(
        _digest(
            request.change_count,  # type: ignore[attr-defined]
            timezone.localdate(),
            request.get_full_path(),
            request.user.stored if request.user.is_authenticated else [],
            # The forms of a page hold its reader's token, and a session may hold more that a page shows.
            request.META.get("CSRF_COOKIE"),
            sorted((name, value) for name, value in request.session.items() if name != SEEN_AT),
        )
    )


def kept(request: HttpRequest, *of_what: object, make: Callable[[], T]) -> T:
    """What `make` gives, or gave when it was asked for `of_what` at the same count of changes: made once for all
    readers, so it may depend on nothing but `of_what` and what is counted. For views that are `drawn_when_changed`."""
    key = _digest(request.change_count, *of_what)  # type: ignore[attr-defined]
    return cast(T, caches["pages"].get_or_set(key, make, KEPT_SECONDS))


def _digest(*parts: object) -> str:
    return sha256(repr((fingerprint(), _settings(), *parts)).encode()).hexdigest()


def _settings() -> str:
    return _of_settings() if settings.DEBUG else _once()


def _of_settings() -> str:
    """A page may show any of them."""
    values = [(name, getattr(settings, name)) for name in dir(settings) if name.isupper()]
    return sha256(repr(values).encode()).hexdigest()


_once = cache(_of_settings)
