"""The people to ask about a goal, for those who may see them."""

from __future__ import annotations

from collections.abc import Sequence

from followup.permissions import can_see_contacts
from organisation.models import Unit, User
from programmes.models import ResponsiblePerson, SubGoal


def responsible_people(user: User, goal: SubGoal) -> Sequence[ResponsiblePerson]:
    """Return the people responsible for the goal and its measures; none for a user who may not see them.

    Reviewers may, and the people of the units that answer for the goal or for any of its measures.
    """
    people = list(ResponsiblePerson.objects.about(goal))
    if not people:
        return []
    units = Unit.objects.filter(sub_goals=goal) | Unit.objects.filter(measures__sub_goal=goal)
    return people if can_see_contacts(user, units.distinct()) else []
