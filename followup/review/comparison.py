"""What a reviewer looks for in an answer: what has changed since last year, and since it was last handed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from followup.history.field_changes import FieldChange, changed_fields
from followup.models import Answer, Comment, Event, MeasureEntry, SubGoalEntry


@dataclass(frozen=True)
class ComparedAnswer:
    """An answer, and what differs from `last`, the year before's, and from what was handed in at `submitted_at`."""

    answer: Answer
    last: Answer | None
    since_last: list[FieldChange]
    submitted_at: datetime | None
    since_submitted: list[FieldChange]


def compare(
    answers: Sequence[Answer], last_year: Mapping[Answer, Answer], thread: Iterable[Event | Comment]
) -> list[ComparedAnswer]:
    """Each of a goal's `answers` with what has changed, in two queries.

    `last_year` has last year's answer for this year's, `thread` what has happened to them.
    """
    submissions = _submissions(thread)
    rows: Mapping[type[Answer], Mapping[int, list[Any]]] = {
        model: _rows_handed_in(model, answers) for model in (SubGoalEntry, MeasureEntry)
    }
    return [
        _compared(answer, last_year.get(answer), _before(answer, submissions[answer], rows[type(answer)][answer.pk]))
        for answer in answers
    ]


def _submissions(thread: Iterable[Event | Comment]) -> Mapping[Answer | None, list[datetime]]:
    """When each answer was handed in, the first time first."""
    times: dict[Answer | None, list[datetime]] = defaultdict(list)
    for event in thread:
        if isinstance(event, Event) and event.action == Event.Action.SUBMIT:
            times[event.sub_goal_entry or event.measure_entry].append(event.at)
    return times


def _rows_handed_in(model: Any, answers: Iterable[Answer]) -> Mapping[int, list[Any]]:
    """The rows of history of each answer while it stood as handed in, by its primary key."""
    keys = [answer.pk for answer in answers if isinstance(answer, model)]
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in model.history.filter(id__in=keys, state=Answer.State.SUBMITTED).order_by("history_date", "history_id"):
        rows[row.id].append(row)
    return rows


def _before(answer: Answer, submissions: Sequence[datetime], rows: Iterable[Any]) -> Any:
    """The answer as it was handed in the last time; if that is how it stands now, the time before. None if never."""
    stands = answer.state in (Answer.State.SUBMITTED, Answer.State.APPROVED)
    earlier = submissions[:-1] if stands else submissions
    # The workflow writes the event first, and the row that belongs to it right after.
    return next((row for row in rows if row.history_date >= earlier[-1]), None) if earlier else None


def _compared(answer: Answer, last: Answer | None, before: Any) -> ComparedAnswer:
    names = answer.field_names()
    return ComparedAnswer(
        answer=answer,
        last=last,
        since_last=changed_fields(last, answer, names) if last else [],
        submitted_at=before.history_date if before else None,
        since_submitted=changed_fields(before, answer, names) if before else [],
    )
