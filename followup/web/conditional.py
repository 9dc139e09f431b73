"""All ETag and cache logic: responses that are sent, or rendered, only when something has changed.

A response has an ETag of everything that it depends on. A reader that sends the same ETag back gets 304 and no body.
For pages behind the login the ETag follows the change counter (`change_count`), and the parts of a page that are the
same for all readers are cached in memory until the counter moves.
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
from organisation.sessions import SEEN_AT

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Values of Cache-Control.
# Stored by the reader's own browser alone, which asks every time whether its copy is still valid.
REVALIDATED = "private, no-cache"
# Stored nowhere: the content belongs to one person, or is different the next second.
NOT_STORED = "private, no-store"
# Stored by browsers and proxies for five minutes: a text that is marked as secret is gone from all copies after that.
PUBLIC = "public, max-age=300"

# A cached part that nobody has asked for in a day is dropped.
CACHE_SECONDS = 24 * 60 * 60


def etag_from(*parts: object) -> str:
    """Return an ETag of `parts`, of this version of the program and of its settings, any of which a page may show."""
    return quote_etag(_digest(*parts))


def not_modified(request: HttpRequest, etag: str | None) -> HttpResponse | None:
    """Return the response without a body when the reader already has the content of `etag`, otherwise None."""
    return get_conditional_response(request, etag) if etag else None


def set_validators(response: HttpResponse, etag: str | None, cache_control: str) -> HttpResponse:
    """Tell the reader's browser how `response` may be stored, and the ETag to ask with next time."""
    if etag and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        response["ETag"] = etag
    directives = dict(directive.partition("=")[::2] for directive in cache_control.split(", "))
    patch_cache_control(response, **{name: value or True for name, value in directives.items()})
    return response


def conditional_response(
    request: HttpRequest, etag: str | None, make: Callable[[], HttpResponse], cache_control: str = REVALIDATED
) -> HttpResponse:
    """Return 304 when the reader already has the content of `etag`, otherwise the response of `make`."""
    return set_validators(not_modified(request, etag) or make(), etag, cache_control)


def rendered_when_changed(view: View[P]) -> View[P]:
    """Answer 304 when neither the change counter nor the day has changed since the reader's last request.

    An unchanged page costs three queries: session, user and counter.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return conditional_response(request, etag_of_state(request), lambda: view(request, *args, **kwargs))

    return wrapper


def etag_of_state(request: HttpRequest) -> str | None:
    """Read the change counter into `request.change_count` and return the ETag of the page for this reader.

    Call it before anything that the page shows is read: a change during the rendering then gives another ETag.
    Return None when the page must be rendered: it has a message to show, or the request is not a GET or HEAD.
    """
    request.change_count = change_count()  # type: ignore[attr-defined]
    if request.method not in ("GET", "HEAD") or len(get_messages(request)):
        return None
    return etag_from(
        request.change_count,  # type: ignore[attr-defined]
        timezone.localdate(),
        request.get_full_path(),
        request.user.field_values if request.user.is_authenticated else [],
        # The forms of a page contain the reader's token, and a page may show values of the session.
        request.META.get("CSRF_COOKIE"),
        sorted((name, value) for name, value in request.session.items() if name != SEEN_AT),
    )


def cached(request: HttpRequest, *key: object, make: Callable[[], T]) -> T:
    """Return the cached result of `make` for `key`, calling it once for each state of the change counter.

    All readers share the result: `make` may depend on nothing but `key` and data that the counter covers. The view is
    `rendered_when_changed`, or has called `etag_of_state`.
    """
    count = request.change_count  # type: ignore[attr-defined]
    return cast(T, caches["pages"].get_or_set(_digest(count, *key), make, CACHE_SECONDS))


def _digest(*parts: object) -> str:
    return sha256(repr((fingerprint(), _settings(), *parts)).encode()).hexdigest()


def _settings() -> str:
    return _digest_of_settings() if settings.DEBUG else _cached_digest_of_settings()


def _digest_of_settings() -> str:
    values = [(name, getattr(settings, name)) for name in dir(settings) if name.isupper()]
    return sha256(repr(values).encode()).hexdigest()


_cached_digest_of_settings = cache(_digest_of_settings)
