"""Responses to a request for a PDF: the file, a page to wait on while it is made, or the reason why it failed.

A worker process makes the file. Only the document's own address gives it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from followup.models import Rendering
from followup.queue.pdf_jobs import call_worker, retry_pdf, waiting_time_of
from followup.queue.requester import requester_of
from followup.web.conditional import conditional_response, etag_from
from followup.web.failed_pdfs import failing_texts_of

TEMPLATE = "followup/queue/report_rendering.html"
# Seconds between two reloads of a waiting page, and the parameter of its address that stops them.
REFRESH_SECONDS = 3
STAY = "stanna"


@dataclass(frozen=True)
class RequestedPdf:
    """The title and file name of a PDF, and the addresses that a reader is sent to meanwhile."""

    title: str
    file_name: str
    page_address: str  # the same document as a page
    waiting_address: str = ""  # the waiting page, where it is not at the file's own address


def pdf_or_waiting_page(request: HttpRequest, rendering: Rendering, requested: RequestedPdf) -> HttpResponseBase:
    """Return the PDF, or a page that waits for it. A POST requests the PDF again after a failure."""
    if request.method == "POST":
        return retry_and_redirect(request, rendering)
    if not rendering.is_done:
        return waiting_page(request, rendering, requested, HTTPStatus.ACCEPTED)

    def send() -> HttpResponse:
        headers = {"Content-Disposition": f'inline; filename="{requested.file_name}"'}
        return HttpResponse(rendering.content, content_type="application/pdf", headers=headers)

    return conditional_response(request, etag_from(rendering.key), send)


def retry_and_redirect(request: HttpRequest, rendering: Rendering) -> HttpResponse:
    retry_pdf(rendering, requester_of(request, rendering.follow_up), timezone.now())
    return redirect(request.get_full_path())


def waiting_page(
    request: HttpRequest, rendering: Rendering, requested: RequestedPdf, status: HTTPStatus
) -> HttpResponse:
    """Return the page for a PDF that is not ready: its progress, or the reason why it could not be made."""
    context: dict[str, object] = {
        "rendering": rendering,
        "requested": requested,
        "address": address_with_choices(request, requested.waiting_address or request.path),
    }
    if rendering.is_failed:
        context["texts"] = failing_texts_of(rendering.failing_texts, rendering.follow_up, requested.page_address)
        return render(request, TEMPLATE, context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    now = timezone.now()
    call_worker(now)
    context["waiting"] = waiting_time_of(rendering, now)
    return reloading_page(request, TEMPLATE, context, status)


def reloading_page(request: HttpRequest, template: str, context: dict[str, object], status: HTTPStatus) -> HttpResponse:
    """Return a page that reloads itself at the `address` of its `context`, unless the reader has stopped that."""
    address, stays = str(context["address"]), STAY in request.GET
    to_stay = f"{address}{'&' if '?' in address else '?'}{STAY}=1"
    response = render(request, template, {**context, "stays": stays, "address_to_stay": to_stay}, status=status)
    response["Retry-After"] = REFRESH_SECONDS
    response["Cache-Control"] = "no-store"
    if not stays:
        response["Refresh"] = f"{REFRESH_SECONDS}; url={address}"
    return response


def choices_of(request: HttpRequest) -> QueryDict:
    """Return the reader's choices of the document, from the address of the request."""
    choices = request.GET.copy()
    choices.pop(STAY, None)
    return choices


def address_with_choices(request: HttpRequest, address: str) -> str:
    choices = choices_of(request)
    return f"{address}?{choices.urlencode()}" if choices else address
