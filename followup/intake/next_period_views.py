"""Page that starts the programme of the next period as a draft."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from followup.intake.next_period_forms import ChosenKeys, NextPeriodForm
from followup.permissions import can_edit_programmes
from followup.web.lookups import programme_or_404, user_of
from programmes.models import Programme, ResponsibilityArea, SubGoal
from programmes.succession import begin_next_period


def next_period(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the goals and measures that continue, and create the programme of the next period as a draft."""
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
        "areas": _area_choices(programme, form.chosen_keys),
        "guidelines": _item_choices(programme.guidelines.order_by("number"), form.chosen_keys, "guidelines"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "followup/intake/next_period.html", context, status=status)


class ItemChoice(NamedTuple):
    """A measure, indicator or guideline, and whether it continues."""

    item: Any
    is_chosen: bool


class GoalChoice(NamedTuple):
    """A goal, whether it continues, and the choices of its parts."""

    goal: SubGoal
    is_chosen: bool
    measures: list[ItemChoice]
    indicators: list[ItemChoice]


class AreaChoice(NamedTuple):
    area: ResponsibilityArea
    goals: list[GoalChoice]


def _area_choices(programme: Programme, chosen: ChosenKeys | None) -> list[AreaChoice]:
    areas = programme.areas.order_by("number").prefetch_related("sub_goals__measures", "sub_goals__indicators")
    return [
        AreaChoice(area, [_goal_choice(goal, chosen) for goal in _by_number(area.sub_goals.all())]) for area in areas
    ]


def _goal_choice(goal: SubGoal, chosen: ChosenKeys | None) -> GoalChoice:
    return GoalChoice(
        goal,
        _is_chosen(goal, chosen, "goals"),
        _item_choices(_by_number(goal.measures.all()), chosen, "measures"),
        _item_choices(_by_number(goal.indicators.all()), chosen, "indicators"),
    )


def _item_choices(items: Iterable[Any], chosen: ChosenKeys | None, name: str) -> list[ItemChoice]:
    return [ItemChoice(item, _is_chosen(item, chosen, name)) for item in items]


def _is_chosen(item: Any, chosen: ChosenKeys | None, name: str) -> bool:
    """Return whether the item is ticked; everything is, until the form is sent."""
    return chosen is None or str(item.pk) in chosen[name]


def _by_number(items: Iterable[Any]) -> list[Any]:
    """Sort prefetched items in memory: ordering the query would ask the database once for each parent."""
    return sorted(items, key=lambda item: item.number)
