"""Pages of the units: the list, a unit's year, and the decisions that concern it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from followup.models import FollowUp, Rendering
from followup.models.year import FollowUpQuerySet
from followup.permissions import can_see_contacts
from followup.queue.pdf_jobs import request_pdf
from followup.queue.requester import requester_of
from followup.queue.waiting_page import RequestedPdf, pdf_or_waiting_page
from followup.reading.register import shows_example, with_decisions
from followup.report.archive import report_of
from followup.report.unit_year import UnitYear
from followup.report.unit_year import unit_year as unit_year_of
from followup.web.lookups import follow_up_or_404, user_of
from organisation.models import Unit

PLURALS = {
    Unit.Kind.COUNCIL: "Kommunfullmäktige",
    Unit.Kind.BOARD: "Kommunstyrelse",
    Unit.Kind.COMMITTEE: "Nämnder",
    Unit.Kind.PREPARATION: "Beredningar",
    Unit.Kind.SUBCOMMITTEE: "Utskott",
    Unit.Kind.ADMINISTRATION: "Förvaltningar",
    Unit.Kind.COMPANY: "Bolag",
    Unit.Kind.FEDERATION: "Kommunalförbund",
}


def unit_list(request: HttpRequest) -> HttpResponse:
    """List the units of today by kind, and the former units."""
    today = timezone.localdate()
    current = Unit.objects.valid_on(today)
    units_by_kind = {kind: [unit for unit in current if unit.kind == kind] for kind in Unit.Kind}
    context = {
        "kinds": [(PLURALS[kind], units) for kind, units in units_by_kind.items() if units],
        "former": Unit.objects.exclude(pk__in=current).prefetch_related("successors"),
    }
    return render(request, "followup/reading/unit_list.html", context)


def unit_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a unit with its current or latest year, and the decisions that concern it."""
    unit = _unit_or_404(slug)
    for follow_up in _years(request, unit).current_first().select_related("programme__framework__deciding_body"):
        try:
            return _unit_page(request, unit, unit_year_of(unit, follow_up, report_of(follow_up)))
        except ValueError:
            continue  # the unit has no part in this year
    return _unit_page(request, unit, None)


def unit_year(request: HttpRequest, slug: str, programme: str, year: int) -> HttpResponse:
    """Show a unit's year; 404 when the unit has no part in it."""
    unit = _unit_or_404(slug)
    follow_up = follow_up_or_404(request, programme, year)
    return _unit_page(request, unit, _year_or_404(unit, follow_up))


def unit_pdf(request: HttpRequest, slug: str, programme: str, year: int) -> HttpResponseBase:
    """Return the unit's year as a PDF, for a committee's meeting."""
    unit = _unit_or_404(slug)
    follow_up = follow_up_or_404(request, programme, year)
    rendering = request_pdf(
        follow_up,
        lambda: _year_or_404(unit, follow_up),
        timezone.now(),
        requester_of(request, follow_up),
        choices=unit.slug,
        document=Rendering.Document.UNIT,
    )
    requested = RequestedPdf(
        title=f"{unit}: uppföljning {year} av {follow_up.programme}",
        file_name=f"{unit.slug}-{programme}-{year}.pdf",
        page_address=reverse("followup:unit_year", args=[slug, programme, year]),
    )
    return pdf_or_waiting_page(request, rendering, requested)


def _unit_or_404(slug: str) -> Unit:
    unit = (
        Unit.objects.select_related("contact", "parent")
        .prefetch_related("successors", "predecessors", "children")
        .filter(slug=slug)
        .first()
    )
    if unit is None:
        raise Http404("Det finns ingen enhet med den adressen.")
    return unit


def _year_or_404(unit: Unit, follow_up: FollowUp) -> UnitYear:
    try:
        return unit_year_of(unit, follow_up, report_of(follow_up))
    except ValueError as error:
        raise Http404(str(error)) from error


def _years(request: HttpRequest, unit: Unit) -> FollowUpQuerySet:
    return FollowUp.objects.visible_to(request.user).filter(pk__in=FollowUp.objects.answered_by(unit).values("pk"))


def _unit_page(request: HttpRequest, unit: Unit, year: UnitYear | None) -> HttpResponse:
    """Show a unit with one year's report on its goals (`year`, None without any), and the decided years about it."""
    user = user_of(request)
    decided_years = with_decisions(FollowUp.objects.visible_to(request.user).concerning(unit).decided())
    years = _years(request, unit).select_related("programme__framework__deciding_body")
    context = {
        "unit": unit,
        "year": year,
        "report": year.report if year else None,
        "years": years.order_by("-programme__first_year", "programme", "year"),
        "decided_years": decided_years,
        "shows_contact": can_see_contacts(user, [unit]),
        "may_change_contact": user.has_perm("organisation.change_unit") or user.reports_for([unit]),
        "shows_example": shows_example(decided_years) or bool(year and year.report.shows_example),
    }
    return render(request, "followup/reading/unit_detail.html", context)
