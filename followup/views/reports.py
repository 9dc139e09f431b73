"""The report as a page and as files."""

from http import HTTPStatus

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from followup.archive import report_of
from followup.models import DecidedReport, FollowUp, Rendering
from followup.renderings import ask_again, call_worker, progress_of, rendering_of
from followup.views.fetch import follow_up_or_404

# How often the page that waits for a file loads itself again, and what in its address says that it shall not.
REFRESH_SECONDS = 3
STAY = "stanna"


def report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    follow_up = follow_up_or_404(request, slug, year)
    value = report_of(follow_up)
    return render(
        request,
        "followup/report.html",
        {"follow_up": follow_up, "report": value, "shows_example": value.shows_example},
    )


def report_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The PDF where there is one of what the report now shows; otherwise a page to wait on, or one that says why not.

    What the board approved is given out as it was stored.

    The file is made by a worker beside the web processes. It is given out here alone, to those who may see the report.
    """
    follow_up = follow_up_or_404(request, slug, year)
    name = f"uppfoljning-{slug}-{year}.pdf"
    decided = DecidedReport.objects.in_force(follow_up).only("pdf").first()
    if decided and decided.pdf:
        return stored_pdf(decided, name)
    rendering = rendering_of(
        follow_up, lambda: report_of(follow_up), timezone.now(), choices=_choices(request).urlencode()
    )
    if not rendering.is_done:
        return _rendering_page(request, rendering, follow_up, HTTPStatus.ACCEPTED)
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-cache",
        "ETag": quote_etag(rendering.key),
    }
    response = HttpResponse(rendering.content, content_type="application/pdf", headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=response) or response


def stored_pdf(decided: DecidedReport, name: str) -> FileResponse:
    """The PDF of a decided report, sent piece by piece."""
    headers = {"Cache-Control": "private, no-cache"}
    return FileResponse(decided.pdf.open("rb"), content_type="application/pdf", filename=name, headers=headers)


def report_rendering(request: HttpRequest, slug: str, year: int, rendering: int) -> HttpResponse:
    """How far the PDF has come: a page that loads itself again until it can lead to the file."""
    follow_up = follow_up_or_404(request, slug, year)
    known = Rendering.objects.light().filter(follow_up=follow_up, pk=rendering).first()
    if request.method == "POST" and known:
        ask_again(known, timezone.now())
        return redirect(request.get_full_path())
    # What is done is given out under the report's own address, and so is the answer when this one has been cleaned up.
    if known is None or known.is_done:
        return redirect(_with_choices(request, reverse("followup:report_pdf", args=[slug, year])))
    return _rendering_page(request, known, follow_up, HTTPStatus.OK)


def _rendering_page(
    request: HttpRequest, rendering: Rendering, follow_up: FollowUp, status_while_waiting: HTTPStatus
) -> HttpResponse:
    address = reverse("followup:report_rendering", args=[follow_up.programme.slug, follow_up.year, rendering.pk])
    context = {"follow_up": follow_up, "rendering": rendering, "address": _with_choices(request, address)}
    if rendering.is_failed:
        return render(request, "followup/report_rendering.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    now = timezone.now()
    call_worker(now)
    stays = STAY in request.GET
    context |= {
        "progress": progress_of(rendering, now),
        "stays": stays,
        "address_to_stay": _with_choices(request, address, stay=True),
    }
    response = render(request, "followup/report_rendering.html", context, status=status_while_waiting)
    response["Retry-After"] = REFRESH_SECONDS
    response["Cache-Control"] = "no-store"
    if not stays:
        response["Refresh"] = f"{REFRESH_SECONDS}; url={context['address']}"
    return response


def _choices(request: HttpRequest) -> QueryDict:
    """What the reader has chosen of the report, in this request's address."""
    choices = request.GET.copy()
    choices.pop(STAY, None)
    return choices


def _with_choices(request: HttpRequest, address: str, *, stay: bool = False) -> str:
    """`address` with the reader's choices."""
    choices = _choices(request)
    if stay:
        choices[STAY] = "1"
    return f"{address}?{choices.urlencode()}" if choices else address
