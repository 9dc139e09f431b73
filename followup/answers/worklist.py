"""What a person's units owe: the list behind ”Mina uppföljningar” and the check list on the entry page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from followup.answers.forms import first_missing_field
from followup.models import Answer, Event, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_report, responsible_units
from organisation.models import Unit

if TYPE_CHECKING:
    from organisation.models import User


@dataclass(frozen=True)
class CheckItem:
    """An answer on a check list: what it lacks as it is stored, and the field of the entry page to begin with."""

    key: str
    place: str
    missing: tuple[str, ...]
    field: str


def check_item(answer: Answer) -> CheckItem:
    """The state of `answer` now: what a form writes into it afterwards is not told."""
    missing = tuple(answer.missing)
    is_measure = isinstance(answer, MeasureEntry)
    return CheckItem(
        key=f"measure-{answer.pk}" if is_measure else "goal",
        place=f"{'Åtgärd' if is_measure else 'Mål'} {answer.item.code}",
        missing=missing,
        field=first_missing_field(answer) if missing else "",
    )


@dataclass(frozen=True)
class Task:
    """One goal of the list: the answers that concern my units, those that are mine to write, and what was returned."""

    entry: SubGoalEntry
    items: tuple[CheckItem, ...]
    own: tuple[Answer, ...]
    returned: tuple[Event, ...]

    @property
    def missing(self) -> list[CheckItem]:
        return [item for item in self.items if item.missing]

    @property
    def may_write(self) -> bool:
        return bool(self.own)

    @property
    def states(self) -> list[str]:
        """Where the own answers stand, in words, in the workflow's order."""
        present = {answer.state for answer in self.own}
        return [str(label) for state, label in Answer.State.choices if state in present]


@dataclass(frozen=True)
class UnitWork:
    """How far one of my units has come with a year, and what of it can be handed in."""

    unit: Unit
    total: int
    filled_in: int
    handed_in: int
    ready: tuple[Answer, ...]


@dataclass(frozen=True)
class WorkYear:
    follow_up: FollowUp
    tasks: tuple[Task, ...]
    units: tuple[UnitWork, ...]
    is_overdue: bool

    @property
    def filled_in(self) -> int:
        return sum(not task.missing for task in self.tasks)


def work_of(user: User, today: date) -> list[WorkYear]:
    """The open years as of `today`, with the goals that concern the user's units in the programme's order."""
    units = Unit.objects.of(user, today)
    follow_ups = list(FollowUp.objects.visible_to(user).taking_answers().select_related("programme"))
    entries = list(
        SubGoalEntry.objects.filter(follow_up__in=follow_ups)
        .concerning(units)
        .select_related("follow_up__programme", "sub_goal__area")
        .prefetch_related("sub_goal__units")
        .in_order()
    )
    measures = _measures_by_goal(entries)
    returned = _returned(follow_ups)
    by_year: dict[int, list[tuple[SubGoalEntry, list[Answer]]]] = defaultdict(list)
    for entry in entries:
        answers = [entry, *measures[entry.follow_up_id, entry.sub_goal_id]]
        concerning = [answer for answer in answers if _concerns(answer, units)]
        by_year[entry.follow_up_id].append((entry, concerning))
    return [
        WorkYear(
            follow_up,
            tuple(_task(user, entry, answers, returned) for entry, answers in by_year[follow_up.pk]),
            _by_unit(user, units, [answer for _, answers in by_year[follow_up.pk] for answer in answers]),
            follow_up.is_overdue(today),
        )
        for follow_up in follow_ups
    ]


def _task(user: User, entry: SubGoalEntry, answers: list[Answer], returned: Mapping[Answer, Event]) -> Task:
    own = tuple(answer for answer in answers if can_report(user, answer))
    # Answers returned together were returned with one comment, which is said once.
    reasons = {(event.by_id, event.comment): event for answer in own if (event := returned.get(answer))}
    return Task(entry, tuple(check_item(answer) for answer in answers), own, tuple(reasons.values()))


def _by_unit(user: User, units: Iterable[Unit], answers: list[Answer]) -> tuple[UnitWork, ...]:
    """The units that have something to answer, each with all that is theirs; an answer of several counts for each."""
    work = []
    for unit in units:
        own = [answer for answer in answers if _concerns(answer, [unit])]
        if own:
            may_report = user.reports_for([unit])
            work.append(
                UnitWork(
                    unit,
                    total=len(own),
                    filled_in=sum(not answer.missing for answer in own),
                    handed_in=sum(answer.state in (Answer.State.SUBMITTED, Answer.State.APPROVED) for answer in own),
                    ready=tuple(a for a in own if may_report and a.is_writable and not a.missing),
                )
            )
    return tuple(work)


def own_answers(user: User, entry: SubGoalEntry, measures: Iterable[MeasureEntry]) -> list[Answer]:
    """What of a goal's page is for `user` to answer: the goal itself, its measures, or both."""
    return [answer for answer in (entry, *measures) if can_report(user, answer)]


@dataclass(frozen=True)
class Neighbours:
    """The goals before and after one in a person's work list."""

    previous: SubGoalEntry | None
    next: SubGoalEntry | None


def neighbours(user: User, entry: SubGoalEntry, today: date) -> Neighbours:
    """Among the goals of the same year that `user` has something to write in `today`."""
    goals = list(
        SubGoalEntry.objects.filter(follow_up=entry.follow_up)
        .concerning(Unit.objects.reported_by(user, today))
        .select_related("follow_up__programme", "sub_goal__area")
        .in_order()
    )
    place = goals.index(entry)
    return Neighbours(goals[place - 1] if place else None, goals[place + 1] if place + 1 < len(goals) else None)


def _concerns(answer: Answer, units: Iterable[Unit]) -> bool:
    responsible = set(responsible_units(answer))
    return any(unit in responsible for unit in units)


def _measures_by_goal(entries: Collection[SubGoalEntry]) -> dict[tuple[int, int], list[MeasureEntry]]:
    by_goal: dict[tuple[int, int], list[MeasureEntry]] = defaultdict(list)
    measures = (
        MeasureEntry.objects.filter(
            follow_up__in={entry.follow_up_id for entry in entries},
            measure__sub_goal__in={entry.sub_goal_id for entry in entries},
        )
        .select_related("follow_up", "measure__sub_goal__area")
        .prefetch_related("measure__units")
        .order_by("measure__number")
    )
    for measure in measures:
        by_goal[measure.follow_up_id, measure.measure.sub_goal_id].append(measure)
    return by_goal


def _returned(follow_ups: Collection[FollowUp]) -> dict[Answer, Event]:
    """The latest return of each answer that is returned now, with the reviewer's reason."""
    is_returned = Q(sub_goal_entry__state=Answer.State.RETURNED) | Q(measure_entry__state=Answer.State.RETURNED)
    events = (
        Event.objects.filter(is_returned, follow_up__in=follow_ups, action=Event.Action.RETURN)
        .select_related("by", "sub_goal_entry", "measure_entry__measure__sub_goal__area")
        .order_by("at", "pk")
    )
    return {event.sub_goal_entry or event.measure_entry: event for event in events}  # type: ignore[misc]
