"""A goal in the programmes before and after its own: how it stood there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from followup.models import FollowUp, SubGoalEntry
from programmes.models import Programme, SubGoal

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User

# Longer than any row of programmes, and an end where somebody has linked goals in a ring.
MOST_PERIODS = 12


@dataclass(frozen=True)
class OtherPeriod:
    """The goal as another programme has it, and its answers there, the latest year first."""

    word: str
    goal: SubGoal
    programme: Programme
    entries: list[SubGoalEntry]


def other_periods(goal: SubGoal, user: User | AnonymousUser) -> list[OtherPeriod]:
    """The goals that `goal` continues, the nearest first, and those that continue it, as far as `user` may see them."""
    kin = [("Föregångare", one) for one in _line_back(goal)]
    kin += [
        ("Fortsätter som", one) for one in _known().filter(predecessor=goal).order_by("area__programme__first_year")
    ]
    visible = set(Programme.objects.visible_to(user).values_list("pk", flat=True)) if kin else set()
    kin = [(word, one) for word, one in kin if one.area.programme_id in visible]
    entries = list(
        SubGoalEntry.objects.filter(
            sub_goal__in=[one.pk for _, one in kin], follow_up__in=FollowUp.objects.visible_to(user)
        )
        .select_related("follow_up")
        .order_by("-follow_up__year")
        if kin
        else ()
    )
    return [
        OtherPeriod(word, one, one.area.programme, [entry for entry in entries if entry.sub_goal_id == one.pk])
        for word, one in kin
    ]


def _known() -> QuerySet[SubGoal]:
    return SubGoal.objects.select_related("area__programme")


def _line_back(goal: SubGoal) -> list[SubGoal]:
    line: list[SubGoal] = []
    while goal.predecessor_id and len(line) < MOST_PERIODS:
        goal = _known().get(pk=goal.predecessor_id)
        line.append(goal)
    return line
