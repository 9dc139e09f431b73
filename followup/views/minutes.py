"""The minutes extract: as a page, as files, and as text to copy."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from followup.minutes import build_minutes_extract
from followup.models import Decision
from followup.permissions import can_decide
from followup.renderers import minutes_docx, minutes_pdf, minutes_text
from followup.renderers.pdf import PdfUnavailable
from followup.views.errors import error_page
from followup.views.fetch import decision_or_404, user_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def minutes_extract(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    decision = decision_or_404(request, slug, year, number)
    extract = build_minutes_extract(decision)
    context = {
        "decision": decision,
        "extract": extract,
        "may_edit": can_decide(user_of(request), decision.follow_up) and not decision.is_recorded,
        "may_send": can_decide(user_of(request), decision.follow_up) and decision.is_recorded,
        "shows_example": extract.shows_example,
    }
    return render(request, "followup/minutes_extract.html", context)


def minutes_extract_text(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    decision = decision_or_404(request, slug, year, number)
    text = minutes_text.render(build_minutes_extract(decision))
    return render(request, "followup/minutes_extract_text.html", {"decision": decision, "text": text})


def minutes_extract_pdf(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    return extract_as_pdf(request, decision_or_404(request, slug, year, number))


def extract_as_pdf(request: HttpRequest, decision: Decision) -> HttpResponse:
    extract = build_minutes_extract(decision)
    try:
        content = minutes_pdf.render(extract)
    except PdfUnavailable as error:
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, "PDF kan inte skapas just nu", str(error))
    return _file(content, "application/pdf", f'inline; filename="{extract.file_name}.pdf"')


def minutes_extract_docx(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    extract = build_minutes_extract(decision_or_404(request, slug, year, number))
    return _file(minutes_docx.render(extract), DOCX, f'attachment; filename="{extract.file_name}.docx"')


def _file(content: bytes, content_type: str, disposition: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
