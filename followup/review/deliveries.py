"""The goals of a year with the state of their answers, counted by unit and by area."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from followup.models import Answer, Contribution, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import answering_units
from organisation.models import Unit
from organisation.order import order_key, swedish_sorted
from organisation.sentences import counted
from programmes.models import ResponsibilityArea

# A filter of the list, beside the states of the workflow.
INCOMPLETE = "incomplete"
# Words after a number of answers ("svar"), singular and plural.
STATE_OF_ANSWERS = {
    Answer.State.DRAFT: ("utkast", "utkast"),
    Answer.State.SUBMITTED: ("inlämnat", "inlämnade"),
    Answer.State.RETURNED: ("återlämnat", "återlämnade"),
    Answer.State.APPROVED: ("godkänt", "godkända"),
}
# Name of the answers that no unit writes.
WITHOUT_UNIT = "Ingen enhet, eller ingen huvudansvarig"
STATES = [*Answer.State.choices, (INCOMPLETE, "Ej ifylld")]


@dataclass(frozen=True)
class GoalFilter:
    """Filter of the list of goals. An empty field leaves nothing out."""

    unit: str = ""
    area: str = ""
    state: str = ""
    q: str = ""

    @classmethod
    def from_address(cls, address: Mapping[str, str], goals: Collection[GoalToReview]) -> GoalFilter:
        """Return the filter in the query of the address. A value that the year does not have is ignored."""
        possible = {
            "unit": {unit.slug for goal in goals for unit in goal.units},
            "area": {str(goal.area.number) for goal in goals},
            "state": {value for value, _ in STATES},
        }
        chosen = {name: address[name] for name, values in possible.items() if address.get(name) in values}
        return cls(**chosen, q=address.get("q", "").strip()[:200])


@dataclass(frozen=True)
class GoalToReview:
    """A goal with its answer, those of its measures and the contributions to them, and all responsible units."""

    entry: SubGoalEntry
    answers: tuple[Answer, ...]
    units: tuple[Unit, ...]

    @property
    def area(self) -> ResponsibilityArea:
        return self.entry.sub_goal.area

    @property
    def missing(self) -> int:
        return sum(bool(answer.missing) for answer in self.answers)

    @property
    def missing_in_words(self) -> str:
        return counted(self.missing, "ej ifyllt", "ej ifyllda")

    @property
    def states(self) -> list[str]:
        """Return the number of answers in each state that occurs, such as "1 inlämnat", in the workflow's order."""
        counts = Counter(answer.state for answer in self.answers)
        return [counted(counts[state], *words) for state, words in STATE_OF_ANSWERS.items() if counts[state]]

    @property
    def total_version(self) -> int:
        return total_version(self.answers)

    def matches(self, wanted: GoalFilter) -> bool:
        return (
            (not wanted.unit or wanted.unit in {unit.slug for unit in self.units})
            and (not wanted.area or wanted.area == str(self.area.number))
            and (not wanted.state or self._has(wanted.state))
            and self._mentions(wanted.q)
        )

    def _has(self, state: str) -> bool:
        return bool(self.missing) if state == INCOMPLETE else any(answer.state == state for answer in self.answers)

    def _mentions(self, q: str) -> bool:
        """Whether the search text is found. A number finds the item and its parts: 1.2 finds 1.2.1, but not 2.1.2."""
        if re.fullmatch(r"\d+(\.\d+)+", q):
            return any(f"{answer.item.code}.".startswith(f"{q}.") for answer in self.answers)
        return q.casefold() in self._words

    @property
    def _words(self) -> str:
        """The searched text: of the goal, of its measures and of their answers."""
        texts = [text for answer in self.answers for text in (str(answer.item), *answer.texts)]
        return "\n".join(texts).casefold()


def total_version(answers: Iterable[Answer]) -> int:
    """Return a number that grows with every save of an answer: the same number means the same texts."""
    return sum(answer.version for answer in answers)


