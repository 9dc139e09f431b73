"""Public pages, while `PUBLIC_REPORTS` is on: decided reports and open data.

They show a `Publication`, in which nothing is secret, and are the same for each reader. Browsers and proxies may keep
them, and search engines find them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from followup.documents.formats import FORMATS
from followup.models import Rendering
from followup.publication import dcat
from followup.publication.open_data import absolute, catalogue
from followup.publication.publication import Publication, publication_of, publications
from followup.queue.pdf_jobs import call_worker, request_pdf, retry_pdf
from followup.queue.requester import public_requester
from followup.queue.waiting_page import REFRESH_SECONDS
from followup.report.archive import redrawn
from followup.report.report import Report
from followup.report.unit_year import part_of_unit
from followup.web.conditional import PUBLIC, conditional_response, etag_from
from followup.web.files import StoredFileMissingError, stored_pdf_response

# A file that could not be made is tried again for the next reader.
TRY_AGAIN_AFTER = timedelta(minutes=10)

View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """Let everybody read the view where the municipality has chosen so. Elsewhere the page does not exist."""

    @login_not_required
    @require_safe
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PUBLIC_REPORTS:
            raise Http404("Det finns inga öppna sidor här.")
        return view(request, *args, **kwargs)

    wrapper.is_same_for_everyone = True  # type: ignore[attr-defined]
    return wrapper


@public
def public_list(request: HttpRequest) -> HttpResponseBase:
    found = list(publications())
    return _cached(request, _combined_hash(found), lambda: _page(request, "public_list", publications=found))


@public
def public_year(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """Show the year at a glance."""
    publication = _publication_or_404(slug, year)
    report = publication.report
    units = [(unit, slugify(unit)) for unit in report.units]
    return _cached(
        request,
        publication.content_hash,
        lambda: _page(request, "public_year", publication=publication, report=report, units=units),
    )


@public
def public_report(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    publication = _publication_or_404(slug, year)
    context = {"publication": publication, "report": publication.report, "formats": FORMATS}
    return _cached(request, publication.content_hash, lambda: _page(request, "public_report", **context))


@public
def public_unit(request: HttpRequest, slug: str, year: int, unit: str) -> HttpResponseBase:
    """Show one unit's part of the year. Units have their names from the report."""
    publication = _publication_or_404(slug, year)
    name = next((name for name in publication.report.units if slugify(name) == unit), None)
    if name is None:
        raise Http404("Rapporten har ingen enhet med den adressen.")
    part = part_of_unit(name, publication.follow_up, publication.report)
    context = {"publication": publication, "report": part.report, "year": part}
    return _cached(request, publication.content_hash, lambda: _page(request, "public_unit", **context))


@public
def public_report_file(request: HttpRequest, slug: str, year: int, suffix: str) -> HttpResponseBase:
    """Return the report in the format of the address: the stored file when nothing is withheld."""
    publication = _publication_or_404(slug, year)
    if suffix not in FORMATS:
        raise Http404(f"Rapporten finns inte som .{suffix}.")
    if suffix == "pdf":
        return _pdf(request, publication)
    return _cached(request, publication.content_hash, lambda: _file(publication, suffix))


@public
def open_data(request: HttpRequest) -> HttpResponseBase:
    """List the data for programs, with addresses."""
    found = list(publications())
    return _cached(request, _combined_hash(found), lambda: _page(request, "open_data", catalogue=catalogue(found)))


@public
def open_data_catalogue(request: HttpRequest) -> HttpResponseBase:
    found = list(publications())
    return _cached(
        request,
        _combined_hash(found),
        lambda: HttpResponse(dcat.render(catalogue(found)), content_type="application/rdf+xml; charset=utf-8"),
    )


