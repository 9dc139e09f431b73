"""Moves of goals and areas: what they take with them, and the obstacles that the new programme's period makes."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from organisation.history import save_as
from programmes.models import Indicator, IndicatorTarget, Measure, Programme, ResponsibilityArea, SubGoal


def obstacle_of_period(programme: Programme, measures: QuerySet[Measure], indicators: QuerySet[Indicator]) -> str:
    """Return the first measure or target outside the programme's period, as an error in Swedish; empty if none is."""
    before, after = programme.first_year, programme.last_year
    outside = measures.filter(Q(first_year__lt=before) | Q(last_year__gt=after)).select_related("sub_goal__area")
    if measure := outside.first():
        years = f"{measure.first_year}–{measure.last_year}"
        return (
            f"Åtgärd {measure.code} gäller {years}, utanför programmets period {programme.period}. "
            "Ändra först åtgärdens år."
        )
    targets = IndicatorTarget.objects.filter(Q(year__lt=before) | Q(year__gt=after), indicator__in=indicators)
    if target := targets.select_related("indicator").first():
        return (
            f"Indikatorn {target.indicator.name} har ett målvärde för {target.year}, utanför programmets period "
            f"{programme.period}. Ta först bort målvärdet."
        )
    return ""


def next_free_number(numbered: QuerySet) -> int:
    """Return the number after the highest one in use."""
    return max(numbered.values_list("number", flat=True), default=0) + 1


def record_move_of_goal(goal: SubGoal, earlier_code: str) -> None:
    """Add a version to the history of the goal's measures and indicators, whose numbers follow the goal's."""
    reason = f"Målet flyttades från {earlier_code} till {goal.code}"
    for item in (*Measure.objects.filter(sub_goal=goal), *Indicator.objects.filter(sub_goal=goal)):
        save_as(item, reason=reason)


def record_move_of_area(area: ResponsibilityArea, earlier: Programme) -> None:
    """Add a version to the history of all that the area takes with it to another programme."""
    reason = f"Området flyttades från {earlier}"[:100]
    items = (
        *SubGoal.objects.filter(area=area),
        *Measure.objects.filter(sub_goal__area=area),
        *Indicator.objects.filter(sub_goal__area=area),
    )
    for item in items:
        save_as(item, reason=reason)
