"""Thread of a goal in one year: the events of the workflow, and the comments by officials and reviewers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q

from followup.models import Comment, Contribution, Event, MeasureEntry, SubGoalEntry
from organisation.models import User
from organisation.sentences import listing


def thread_of(entry: SubGoalEntry, measures: Sequence[MeasureEntry]) -> list[Event | Comment]:
    """Return the events and comments of a goal's year, its measures and contributions, the oldest first.

    It takes two queries.
    """
    contributions = Contribution.objects.filter(follow_up=entry.follow_up).of_goal(entry.sub_goal)
    of_answers = (
        Q(sub_goal_entry=entry) | Q(measure_entry__in=measures) | Q(contribution__in=contributions.values("pk"))
    )
    events = Event.objects.filter(of_answers).select_related(
        "by",
        "sub_goal_entry__sub_goal__area",
        "sub_goal_entry__follow_up__programme__framework",
        "measure_entry__measure__sub_goal__area",
        "measure_entry__follow_up__programme__framework",
        "contribution__unit",
        "contribution__sub_goal__area",
        "contribution__measure__sub_goal__area",
        "contribution__follow_up__programme__framework",
    )
    comments = entry.comments.select_related("by")
    return sorted([*events, *comments], key=lambda item: item.at)


def with_comments(thread: Iterable[Event | Comment]) -> list[Event | Comment]:
    """Return the comments, and the events that have a comment."""
    return [item for item in thread if item.comment]


@dataclass(frozen=True)
class Remark:
    """One comment, or the events of one click on one or more answers: "återlämnade mål 1.1 och åtgärd 1.1.1"."""

    at: datetime
    by: User | None
    action: str
    about: str
    comment: str


def remarks_of(thread: Iterable[Event | Comment]) -> list[Remark]:
    """Return the remarks to show. Events that one click made on several answers become one remark."""
    return [_remark(list(group)) for _, group in groupby(thread, key=_click)]


def _click(item: Event | Comment) -> tuple[object, ...]:
    """Return a key shared by the events of one click: `perform_all` creates them one after the other."""
    if isinstance(item, Comment):
        return ("comment", item.pk)
    return (item.action, item.by_id, item.comment)


def _remark(group: list[Any]) -> Remark:
    first = group[0]
    if isinstance(first, Comment):
        action, about = "skrev", ""
    else:
        answers = [event.answer.name for event in group if event.answer]
        action, about = first.get_action_display(), listing(answers) if answers else ""
    return Remark(at=first.at, by=first.by, action=action, about=about, comment=first.comment)
