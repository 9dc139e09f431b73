"""Returned answers: the reviewer's words, and whether the answer has been changed since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from followup.models import Answer, Attachment, Event, MeasureEntry, SubGoalEntry
from followup.workflow import ANSWER_TRANSITIONS
from programmes.models import IndicatorValue


@dataclass(frozen=True)
class Return:
    """One return by a reviewer, of one or more answers of a goal with the same comment."""

    event: Event
    answers: tuple[Answer, ...]
    unchanged: tuple[Answer, ...]

    @property
    def is_answered(self) -> bool:
        """Whether any of the answers has been changed. One comment often concerns only one of several answers."""
        return len(self.unchanged) < len(self.answers)


def returns_of(answers: Iterable[Answer]) -> list[Return]:
    """Return the returns of those `answers` that are returned now, the earliest first."""
    returned = [answer for answer in answers if answer.state == Answer.State.RETURNED]
    if not returned:
        return []
    events = _events(returned)
    unchanged = _unchanged(returned, events)
    groups: dict[tuple[int, int | None, str], list[Answer]] = defaultdict(list)
    for answer in returned:
        if event := events.get(answer):
            groups[answer.goal.pk, event.by_id, event.comment].append(answer)
    found = [
        Return(events[group[0]], tuple(group), tuple(answer for answer in group if answer in unchanged))
        for group in groups.values()
    ]
    return sorted(found, key=lambda one: (one.event.at, one.event.pk))


def _events(answers: Collection[Answer]) -> dict[Answer, Event]:
    """Return the latest return of each answer."""
    of_answers = Q(sub_goal_entry__in=_of(SubGoalEntry, answers)) | Q(measure_entry__in=_of(MeasureEntry, answers))
    events = (
        Event.objects.filter(of_answers, action=Event.Action.RETURN)
        .select_related("by", "sub_goal_entry", "measure_entry")
        .order_by("at", "pk")
    )
    return {event.sub_goal_entry or event.measure_entry: event for event in events}  # type: ignore[misc]


def _unchanged(answers: Collection[Answer], events: Mapping[Answer, Event]) -> set[Answer]:
    """Return the answers that are as they were when they were returned, with outcomes and attachments of the goal."""
    as_returned = _rows_at_return(answers)
    additions = _latest_additions(_of(SubGoalEntry, answers))
    return {
        answer
        for answer, event in events.items()
        if (row := as_returned.get(answer))
        and all(getattr(row, name) == getattr(answer, name) for name in answer.field_names())
        and not any(at > event.at for at in additions[answer])
    }


def _rows_at_return(answers: Collection[Answer]) -> dict[Answer, Any]:
    """Return the history row that each answer's latest return made."""
    rows: dict[Answer, Any] = {}
    for model in (SubGoalEntry, MeasureEntry):
        by_key = {answer.pk: answer for answer in _of(model, answers)}
        if by_key:
            history: Any = model.history
            made_by_return = history.filter(
                id__in=by_key, history_change_reason=ANSWER_TRANSITIONS["return"].label
            ).order_by("history_id")
            rows |= {by_key[row.id]: row for row in made_by_return}
    return rows


def _latest_additions(entries: Collection[SubGoalEntry]) -> Mapping[Answer, list[datetime]]:
    """Return when the outcomes and the attachments of each goal's year were last changed."""
    latest: dict[Answer, list[datetime]] = defaultdict(list)
    if not entries:
        return latest
    by_key = {entry.pk: entry for entry in entries}
    by_goal = {(entry.sub_goal_id, entry.follow_up.year): entry for entry in entries}
    outcomes: Any = IndicatorValue.history
    of_goals = outcomes.filter(indicator__sub_goal__in=[entry.sub_goal_id for entry in entries]).order_by()
    for goal, year, at in of_goals.values_list("indicator__sub_goal", "year").annotate(Max("history_date")):
        if entry := by_goal.get((goal, year)):
            latest[entry].append(at)
    attachments: Any = Attachment.history
    of_entries = attachments.filter(entry__in=entries).order_by()
    for key, at in of_entries.values_list("entry").annotate(Max("history_date")):
        latest[by_key[key]].append(at)
    return latest


def _of(model: Any, answers: Iterable[Answer]) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, model)]
