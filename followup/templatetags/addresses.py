"""Addresses of pages that take more arguments than fit in a `url` tag."""

from __future__ import annotations

from django import template
from django.urls import reverse

from followup.models import FollowUp, SubGoalEntry

register = template.Library()


@register.simple_tag
def entry_address(view_name: str, follow_up: FollowUp, entry: SubGoalEntry, *more: object) -> str:
    """Return the address of a page about the answer to a goal, such as its history."""
    goal = entry.sub_goal
    return reverse(view_name, args=[follow_up.programme.slug, follow_up.year, goal.area.number, goal.number, *more])
