"""Changes in an answer since last year and since it was last handed in, for the reviewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from followup.history.field_changes import FieldChange, changed_fields
from followup.models import Answer, Comment, Contribution, Event, MeasureEntry, SubGoalEntry


@dataclass(frozen=True)
class ComparedAnswer:
    """An answer with its changes since last year's answer `last` and since it was handed in at `submitted_at`."""

    answer: Answer
    last: Answer | None
    since_last: list[FieldChange]
    submitted_at: datetime | None
    since_submitted: list[FieldChange]


def compare(
    answers: Sequence[Answer], last_year: Mapping[Answer, Answer], thread: Iterable[Event | Comment]
) -> list[ComparedAnswer]:
    """Compare each of a goal's `answers` with its earlier versions, in a query for each kind.

    :param last_year: last year's answer by this year's.
    :param thread: the events of the answers, oldest first.
    """
    submissions = _submissions(thread)
    rows_by_model: Mapping[type[Answer], Mapping[int, list[Any]]] = {
        model: _rows_handed_in(model, answers) for model in (SubGoalEntry, MeasureEntry, Contribution)
    }
    compared = []
    for answer in answers:
        history_rows = rows_by_model[type(answer)][answer.pk]
        handed_in_before = _version_handed_in_before(answer, submissions[answer], history_rows)
        compared.append(_compared(answer, last_year.get(answer), handed_in_before))
    return compared


def _submissions(thread: Iterable[Event | Comment]) -> Mapping[Answer | None, list[datetime]]:
    """Return the times at which each answer was handed in, oldest first."""
    times: dict[Answer | None, list[datetime]] = defaultdict(list)
    for event in thread:
        if isinstance(event, Event) and event.action == Event.Action.SUBMIT:
            times[event.answer].append(event.at)
    return times


def _rows_handed_in(model: Any, answers: Iterable[Answer]) -> Mapping[int, list[Any]]:
    """Return the history rows of each answer in the state submitted, by the answer's primary key."""
    keys = [answer.pk for answer in answers if isinstance(answer, model)]
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in model.history.filter(id__in=keys, state=Answer.State.SUBMITTED).order_by("history_date", "history_id"):
        rows[row.id].append(row)
    return rows


def _version_handed_in_before(answer: Answer, submissions: Sequence[datetime], rows: Iterable[Any]) -> Any:
    """Return the version handed in before the present one, None if there is none.

    A submitted or approved answer is itself the latest hand-in, so the one before that is returned.
    """
    is_handed_in = answer.state in (Answer.State.SUBMITTED, Answer.State.APPROVED)
    earlier = submissions[:-1] if is_handed_in else submissions
    if not earlier:
        return None
    # The workflow saves the event before the answer, so the history row is the first one after the event.
    return next((row for row in rows if row.history_date >= earlier[-1]), None)


def _compared(answer: Answer, last: Answer | None, before: Any) -> ComparedAnswer:
    """Compare an answer with `last` year's answer, and with `before`, the history row of an earlier hand-in."""
    names, scales = answer.field_names(), answer.follow_up.scales
    return ComparedAnswer(
        answer=answer,
        last=last,
        since_last=changed_fields(last, answer, names, scales) if last else [],
        submitted_at=before.history_date if before else None,
        since_submitted=changed_fields(before, answer, names, scales) if before else [],
    )
