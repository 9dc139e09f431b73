"""The thread of a goal's year: steps of the workflow on its answers, and comments by officials and reviewers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q

from followup.models import Comment, Event, MeasureEntry, SubGoalEntry
from organisation.models import User
from organisation.sentences import listing


def thread_of(entry: SubGoalEntry, measures: Sequence[MeasureEntry]) -> list[Event | Comment]:
    """Return the events and comments of a goal's year and its measures, the oldest first, in two queries."""
    events = Event.objects.filter(Q(sub_goal_entry=entry) | Q(measure_entry__in=measures)).select_related(
        "by", "sub_goal_entry__sub_goal__area", "measure_entry__measure__sub_goal__area"
    )
    return sorted([*events, *entry.comments.select_related("by")], key=lambda remark: remark.at)


def said(thread: Iterable[Event | Comment]) -> list[Event | Comment]:
    """Return the comments, and the steps of the workflow that have one."""
    return [remark for remark in thread if remark.comment]


@dataclass(frozen=True)
class Remark:
    """One comment, or one step of the workflow on one or several answers: "återlämnade mål 1.1 och åtgärd 1.1.1"."""

    at: datetime
    by: User | None
    action: str
    about: str
    comment: str


def remarks_of(thread: Iterable[Event | Comment]) -> list[Remark]:
    """Return the thread for the pages. A step that was made on several answers at once is one remark."""
    return [_remark(list(group)) for _, group in groupby(thread, key=_same_step)]


def _same_step(entry: Event | Comment) -> tuple[object, ...]:
    """Return a key that the events of one step have in common: `perform_all` makes them one after the other."""
    if isinstance(entry, Comment):
        return ("comment", entry.pk)
    return (entry.action, entry.by_id, entry.comment)


def _remark(group: list[Any]) -> Remark:
    first = group[0]
    if isinstance(first, Comment):
        return Remark(first.at, first.by, "skrev", "", first.comment)
    places = [_place_of(event) for event in group if event.sub_goal_entry or event.measure_entry]
    return Remark(first.at, first.by, first.get_action_display(), listing(places) if places else "", first.comment)


def _place_of(event: Event) -> str:
    if event.measure_entry:
        return f"åtgärd {event.measure_entry.measure.code}"
    return f"mål {event.sub_goal_entry.sub_goal.code}" if event.sub_goal_entry else ""
