"""The report as a page and as files."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from followup.renderers import pdf
from followup.report import build_report
from followup.views.errors import error_page
from followup.views.fetch import follow_up_or_404


def report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    follow_up = follow_up_or_404(request, slug, year)
    value = build_report(follow_up)
    return render(
        request,
        "followup/report.html",
        {"follow_up": follow_up, "report": value, "shows_example": value.shows_example},
    )


def report_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    follow_up = follow_up_or_404(request, slug, year)
    try:
        content = pdf.render(build_report(follow_up))
    except pdf.PdfUnavailable as error:
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, "PDF kan inte skapas just nu", str(error))
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="uppfoljning-{slug}-{year}.pdf"'},
    )
