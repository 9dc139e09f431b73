"""Predecessors and successors of a goal in other programmes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from followup.models import FollowUp, SubGoalEntry
from programmes.models import Programme, SubGoal

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User

# More than any goal has. The limit ends the loop if goals are linked in a ring.
MAX_PREDECESSORS = 12


@dataclass(frozen=True)
class OtherPeriod:
    """The same goal in another programme, with its answers there, the latest year first.

    `word` is the relation to the goal in Swedish: "Föregångare" or "Fortsätter som".
    """

    word: str
    goal: SubGoal
    programme: Programme
    entries: list[SubGoalEntry]


def other_periods(goal: SubGoal, user: User | AnonymousUser) -> list[OtherPeriod]:
    """Return the predecessors of `goal`, the nearest first, and then its successors, as far as `user` may see them."""
    predecessors = _predecessors(goal)
    successors = list(_goals().filter(predecessor=goal).order_by("area__programme__first_year"))
    if not predecessors and not successors:
        return []
    visible = set(Programme.objects.visible_to(user).values_list("pk", flat=True))
    entries = _entries_by_goal([*predecessors, *successors], user)

    def periods(word: str, goals: Iterable[SubGoal]) -> list[OtherPeriod]:
        return [
            OtherPeriod(word, other, other.area.programme, entries[other.pk])
            for other in goals
            if other.area.programme_id in visible
        ]

    return periods("Föregångare", predecessors) + periods("Fortsätter som", successors)


def _goals() -> QuerySet[SubGoal]:
    return SubGoal.objects.select_related("area__programme__framework")


def _entries_by_goal(goals: list[SubGoal], user: User | AnonymousUser) -> dict[int, list[SubGoalEntry]]:
    """Return the answers of each goal that `user` may see, the latest year first."""
    entries = SubGoalEntry.objects.filter(sub_goal__in=goals, follow_up__in=FollowUp.objects.visible_to(user))
    by_goal: dict[int, list[SubGoalEntry]] = defaultdict(list)
    for entry in entries.select_related("follow_up__programme__framework").order_by("-follow_up__year"):
        by_goal[entry.sub_goal_id].append(entry)
    return by_goal


def _predecessors(goal: SubGoal) -> list[SubGoal]:
    """Return the goal's predecessors, the nearest first."""
    predecessors: list[SubGoal] = []
    while goal.predecessor_id and len(predecessors) < MAX_PREDECESSORS:
        goal = _goals().get(pk=goal.predecessor_id)
        predecessors.append(goal)
    return predecessors
