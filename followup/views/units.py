"""The units: which there are, and what has been decided that concerns each."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from followup.models import FollowUp
from followup.register import shows_example, with_decisions
from organisation.models import Unit
from programmes.models import Programme, SubGoal

PLURALS = {
    Unit.Kind.COMMITTEE: "Nämnder",
    Unit.Kind.COMPANY: "Bolag",
    Unit.Kind.ADMINISTRATION: "Förvaltningar",
    Unit.Kind.FEDERATION: "Kommunalförbund",
}


def unit_list(request: HttpRequest) -> HttpResponse:
    """The units of today by kind, and those that were before."""
    today = timezone.localdate()
    current = Unit.objects.valid_on(today)
    context = {
        "kinds": [
            (PLURALS[kind], [unit for unit in current if unit.kind == kind])
            for kind in Unit.Kind
            if any(unit.kind == kind for unit in current)
        ],
        "former": Unit.objects.exclude(pk__in=current).prefetch_related("successors"),
    }
    return render(request, "followup/unit_list.html", context)


def unit_detail(request: HttpRequest, slug: str) -> HttpResponse:
    unit = Unit.objects.prefetch_related("successors", "predecessors").filter(slug=slug).first()
    if unit is None:
        raise Http404("Det finns ingen enhet med den adressen.")
    goals = (
        SubGoal.objects.filter(
            Q(units=unit) | Q(measures__units=unit), area__programme__in=Programme.objects.visible_to(request.user)
        )
        .distinct()
        .select_related("area__programme")
        .order_by("area__programme", "area__number", "number")
    )
    matters = with_decisions(FollowUp.objects.visible_to(request.user).concerning(unit).decided())
    context = {
        "unit": unit,
        "matters": matters,
        "shows_example": shows_example(matters) or any(goal.is_example for goal in goals),
        "goals": goals.distinct()
        .select_related("area__programme")
        .order_by("area__programme", "area__number", "number"),
    }
    return render(request, "followup/unit_detail.html", context)
