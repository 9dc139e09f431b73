"""Who may do what, as pure predicates. What may be seen stands on the QuerySets (`visible_to`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followup.models import FollowUp, MeasureEntry, SubGoalEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User


def can_answer_sub_goal(user: User, entry: SubGoalEntry) -> bool:
    """The assessment, forecast and comment are written by those who report for one of the goal's units."""
    return entry.follow_up.is_open and user.reports_for(entry.sub_goal.units.all())


def can_answer_measure(user: User, entry: MeasureEntry) -> bool:
    return entry.follow_up.is_open and user.reports_for(entry.measure.units.all())


def can_edit_follow_up(user: User | AnonymousUser, follow_up: FollowUp) -> bool:
    return user.has_perm("followup.change_followup")
