"""Beginning the programme of the next period."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from followup.intake.next_period_forms import NextPeriodForm
from followup.permissions import can_edit_programmes
from followup.web.lookups import programme_or_404, user_of
from programmes.models import Programme
from programmes.succession import begin_next_period


def next_period(request: HttpRequest, slug: str) -> HttpResponse:
    programme = programme_or_404(request, slug)
    if not can_edit_programmes(user_of(request)):
        raise PermissionDenied("Nästa periods program läggs upp av granskare.")
    form = NextPeriodForm(programme, request.POST if request.method == "POST" else None)
    if form.is_valid():
        successor = begin_next_period(programme, form.save(commit=False), form.continuing)
        messages.success(request, f"{successor} är påbörjat som utkast. {programme} är oförändrat.")
        return redirect(successor)
    context = {
        "programme": programme,
        "form": form,
        "areas": _areas(programme, form.ticked),
        "guidelines": _ticks(programme.guidelines.order_by("number"), form.ticked, "guidelines"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "followup/intake/next_period.html", context, status=status)


Ticks = list[tuple[Any, bool]]


def _areas(programme: Programme, ticked: dict[str, set[str]] | None) -> list[tuple[Any, list[Any]]]:
    """The areas with their goals, and these with their measures and indicators, each with whether it is chosen."""
    areas = programme.areas.order_by("number").prefetch_related("sub_goals__measures", "sub_goals__indicators")
    return [
        (
            area,
            [
                (
                    goal,
                    chosen,
                    _ticks(_by_number(goal.measures.all()), ticked, "measures"),
                    _ticks(_by_number(goal.indicators.all()), ticked, "indicators"),
                )
                for goal, chosen in _ticks(_by_number(area.sub_goals.all()), ticked, "goals")
            ],
        )
        for area in areas
    ]


def _by_number(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.number)


def _ticks(rows: Iterable[Any], ticked: dict[str, set[str]] | None, name: str) -> Ticks:
    return [(row, ticked is None or str(row.pk) in ticked[name]) for row in rows]
