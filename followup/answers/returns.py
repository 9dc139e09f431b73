"""Returned answers: the reviewer's comment, and whether the answer has been changed since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from followup.models import Answer, Attachment, Contribution, Event, MeasureEntry, SubGoalEntry
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
        """Whether any of the answers was changed. A comment on several answers often concerns only one of them."""
        return len(self.unchanged) < len(self.answers)


def returns_of(answers: Iterable[Answer]) -> list[Return]:
    """Return the returns of the `answers` whose state is returned, the earliest first."""
    returned = [answer for answer in answers if answer.state == Answer.State.RETURNED]
    if not returned:
        return []
    events = _latest_return_events(returned)
    unchanged = _unchanged(returned, events)

    # Answers to one goal that a reviewer returned with the same comment belong together.
    groups: dict[tuple[int, int | None, str], list[Answer]] = defaultdict(list)
    for answer, event in events.items():
        groups[answer.goal.pk, event.by_id, event.comment].append(answer)

    returns = [
        Return(
            event=events[group[0]],
            answers=tuple(group),
            unchanged=tuple(answer for answer in group if answer in unchanged),
        )
        for group in groups.values()
    ]
    return sorted(returns, key=lambda one: (one.event.at, one.event.pk))


def _latest_return_events(answers: Collection[Answer]) -> dict[Answer, Event]:
    """Return the event of the latest return of each answer, in the order of the answers."""
    of_answers = (
        Q(sub_goal_entry__in=_of_model(SubGoalEntry, answers))
        | Q(measure_entry__in=_of_model(MeasureEntry, answers))
        | Q(contribution__in=_of_model(Contribution, answers))
    )
    events = (
        Event.objects.filter(of_answers, action=Event.Action.RETURN)
        .select_related("by", "sub_goal_entry", "measure_entry", "contribution")
        .order_by("at", "pk")
    )
    latest: dict[Any, Event] = {event.answer: event for event in events}
    return {answer: latest[answer] for answer in answers if answer in latest}


def _unchanged(answers: Collection[Answer], events: Mapping[Answer, Event]) -> set[Answer]:
    """Return the answers that were not changed after their return, nor were the goal's outcomes and attachments."""
    rows = _history_rows_of_returns(answers)
    additions = _latest_additions(_of_model(SubGoalEntry, answers))
    unchanged = set()
    for answer, event in events.items():
        row = rows.get(answer)
        has_same_fields = row and all(getattr(row, name) == getattr(answer, name) for name in answer.field_names())
        has_additions = any(at > event.at for at in additions[answer])
        if has_same_fields and not has_additions:
            unchanged.add(answer)
    return unchanged


def _history_rows_of_returns(answers: Collection[Answer]) -> dict[Answer, Any]:
    """Return the history row that each answer's latest return made."""
    rows: dict[Answer, Any] = {}
    for model in (SubGoalEntry, MeasureEntry, Contribution):
        by_key = {answer.pk: answer for answer in _of_model(model, answers)}
        if by_key:
            history: Any = model.history
            reason = ANSWER_TRANSITIONS["return"].label
            of_returns = history.filter(id__in=by_key, history_change_reason=reason).order_by("history_id")
            rows |= {by_key[row.id]: row for row in of_returns}
    return rows


def _latest_additions(entries: Collection[SubGoalEntry]) -> Mapping[Answer, list[datetime]]:
    """Return the times of the latest change of outcomes and of attachments, for each of the goals' entries."""
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


def _of_model(model: type[Answer], answers: Iterable[Answer]) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, model)]
