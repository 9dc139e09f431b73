"""The minutes extract as a page, as files and as text to copy."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from followup.documents.minutes import docx as minutes_docx
from followup.documents.minutes import text as minutes_text
from followup.documents.minutes.extract import build_minutes_extract
from followup.models import Decision, Rendering
from followup.permissions import can_decide
from followup.queue.pdf_jobs import request_pdf_of
from followup.queue.requester import requester_of
from followup.queue.waiting_page import RequestedPdf, pdf_or_waiting_page
from followup.web.lookups import decision_or_404, user_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def minutes_extract(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Show the minutes extract as a page, with links to its files."""
    decision = decision_or_404(request, slug, year, number)
    extract = build_minutes_extract(decision)
    context = {
        "decision": decision,
        "extract": extract,
        "replaced_by": decision.replaced_by,
        "may_edit": can_decide(user_of(request), decision.follow_up) and not decision.is_recorded,
        "may_send": can_decide(user_of(request), decision.follow_up) and decision.is_recorded,
        "shows_example": extract.shows_example,
    }
    return render(request, "followup/decision/minutes_extract.html", context)


def minutes_extract_text(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    decision = decision_or_404(request, slug, year, number)
    text = minutes_text.render(build_minutes_extract(decision))
    return render(request, "followup/decision/minutes_extract_text.html", {"decision": decision, "text": text})


def minutes_extract_pdf(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponseBase:
    page = reverse("followup:minutes_extract", args=[slug, year, number])
    return extract_as_pdf(request, decision_or_404(request, slug, year, number), page)


def extract_as_pdf(request: HttpRequest, decision: Decision, page_address: str) -> HttpResponseBase:
    """Return the extract as PDF, or the page that waits for it.

    The waiting page links to `page_address`, which shows the same content.
    """
    extract = build_minutes_extract(decision)
    rendering = request_pdf_of(
        decision.follow_up,
        extract,
        timezone.now(),
        requester_of(request, decision.follow_up),
        Rendering.Document.EXTRACT,
    )
    requested = RequestedPdf(
        title=extract.document_title, file_name=f"{extract.file_name}.pdf", page_address=page_address
    )
    return pdf_or_waiting_page(request, rendering, requested)


def minutes_extract_docx(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    extract = build_minutes_extract(decision_or_404(request, slug, year, number))
    return _file(minutes_docx.render(extract), DOCX, f'attachment; filename="{extract.file_name}.docx"')


def _file(content: bytes, content_type: str, disposition: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