@dataclass(frozen=True)
class Delivery:
    """Counts of the answers of a unit or an area."""

    key: str
    name: str
    answers: tuple[Answer, ...]
    is_late: bool

    @property
    def total(self) -> int:
        return len(self.answers)

    @property
    def delivered(self) -> int:
        return self._in(Answer.State.SUBMITTED, Answer.State.APPROVED)

    @property
    def approved(self) -> int:
        return self._in(Answer.State.APPROVED)

    @property
    def returned(self) -> int:
        return self._in(Answer.State.RETURNED)

    @property
    def missing(self) -> int:
        return sum(bool(answer.missing) for answer in self.answers)

    @property
    def overdue(self) -> int:
        return self.total - self.delivered if self.is_late else 0

    def _in(self, *states: str) -> int:
        return sum(answer.state in states for answer in self.answers)


def is_late(follow_up: FollowUp, today: date) -> bool:
    """Whether all answers should have been handed in: past the last day, or when filling in has been ended."""
    return follow_up.is_overdue(today) or follow_up.state == FollowUp.State.UNDER_REVIEW


def by_unit(goals: Iterable[GoalToReview], late: bool) -> list[Delivery]:
    """Group the answers by the unit that writes them, in Swedish order. Answers that no unit writes come last."""
    answers: dict[Unit, list[Answer]] = defaultdict(list)
    without_unit: list[Answer] = []
    for answer in (answer for goal in goals for answer in goal.answers):
        units = answering_units(answer)
        for unit in units:
            answers[unit].append(answer)
        if not units:
            without_unit.append(answer)
    ordered = sorted(answers, key=lambda unit: order_key(unit.name))
    deliveries = [Delivery(unit.slug, unit.name, tuple(answers[unit]), late) for unit in ordered]
    if without_unit:
        deliveries.append(Delivery("", WITHOUT_UNIT, tuple(without_unit), late))
    return deliveries


def by_area(goals: Iterable[GoalToReview], late: bool) -> list[Delivery]:
    """Group the answers by area of responsibility, in the order of the goals."""
    answers: dict[ResponsibilityArea, list[Answer]] = defaultdict(list)
    for goal in goals:
        answers[goal.area] += goal.answers
    return [Delivery(str(area.number), str(area), tuple(of_area), late) for area, of_area in answers.items()]


def goals_to_review(follow_up: FollowUp) -> list[GoalToReview]:
    """Return the goals of the year in the order of the programme, by a fixed number of queries."""
    measure_entries = (
        MeasureEntry.objects.filter(follow_up=follow_up)
        .select_related("measure__sub_goal__area", "follow_up__programme__framework")
        .prefetch_related("measure__responsibilities")
        .order_by("measure__number")
    )
    measures_of_goal: dict[int, list[MeasureEntry]] = defaultdict(list)
    for measure_entry in measure_entries:
        measures_of_goal[measure_entry.measure.sub_goal_id].append(measure_entry)
    entries = (
        SubGoalEntry.objects.filter(follow_up=follow_up)
        .select_related("sub_goal__area", "follow_up__programme__framework")
        .prefetch_related("sub_goal__responsibilities")
        .in_order()
    )
    contributions_of_goal: dict[int, list[Contribution]] = defaultdict(list)
    for contribution in Contribution.objects.filter(follow_up=follow_up).to([*entries, *measure_entries]):
        if contribution.is_expected:
            contributions_of_goal[contribution.goal.pk].append(contribution)
    return [
        _goal_to_review(entry, [*measures_of_goal[entry.sub_goal_id], *contributions_of_goal[entry.sub_goal_id]])
        for entry in entries
    ]


def _goal_to_review(entry: SubGoalEntry, others: Iterable[Answer]) -> GoalToReview:
    """Return the goal with its answer and the `others`: answers to its measures, and contributions."""
    answers: tuple[Answer, ...] = (entry, *others)
    units = {one.unit for answer in answers for one in answer.item.responsibilities.all()}
    return GoalToReview(entry, answers, tuple(swedish_sorted(units)))
