"""Page of an indicator: its outcomes, those of other municipalities, and its link to Kolada."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from followup.permissions import can_link_indicators
from followup.reading.kolada_forms import KeyFigureLinkForm, KeyFigureSearchForm
from followup.web.lookups import goal_or_404, programme_or_404, user_of
from programmes.kolada import FetchLog, comparison_of, fetch, key_figure_of, link
from programmes.kolada_api import FoundKeyFigure, Kolada, KoladaUnavailableError
from programmes.models import Indicator

# A person and a web thread wait for the page.
PAGE_LIMITS = {"retries": 1, "longest_pause": 1}


def indicator_detail(request: HttpRequest, slug: str, area: int, number: int, indicator: int) -> HttpResponse:
    """Show an indicator with its outcomes year by year."""
    found = indicator_or_404(request, slug, area, number, indicator)
    return _page(request, found, HTTPStatus.OK)


@require_POST
def indicator_link(request: HttpRequest, slug: str, area: int, number: int, indicator: int) -> HttpResponse:
    """Link the indicator to a key figure of Kolada, or to none."""
    found = indicator_or_404(request, slug, area, number, indicator)
    _require_link_permission(request)
    form = KeyFigureLinkForm(request.POST)
    if not form.is_valid():
        return _page(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, link_form=form)
    link(found, form.cleaned_data["kpi"], by=user_of(request))
    if found.kpi:
        messages.success(request, f"Indikatorn är kopplad till nyckeltalet {found.kpi}. Hämta värdena härnäst.")
    else:
        messages.success(request, "Indikatorn är inte längre kopplad till Kolada. Utfallen står kvar.")
    return redirect(found)


@require_POST
def indicator_fetch(request: HttpRequest, slug: str, area: int, number: int, indicator: int) -> HttpResponse:
    """Fetch the key figure's values now."""
    found = indicator_or_404(request, slug, area, number, indicator)
    _require_link_permission(request)
    key_figure = key_figure_of(found)
    if key_figure is None:
        messages.error(request, "Indikatorn är inte kopplad till något nyckeltal.")
        return redirect(found)
    log = FetchLog()
    try:
        fetch(key_figure, timezone.now(), log, by=user_of(request), kolada=Kolada(**PAGE_LIMITS))
        _report_fetch(request, log)
    except KoladaUnavailableError as error:
        messages.error(request, f"Inget hämtades. {error}")
    return redirect(found)


def _report_fetch(request: HttpRequest, log: FetchLog) -> None:
    """Tell the user the outcome of a fetch: failures, values that were left unchanged, and the number of changes."""
    for line in log.failed:
        messages.error(request, line)
    if log.kept:
        messages.warning(request, " ".join(log.kept))
    if not log.failed:
        messages.success(request, f"Värdena är hämtade. Nya eller ändrade utfall: {log.changed}.")


def indicator_or_404(request: HttpRequest, slug: str, area: int, number: int, indicator: int) -> Indicator:
    """Return an indicator of a programme that the user may see, by the numbers in its address."""
    programme = programme_or_404(request, slug)
    goal = goal_or_404(programme, area, number)
    found = (
        goal.indicators.filter(number=indicator)
        .select_related("sub_goal__area__programme__framework")
        .prefetch_related("targets", "outcomes")
        .first()
    )
    if found is None:
        name = capfirst(programme.terms.goal.numbered(goal.code))
        raise Http404(f"{name} har ingen indikator {indicator}.")
    return found


def _require_link_permission(request: HttpRequest) -> None:
    if not can_link_indicators(user_of(request)):
        raise PermissionDenied("Bara den som får ändra programmet kopplar indikatorer till Kolada.")


def _page(request: HttpRequest, indicator: Indicator, status: HTTPStatus, **context: Any) -> HttpResponse:
    """Show an indicator: its outcomes, those of other municipalities, and to editors the forms of the link to Kolada.

    `context` holds a submitted form with its errors, if any.
    """
    may_link = can_link_indicators(user_of(request))
    key_figure = key_figure_of(indicator)
    comparison = None
    if key_figure and key_figure.pk:
        comparison = comparison_of(key_figure, indicator.sub_goal.area.programme.years)
    days_old = (timezone.now() - key_figure.fetched_at).days if key_figure and key_figure.fetched_at else 0
    context |= {
        "indicator": indicator,
        "outcomes": sorted(indicator.outcomes.all(), key=lambda outcome: outcome.year),
        "key_figure": key_figure,
        "comparison": comparison,
        "own": settings.KOLADA_MUNICIPALITY,
        "may_link": may_link,
        "days_old": days_old,
    }
    if may_link:
        form = KeyFigureSearchForm(request.GET if "q" in request.GET else None)
        found, problem = _search(form)
        context |= {"search_form": form, "found": found, "problem": problem}
    return render(request, "followup/reading/indicator_detail.html", context, status=status)


def _search(form: KeyFigureSearchForm) -> tuple[list[FoundKeyFigure] | None, str]:
    """Return the hits in Kolada, None without a search, and the reason when Kolada does not answer."""
    if not form.is_bound or not form.is_valid():
        return None, ""
    try:
        return Kolada(**PAGE_LIMITS).search(form.cleaned_data["q"]), ""
    except KoladaUnavailableError as error:
        return None, str(error)
