"""The report as a page and as files."""

from http import HTTPStatus

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from followup.archive import report_of
from followup.models import DecidedReport
from followup.renderers import pdf
from followup.report import Report
from followup.views.errors import error_page
from followup.views.fetch import follow_up_or_404


def report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    follow_up = follow_up_or_404(request, slug, year)
    value = report_of(follow_up)
    return render(
        request,
        "followup/report.html",
        {"follow_up": follow_up, "report": value, "shows_example": value.shows_example},
    )


def report_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """What the board approved, as it was stored; a draft is drawn as the year now stands."""
    follow_up = follow_up_or_404(request, slug, year)
    name = f"uppfoljning-{slug}-{year}.pdf"
    decided = DecidedReport.objects.in_force(follow_up).only("pdf").first()
    if decided and decided.pdf:
        return stored_pdf(decided, name)
    return drawn_pdf(request, report_of(follow_up), name)


def stored_pdf(decided: DecidedReport, name: str) -> FileResponse:
    """Sent piece by piece."""
    return FileResponse(decided.pdf.open("rb"), content_type="application/pdf", filename=name)


def drawn_pdf(request: HttpRequest, value: Report, name: str) -> HttpResponse:
    try:
        content = pdf.render(value)
    except pdf.PdfUnavailable as error:
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, "PDF kan inte skapas just nu", str(error))
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
