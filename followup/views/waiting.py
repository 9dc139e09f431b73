"""The answer to somebody who asks for a PDF: the file, a page to wait on while it is made, or one that says why not.

The file is made by a worker beside the web processes. It is given out at its document's own address alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from followup.models import Rendering
from followup.renderings import ask_again, call_worker, progress_of

# How often the page that waits for a file loads itself again, and what in its address says that it shall not.
REFRESH_SECONDS = 3
STAY = "stanna"


@dataclass(frozen=True)
class Wanted:
    """A PDF that somebody asks for: what it is called, in words and as a file, and where to look meanwhile."""

    title: str
    file_name: str
    page_address: str  # the same as a page to read
    waiting_address: str = ""  # the page that waits, unless it is the file's own


def pdf_or_waiting(request: HttpRequest, rendering: Rendering, wanted: Wanted) -> HttpResponseBase:
    """The file, or a page to wait for it on. Posting asks for it again after a failure."""
    if request.method == "POST":
        return asked_again(request, rendering)
    if not rendering.is_done:
        return waiting_page(request, rendering, wanted, HTTPStatus.ACCEPTED)
    headers = {
        "Content-Disposition": f'inline; filename="{wanted.file_name}"',
        "Cache-Control": "private, no-cache",
        "ETag": quote_etag(rendering.key),
    }
    response = HttpResponse(rendering.content, content_type="application/pdf", headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=response) or response


def asked_again(request: HttpRequest, rendering: Rendering) -> HttpResponse:
    ask_again(rendering, timezone.now())
    return redirect(request.get_full_path())


def waiting_page(request: HttpRequest, rendering: Rendering, wanted: Wanted, status: HTTPStatus) -> HttpResponse:
    waiting_address = wanted.waiting_address or request.path
    address = with_choices(request, waiting_address)
    context = {"rendering": rendering, "wanted": wanted, "address": address}
    if rendering.is_failed:
        return render(request, "followup/report_rendering.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    now = timezone.now()
    call_worker(now)
    stays = STAY in request.GET
    context |= {
        "progress": progress_of(rendering, now),
        "stays": stays,
        "address_to_stay": with_choices(request, waiting_address, stay=True),
    }
    response = render(request, "followup/report_rendering.html", context, status=status)
    response["Retry-After"] = REFRESH_SECONDS
    response["Cache-Control"] = "no-store"
    if not stays:
        response["Refresh"] = f"{REFRESH_SECONDS}; url={address}"
    return response


def choices_of(request: HttpRequest) -> QueryDict:
    """What the reader has chosen of the document, in this request's address."""
    choices = request.GET.copy()
    choices.pop(STAY, None)
    return choices


def with_choices(request: HttpRequest, address: str, *, stay: bool = False) -> str:
    """`address` with the reader's choices."""
    choices = choices_of(request)
    if stay:
        choices[STAY] = "1"
    return f"{address}?{choices.urlencode()}" if choices else address
