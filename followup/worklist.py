"""What a person's units owe: the list behind ”Mina uppföljningar” and the check list on the entry page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_report
from organisation.models import Unit

if TYPE_CHECKING:
    from organisation.models import User


@dataclass(frozen=True)
class Task:
    """One goal of the list: what my units still owe for it, and whether I may write it."""

    entry: SubGoalEntry
    missing: tuple[str, ...]
    own: tuple[Answer, ...]

    @property
    def may_write(self) -> bool:
        return bool(self.own)

    @property
    def is_returned(self) -> bool:
        return any(answer.state == Answer.State.RETURNED for answer in self.own)

    @property
    def ready(self) -> tuple[Answer, ...]:
        """The own answers that can be handed in as they are."""
        return tuple(answer for answer in self.own if answer.is_writable and not answer.missing)

    @property
    def state(self) -> str:
        """Where the own answers stand, in a word; empty while they are being written."""
        states = {answer.state for answer in self.own}
        return next(iter(self.own)).get_state_display() if len(states) == 1 and states != {Answer.State.DRAFT} else ""


@dataclass(frozen=True)
class WorkYear:
    follow_up: FollowUp
    tasks: tuple[Task, ...]
    is_overdue: bool

    @property
    def filled_in(self) -> int:
        return sum(not task.missing for task in self.tasks)

    @property
    def ready(self) -> list[Answer]:
        """All that can be handed in at once."""
        return [answer for task in self.tasks for answer in task.ready]


def work_of(user: User, today: date) -> list[WorkYear]:
    """The open years as of `today`, with the goals that concern the user's units in the programme's order."""
    units = Unit.objects.of(user, today)
    unit_ids = frozenset(unit.pk for unit in units)
    follow_ups = FollowUp.objects.visible_to(user).taking_answers().select_related("programme")
    entries = (
        SubGoalEntry.objects.filter(follow_up__in=follow_ups)
        .concerning(units)
        .select_related("follow_up__programme", "sub_goal__area")
        .prefetch_related("sub_goal__units")
        .in_order()
    )
    measures = _measures_by_goal(list(entries))
    tasks: dict[int, list[Task]] = defaultdict(list)
    for entry in entries:
        of_goal = measures[entry.follow_up_id, entry.sub_goal_id]
        tasks[entry.follow_up_id].append(
            Task(entry, tuple(missing_answers(entry, of_goal, unit_ids)), tuple(own_answers(user, entry, of_goal)))
        )
    return [WorkYear(follow_up, tuple(tasks[follow_up.pk]), follow_up.is_overdue(today)) for follow_up in follow_ups]


def missing_answers(entry: SubGoalEntry, measures: Iterable[MeasureEntry], unit_ids: frozenset[int]) -> list[str]:
    """What the units with `unit_ids` have left to answer for a goal, in the order of the entry page."""
    missing = list(entry.missing) if _concerns(entry.sub_goal.units.all(), unit_ids) else []
    missing += [
        f"{name} för åtgärd {measure.measure.code}"
        for measure in measures
        if _concerns(measure.measure.units.all(), unit_ids)
        for name in measure.missing
    ]
    return missing


def own_answers(user: User, entry: SubGoalEntry, measures: Iterable[MeasureEntry]) -> list[Answer]:
    """What of a goal's page is for `user` to answer: the goal itself, its measures, or both."""
    return [answer for answer in (entry, *measures) if can_report(user, answer)]


def _concerns(units: Iterable[Unit], unit_ids: frozenset[int]) -> bool:
    return any(unit.pk in unit_ids for unit in units)


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
