"""Who has delivered and who has not: a year's goals with the state of their answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry


@dataclass(frozen=True)
class GoalToReview:
    entry: SubGoalEntry
    answers: tuple[Answer, ...]
    units: tuple[str, ...]

    @property
    def missing(self) -> int:
        return sum(len(answer.missing) for answer in self.answers)

    @property
    def states(self) -> list[tuple[str, int]]:
        """How many answers stand in each state, in the workflow's order; states that none is in are left out."""
        counts = [
            (label, sum(answer.state == state for answer in self.answers)) for state, label in Answer.State.choices
        ]
        return [(str(label), number) for label, number in counts if number]

    def matches(self, unit: str, state: str, q: str) -> bool:
        """Whether the goal belongs in a list filtered by unit, state of an answer and words in its text."""
        return (
            (not unit or unit in self.units)
            and (not state or any(answer.state == state for answer in self.answers))
            and q.casefold() in f"{self.entry.sub_goal.code} {self.entry.sub_goal.text}".casefold()
        )


def goals_to_review(follow_up: FollowUp) -> list[GoalToReview]:
    """All goals of the year in the programme's order, in a fixed number of queries."""
    measures: dict[int, list[MeasureEntry]] = defaultdict(list)
    for measure in (
        MeasureEntry.objects.filter(follow_up=follow_up)
        .select_related("measure__sub_goal__area", "follow_up")
        .prefetch_related("measure__units")
        .order_by("measure__number")
    ):
        measures[measure.measure.sub_goal_id].append(measure)
    entries = (
        SubGoalEntry.objects.filter(follow_up=follow_up)
        .select_related("sub_goal__area", "follow_up")
        .prefetch_related("sub_goal__units")
        .in_order()
    )
    return [_goal(entry, measures[entry.sub_goal_id]) for entry in entries]


def _goal(entry: SubGoalEntry, measures: list[MeasureEntry]) -> GoalToReview:
    units = [*entry.sub_goal.units.all(), *(unit for measure in measures for unit in measure.measure.units.all())]
    return GoalToReview(entry, (entry, *measures), tuple(sorted({unit.name for unit in units})))
