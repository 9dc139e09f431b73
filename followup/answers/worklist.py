"""Work list of an official ("Mina uppföljningar")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from followup.answers.forms import CheckItem, check_item
from followup.answers.goal_year import GoalYear
from followup.answers.returns import Return, returns_of
from followup.models import Answer, Contribution, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import answering_units, can_report
from organisation.models import Unit

if TYPE_CHECKING:
    from organisation.models import User


@dataclass(frozen=True)
class Task:
    """A goal on the list: the answers of the user's units, those that the user reports, and their returns."""

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
        """Swedish names of the states of the own answers, in the order of the workflow."""
        present = {answer.state for answer in self.own}
        return [str(label) for state, label in Answer.State.choices if state in present]


@dataclass(frozen=True)
class UnitWork:
    """Number of answers that a unit has filled in and handed in for a year.

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
    """A year with the tasks of the user's units: returned ones first, then in the order of the programme."""

    follow_up: FollowUp
    tasks: tuple[Task, ...]
    units: tuple[UnitWork, ...]
    is_overdue: bool

    @property
    def filled_in(self) -> int:
        return sum(not task.missing for task in self.tasks)


def work_of(user: User, today: date) -> list[WorkYear]:
    """Return the open years with the goals that the user's units answer for `today`."""
    units = Unit.objects.with_member(user, today)
    follow_ups = list(FollowUp.objects.visible_to(user).taking_answers().select_related("programme__framework"))
    entries = list(
        SubGoalEntry.objects.filter(follow_up__in=follow_ups)
        .concerning(units)
        .select_related("follow_up__programme__framework", "sub_goal__area")
        .prefetch_related("sub_goal__responsibilities")
        .in_order()
    )
    measures = _measures_by_goal(entries)
    measures_of_years = [measure for of_goal in measures.values() for measure in of_goal]
    contributions = _contributions_by_goal([*entries, *measures_of_years], units)
    answers = {
        entry: [
            answer
            for answer in (
                entry,
                *measures[entry.follow_up_id, entry.sub_goal_id],
                *contributions[entry.follow_up_id, entry.sub_goal_id],
            )
            if _is_responsible(units, answer)
        ]
        for entry in entries
    }
    returns = returns_of(answer for of_goal in answers.values() for answer in of_goal)
    return [
        _work_year(
            user,
            follow_up,
            units,
            {entry: of_goal for entry, of_goal in answers.items() if entry.follow_up_id == follow_up.pk},
            returns,
            today,
        )
        for follow_up in follow_ups
    ]


def _work_year(
    user: User,
    follow_up: FollowUp,
    units: Iterable[Unit],
    answers: Mapping[SubGoalEntry, list[Answer]],
    returns: Collection[Return],
    today: date,
) -> WorkYear:
    """Return one year of the list, from the `answers` of the user's units to each goal."""
    tasks = [_task(user, entry, of_goal, returns) for entry, of_goal in answers.items()]
    all_answers = [answer for of_goal in answers.values() for answer in of_goal]
    unchanged = {answer for one in returns for answer in one.unchanged}
    by_unit = {unit: [answer for answer in all_answers if _is_responsible([unit], answer)] for unit in units}
    return WorkYear(
        follow_up=follow_up,
        tasks=tuple(sorted(tasks, key=lambda task: not task.returns)),
        units=tuple(_unit_work(user, unit, of_unit, unchanged) for unit, of_unit in by_unit.items() if of_unit),
        is_overdue=follow_up.is_overdue(today),
    )


def _task(user: User, entry: SubGoalEntry, answers: list[Answer], returns: Iterable[Return]) -> Task:
    own = tuple(answer for answer in answers if can_report(user, answer))
    return Task(
        entry=entry,
        items=tuple(check_item(answer) for answer in answers),
        own=own,
        returns=tuple(one for one in returns if set(one.answers) & set(own)),
    )


def _unit_work(user: User, unit: Unit, answers: list[Answer], unchanged: Collection[Answer]) -> UnitWork:
    """Count the answers of one unit. An answer that several units share counts for each of them."""
    may_report = user.reports_for([unit])
    complete = [answer for answer in answers if may_report and answer.is_writable and not answer.missing]
    handed_in_states = (Answer.State.SUBMITTED, Answer.State.APPROVED)
    return UnitWork(
        unit=unit,
        total=len(answers),
        filled_in=sum(not answer.missing for answer in answers),
        handed_in=sum(answer.state in handed_in_states for answer in answers),
        ready=tuple(answer for answer in complete if answer not in unchanged),
        unchanged=tuple(answer for answer in complete if answer in unchanged),
    )


def reported_answers(user: User, goal_year: GoalYear) -> list[Answer]:
    """Return the answers of a goal's year that `user` reports: joint ones, contributions, or both."""
    return [answer for answer in goal_year.answers if can_report(user, answer)]


@dataclass(frozen=True)
class Neighbours:
    """The goals before and after one in a person's work list."""

    previous: SubGoalEntry | None
    next: SubGoalEntry | None


def neighbours(user: User, entry: SubGoalEntry, today: date) -> Neighbours:
    """Return the goals before and after `entry` among those that `user` reports `today` in the same year.

    A reviewer who writes a joint answer reports no goals, and has no neighbours.
    """
    goals = list(
        SubGoalEntry.objects.filter(follow_up=entry.follow_up)
        .concerning(Unit.objects.reported_by(user, today))
        .select_related("follow_up__programme__framework", "sub_goal__area")
        .in_order()
    )
    if entry not in goals:
        return Neighbours(previous=None, next=None)
    index = goals.index(entry)
    return Neighbours(
        previous=goals[index - 1] if index > 0 else None,
        next=goals[index + 1] if index + 1 < len(goals) else None,
    )


def _is_responsible(units: Iterable[Unit], answer: Answer) -> bool:
    """Return whether any of the `units` writes the answer."""
    answering = set(answering_units(answer))
    return any(unit in answering for unit in units)


def _measures_by_goal(entries: Collection[SubGoalEntry]) -> dict[tuple[int, int], list[MeasureEntry]]:
    """Return the entries of the goals' measures, by the keys of the follow-up and the goal."""
    by_goal: dict[tuple[int, int], list[MeasureEntry]] = defaultdict(list)
    measures = (
        MeasureEntry.objects.filter(
            follow_up__in={entry.follow_up_id for entry in entries},
            measure__sub_goal__in={entry.sub_goal_id for entry in entries},
        )
        .select_related("follow_up__programme__framework", "measure__sub_goal__area")
        .prefetch_related("measure__responsibilities")
        .order_by("measure__number")
    )
    for measure in measures:
        by_goal[measure.follow_up_id, measure.measure.sub_goal_id].append(measure)
    return by_goal


def _contributions_by_goal(
    joint_answers: Collection[SubGoalEntry | MeasureEntry], units: Iterable[Unit]
) -> dict[tuple[int, int], list[Contribution]]:
    """Return the contributions of the `units`, by the keys of the follow-up and the goal."""
    by_goal: dict[tuple[int, int], list[Contribution]] = defaultdict(list)
    follow_ups = {answer.follow_up_id for answer in joint_answers}
    for contribution in Contribution.objects.filter(follow_up__in=follow_ups, unit__in=units).to(joint_answers):
        by_goal[contribution.follow_up_id, contribution.goal.pk].append(contribution)
    return by_goal
