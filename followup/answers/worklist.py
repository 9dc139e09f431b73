"""What a person's units owe: the list behind ”Mina uppföljningar” and the check list on the entry page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from followup.answers.forms import answer_prefix, first_missing_field
from followup.answers.returns import Return, returns_of
from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_report, responsible_units
from organisation.models import Unit

if TYPE_CHECKING:
    from organisation.models import User


def place_of(answer: Answer) -> str:
    """Return the name of an answer on the pages: "Mål 1.2" or "Åtgärd 1.2.1"."""
    return f"{'Åtgärd' if isinstance(answer, MeasureEntry) else 'Mål'} {answer.item.code}"


@dataclass(frozen=True)
class CheckItem:
    """An answer on a check list, with the stored fields that are missing and the id of the first of them."""

    key: str
    place: str
    missing: tuple[str, ...]
    field: str


def check_item(answer: Answer) -> CheckItem:
    """Describe `answer` as it is now. A form that writes to it later does not change the item."""
    missing = tuple(answer.missing)
    return CheckItem(
        key=answer_prefix(answer),
        place=place_of(answer),
        missing=missing,
        field=first_missing_field(answer) if missing else "",
    )


@dataclass(frozen=True)
class Task:
    """One goal of the list: the answers that concern my units, those that I may write, and their returns."""

    entry: SubGoalEntry
    items: tuple[CheckItem, ...]
    own: tuple[Answer, ...]
    returns: tuple[Return, ...]

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
    """The progress of one of my units with a year.

    `ready` can be handed in. `unchanged` is complete too, but was returned and has not been changed since.
    """

    unit: Unit
    total: int
    filled_in: int
    handed_in: int
    ready: tuple[Answer, ...]
    unchanged: tuple[Answer, ...]


@dataclass(frozen=True)
class WorkYear:
    """A year with the tasks of my units: those with returned answers first, then in the programme's order."""

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
    by_year: dict[int, list[tuple[SubGoalEntry, list[Answer]]]] = defaultdict(list)
    for entry in entries:
        answers = [entry, *measures[entry.follow_up_id, entry.sub_goal_id]]
        concerning = [answer for answer in answers if _concerns(answer, units)]
        by_year[entry.follow_up_id].append((entry, concerning))
    returns = returns_of(answer for goals in by_year.values() for _, answers in goals for answer in answers)
    return [
        WorkYear(
            follow_up,
            _tasks(user, by_year[follow_up.pk], returns),
            _by_unit(user, units, [answer for _, answers in by_year[follow_up.pk] for answer in answers], returns),
            follow_up.is_overdue(today),
        )
        for follow_up in follow_ups
    ]


def _tasks(
    user: User, goals: Iterable[tuple[SubGoalEntry, list[Answer]]], returns: Iterable[Return]
) -> tuple[Task, ...]:
    tasks = (_task(user, entry, answers, returns) for entry, answers in goals)
    return tuple(sorted(tasks, key=lambda task: not task.returns))


def _task(user: User, entry: SubGoalEntry, answers: list[Answer], returns: Iterable[Return]) -> Task:
    own = tuple(answer for answer in answers if can_report(user, answer))
    concerning_own = tuple(one for one in returns if set(one.answers) & set(own))
    return Task(entry, tuple(check_item(answer) for answer in answers), own, concerning_own)


def _by_unit(
    user: User, units: Iterable[Unit], answers: list[Answer], returns: Iterable[Return]
) -> tuple[UnitWork, ...]:
    """Return the progress of each unit that has something to answer. A shared answer counts for each of its units."""
    untouched = {answer for one in returns for answer in one.unchanged}
    work = []
    for unit in units:
        own = [answer for answer in answers if _concerns(answer, [unit])]
        if own:
            may_report = user.reports_for([unit])
            complete = [answer for answer in own if may_report and answer.is_writable and not answer.missing]
            work.append(
                UnitWork(
                    unit,
                    total=len(own),
                    filled_in=sum(not answer.missing for answer in own),
                    handed_in=sum(answer.state in (Answer.State.SUBMITTED, Answer.State.APPROVED) for answer in own),
                    ready=tuple(answer for answer in complete if answer not in untouched),
                    unchanged=tuple(answer for answer in complete if answer in untouched),
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
