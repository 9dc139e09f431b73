"""The report as a page and as files."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from followup.documents.formats import FORMATS
from followup.models import DecidedReport, FollowUp, Rendering
from followup.permissions import can_follow_review
from followup.queue.pdf_jobs import request_pdf
from followup.queue.requester import requester_of
from followup.queue.waiting_page import (
    RequestedPdf,
    address_with_choices,
    choices_of,
    pdf_or_waiting_page,
    retry_and_redirect,
    waiting_page,
)
from followup.reading.forms import SelectionForm
from followup.report.archive import report_of, stored_file
from followup.report.report import Report
from followup.report.serialization import json_schema
from followup.web.conditional import REVALIDATED
from followup.web.failed_pdfs import failed_pdfs
from followup.web.files import StoredFileMissingError, stored_pdf_response
from followup.web.lookups import follow_up_or_404, user_of


def report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show the part of a year's report that the address selects, the whole report by default."""
    follow_up = follow_up_or_404(request, slug, year)
    form = _selection_or_404(request, report_of(follow_up))
    selected_report = form.selected()
    may_follow_review = can_follow_review(user_of(request))
    context = {
        "follow_up": follow_up,
        "report": selected_report,
        "shows_example": selected_report.shows_example,
        "form": form,
        "formats": FORMATS,
        "may_see_statement": may_follow_review,
        "failed_pdfs": failed_pdfs(follow_up) if may_follow_review else [],
    }
    return render(request, "followup/reading/report.html", context)


def report_file(request: HttpRequest, slug: str, year: int, suffix: str) -> HttpResponseBase:
    """Return the part of the report that the address selects, in the format of the suffix."""
    follow_up = follow_up_or_404(request, slug, year)
    if suffix not in FORMATS:
        suffixes = ", ".join(f".{known}" for known in FORMATS)
        raise Http404(f"Rapporten finns inte som .{suffix}. De format som finns är {suffixes}.")
    if suffix == "pdf":
        return _pdf(request, follow_up)
    headers = {
        "Content-Disposition": f'attachment; filename="{_file_name(request, follow_up, suffix)}"',
        "Cache-Control": REVALIDATED,
    }
    if suffix == "json":
        headers["Link"] = f'<{reverse("followup:report_schema")}>; rel="describedby"'
    content = _content(request, follow_up, suffix)
    return HttpResponse(content, content_type=FORMATS[suffix].content_type, headers=headers)


def _content(request: HttpRequest, follow_up: FollowUp, suffix: str) -> bytes | str:
    """Return the selected part as a file. The whole decided report is returned as it was stored, if it was."""
    form = _selection_or_404(request, report_of(follow_up))
    is_whole = not form.address
    stored = stored_file(follow_up, suffix) if is_whole else b""
    return stored or FORMATS[suffix].render(form.selected())


@login_not_required
def report_schema(request: HttpRequest) -> JsonResponse:
    """Return the JSON Schema of the report's JSON, open to everybody."""
    return JsonResponse(json_schema(), json_dumps_params={"ensure_ascii": False, "indent": 2})


def _selection_or_404(request: HttpRequest, whole: Report) -> SelectionForm:
    """Return the selection in the address; 404 with a reason when the report has no such part."""
    form = SelectionForm(whole, request.GET)
    for errors in form.errors.values():
        raise Http404(errors[0])
    return form


def _file_name(request: HttpRequest, follow_up: FollowUp, suffix: str) -> str:
    """Return a file name with the selection: "uppfoljning-trygghet-2020-omrade-2-utan-atgarder.pdf"."""
    chosen = request.GET
    parts = [f"uppfoljning-{follow_up.programme.slug}-{follow_up.year}", slugify(chosen.get("urval", ""))]
    if chosen.get("atgarder"):
        parts.append("utan-atgarder")
    if chosen.get("jamfor"):
        parts.append(f"sedan-{slugify(chosen['jamfor'])}")
    return f"{'-'.join(filter(None, parts))}.{suffix}"


def _pdf(request: HttpRequest, follow_up: FollowUp) -> HttpResponseBase:
    """Return the PDF of the selection, or the page that waits for it.

    The whole report of a decided year is the file that was stored with the decision.
    """
    is_whole = not any(request.GET.get(choice) for choice in SelectionForm.base_fields)
    decided = DecidedReport.objects.in_force(follow_up).only("pdf", "decision").first() if is_whole else None
    if decided and decided.pdf:
        return _decided_pdf(request, follow_up, decided)
    rendering = request_pdf(
        follow_up,
        lambda: _selection_or_404(request, report_of(follow_up)).selected(),
        timezone.now(),
        requester_of(request, follow_up),
        choices=choices_of(request).urlencode(),
    )
    return pdf_or_waiting_page(request, rendering, _requested_pdf(request, follow_up, rendering))


def _decided_pdf(request: HttpRequest, follow_up: FollowUp, decided: DecidedReport) -> HttpResponseBase:
    """Return the PDF stored with the decision."""
    try:
        return stored_pdf_response(decided, _file_name(request, follow_up, "pdf"))
    except StoredFileMissingError:
        # That page explains the loss and offers to lay out the report again.
        year = (follow_up.programme.slug, follow_up.year)
        return redirect("followup:decided_report_pdf", *year, decided.decision.number)


def _requested_pdf(request: HttpRequest, follow_up: FollowUp, rendering: Rendering) -> RequestedPdf:
    year = (follow_up.programme.slug, follow_up.year)
    return RequestedPdf(
        title=f"Uppföljning {follow_up.year} av {follow_up.programme}",
        file_name=_file_name(request, follow_up, "pdf"),
        waiting_address=reverse("followup:report_rendering", args=[*year, rendering.pk]),
        page_address=reverse("followup:report", args=year),
    )


def report_rendering(request: HttpRequest, slug: str, year: int, rendering: int) -> HttpResponse:
    """Show the progress of the PDF, on a page that reloads itself until the file is ready."""
    follow_up = follow_up_or_404(request, slug, year)
    jobs = Rendering.objects.light().filter(follow_up=follow_up, document=Rendering.Document.REPORT)
    job = jobs.filter(pk=rendering).first()
    if request.method == "POST" and job:
        return retry_and_redirect(request, job)
    # The report's own address returns a finished PDF, and starts again when this job has been cleaned up.
    if job is None or job.is_done:
        return redirect(address_with_choices(request, reverse("followup:report_file", args=[slug, year, "pdf"])))
    return waiting_page(request, job, _requested_pdf(request, follow_up, job), HTTPStatus.OK)