@public
def sitemap(request: HttpRequest) -> HttpResponseBase:
    """List the public pages for search engines."""
    found = list(publications())
    pages = [reverse("followup:public_list"), reverse("followup:open_data")]
    for publication in found:
        year = (publication.report.programme_slug, publication.report.year)
        pages += [reverse("followup:public_year", args=year), reverse("followup:public_report", args=year)]

    def draw() -> HttpResponse:
        context = {"pages": [absolute(page) for page in pages]}
        content_type = "application/xml; charset=utf-8"
        return render(request, "followup/publication/sitemap.xml", context, content_type=content_type)

    return _cached(request, _combined_hash(found), draw)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines find the public pages and keep them away from the rest."""
    lines = ["User-agent: *"]
    if settings.PUBLIC_REPORTS:
        opened = [reverse("followup:public_list"), reverse("followup:open_data"), f"/{settings.STATIC_URL.lstrip('/')}"]
        lines += [f"Allow: {path}" for path in opened]
    lines.append("Disallow: /")
    if settings.PUBLIC_REPORTS:
        lines.append(f"Sitemap: {absolute(reverse('followup:sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _publication_or_404(slug: str, year: int) -> Publication:
    publication = publication_of(slug, year)
    if publication is None:
        raise Http404("Det finns ingen öppen rapport för det året.")
    return publication


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    report = context.get("report")
    context |= {"canonical": absolute(request.path), "shows_example": bool(report and report.shows_example)}
    return render(request, f"followup/publication/{template}.html", context)


def _cached(request: HttpRequest, content_hash: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the response of `make`, or 304 to a browser that has the address with the same content hash."""
    return conditional_response(request, etag_from(request.path, content_hash), make, PUBLIC)


def _combined_hash(found: list[Publication]) -> str:
    return " ".join(publication.content_hash for publication in found)


def _file(publication: Publication, suffix: str) -> HttpResponse:
    stored = publication.decided.json if suffix == "json" and publication.is_whole else ""
    content = stored or FORMATS[suffix].render(publication.report)
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(publication, suffix)}"'}
    if suffix == "json":
        headers["Link"] = f'<{reverse("followup:report_schema")}>; rel="describedby"'
    return HttpResponse(content, content_type=FORMATS[suffix].content_type, headers=headers)


def _file_name(publication: Publication, suffix: str) -> str:
    return f"uppfoljning-{publication.report.programme_slug}-{publication.report.year}.{suffix}"


def _pdf(request: HttpRequest, publication: Publication) -> HttpResponseBase:
    """Return the stored PDF, or one from the queue when a text is withheld or none was stored."""
    name = _file_name(publication, "pdf")
    if not (publication.is_whole and publication.decided.pdf):
        return _queued_pdf(request, publication, publication.report, name)
    try:
        response = stored_pdf_response(publication.decided, name)
    except StoredFileMissingError:
        # Public readers cannot ask anybody for the file: they get the report made again, marked as such.
        new_name = name.replace(".pdf", "-ritad-pa-nytt.pdf")
        return _queued_pdf(request, publication, redrawn(publication.report), new_name)
    response["Cache-Control"] = PUBLIC
    return response


def _queued_pdf(request: HttpRequest, publication: Publication, report: Report, name: str) -> HttpResponseBase:
    """Return the PDF of `report` that the queue makes, or the page that waits for it. A failed one is tried again."""
    now = timezone.now()
    requester = public_requester(request)
    choices = f"public {publication.content_hash} {name}"
    rendering = request_pdf(publication.follow_up, lambda: report, now, requester, choices=choices)
    if rendering.is_failed and rendering.finished_at and now - rendering.finished_at > TRY_AGAIN_AFTER:
        retry_pdf(rendering, requester, now)
        rendering.refresh_from_db(fields=["state"])
    if not rendering.is_done:
        return _waiting(request, rendering, publication)

    def send() -> HttpResponse:
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return HttpResponse(rendering.content, content_type="application/pdf", headers=headers)

    return _cached(request, rendering.key, send)


def _waiting(request: HttpRequest, rendering: Rendering, publication: Publication) -> HttpResponse:
    """Show that the PDF is being made, or could not be made, and call a worker."""
    call_worker(timezone.now())
    response = _page(
        request, "public_waiting", publication=publication, report=publication.report, is_failed=rendering.is_failed
    )
    response["Cache-Control"] = "no-store"
    if rendering.is_failed:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    else:
        response.status_code = HTTPStatus.ACCEPTED
        response["Refresh"] = str(REFRESH_SECONDS)
    return response
