"""The answer to somebody who asks for a PDF: the file, a page to wait on while it is made, or one that says why not.

The file is made by a worker beside the web processes. It is given out at its document's own address alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from followup.models import Rendering
from followup.queue.jobs import ask_again
from followup.queue.pdf_jobs import call_worker, progress_of
from followup.web.conditional import conditional_response, etag_from
from followup.web.failed_pdfs import failing_texts_of

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
    headers = {"Content-Disposition": f'inline; filename="{wanted.file_name}"'}
    return conditional_response(
        request,
        etag_from(rendering.key),
        lambda: HttpResponse(rendering.content, content_type="application/pdf", headers=headers),
    )


def asked_again(request: HttpRequest, rendering: Rendering) -> HttpResponse:
    ask_again(rendering, timezone.now())
    return redirect(request.get_full_path())


def waiting_page(request: HttpRequest, rendering: Rendering, wanted: Wanted, status: HTTPStatus) -> HttpResponse:
    address = with_choices(request, wanted.waiting_address or request.path)
    context: dict[str, object] = {"rendering": rendering, "wanted": wanted, "address": address}
    if rendering.is_failed:
        context["texts"] = failing_texts_of(rendering.failing_texts, rendering.follow_up, wanted.page_address)
        return render(request, "followup/queue/report_rendering.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    now = timezone.now()
    call_worker(now)
    context["progress"] = progress_of(rendering, now)
    return reloading(request, "followup/queue/report_rendering.html", context, status)


def reloading(request: HttpRequest, template: str, context: dict[str, object], status: HTTPStatus) -> HttpResponse:
    """A page that loads itself again, at the `address` of its `context`, until its reader wants it to stay."""
    address, stays = str(context["address"]), STAY in request.GET
    to_stay = f"{address}{'&' if '?' in address else '?'}{STAY}=1"
    response = render(request, template, {**context, "stays": stays, "address_to_stay": to_stay}, status=status)
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


def with_choices(request: HttpRequest, address: str) -> str:
    """`address` with the reader's choices."""
    choices = choices_of(request)
    return f"{address}?{choices.urlencode()}" if choices else address
