"""What has happened to a goal's answers in the workflow, and what officials and reviewers have said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from followup.models import Comment, Event, MeasureEntry, SubGoalEntry


def thread_of(entry: SubGoalEntry, measures: Sequence[MeasureEntry]) -> list[Event | Comment]:
    """Events and comments of a goal's year and its measures, the oldest first; in two queries."""
    events = Event.objects.filter(Q(sub_goal_entry=entry) | Q(measure_entry__in=measures)).select_related(
        "by", "sub_goal_entry__sub_goal__area", "measure_entry__measure__sub_goal__area"
    )
    return sorted([*events, *entry.comments.select_related("by")], key=lambda remark: remark.at)


def said(thread: Iterable[Event | Comment]) -> list[Event | Comment]:
    """Only what says something: comments, and steps of the workflow that were explained."""
    return [remark for remark in thread if remark.comment]
