"""The goals of a year with the state of their answers, counted by unit and by area."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from organisation.models import Unit
from organisation.order import order_key, swedish_sorted
from organisation.sentences import counted
from programmes.models import ResponsibilityArea

# A choice of the list beside the states of the workflow.
INCOMPLETE = "incomplete"
# Words after a number of answers ("svar"), singular and plural.
STATE_OF_ANSWERS = {
    Answer.State.DRAFT: ("utkast", "utkast"),
    Answer.State.SUBMITTED: ("inlämnat", "inlämnade"),
    Answer.State.RETURNED: ("återlämnat", "återlämnade"),
    Answer.State.APPROVED: ("godkänt", "godkända"),
}
STATES = [*Answer.State.choices, (INCOMPLETE, "Ej ifylld")]


@dataclass(frozen=True)
class Choice:
    """What of the list is to be shown. An empty field leaves nothing out."""

    unit: str = ""
    area: str = ""
    state: str = ""
    q: str = ""

    @classmethod
    def from_address(cls, address: Mapping[str, str], goals: Collection[GoalToReview]) -> Choice:
        """What the address asks for; a value that the year does not know is no choice at all."""
        known = {
            "unit": {unit.slug for goal in goals for unit in goal.units},
            "area": {str(goal.area.number) for goal in goals},
            "state": {value for value, _ in STATES},
        }
        chosen = {name: address.get(name, "") for name in known}
        return cls(
            **{name: value if value in known[name] else "" for name, value in chosen.items()},
            q=address.get("q", "").strip()[:200],
        )


@dataclass(frozen=True)
class GoalToReview:
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
    def seen(self) -> int:
        """Grows with every save of an answer: the same number means the same texts."""
        return seen(self.answers)

    def matches(self, choice: Choice) -> bool:
        return (
            (not choice.unit or choice.unit in {unit.slug for unit in self.units})
            and (not choice.area or choice.area == str(self.area.number))
            and (not choice.state or self._has(choice.state))
            and self._mentions(choice.q)
        )

    def _has(self, state: str) -> bool:
        return bool(self.missing) if state == INCOMPLETE else any(answer.state == state for answer in self.answers)

    def _mentions(self, q: str) -> bool:
        """A code finds what has it or is part of it, so that 1.2 does not find 2.1.2; other words, what has them."""
        if re.fullmatch(r"\d+(\.\d+)+", q):
            return any(f"{answer.item.code}.".startswith(f"{q}.") for answer in self.answers)
        return q.casefold() in self._words

    @property
    def _words(self) -> str:
        """All that a search looks in: the texts of goal and measures, and what has been answered."""
        texts = [text for answer in self.answers for text in (str(answer.item), *answer.texts)]
        return "\n".join(texts).casefold()


def seen(answers: Iterable[Answer]) -> int:
    return sum(answer.version for answer in answers)


@dataclass(frozen=True)
class Delivery:
    """How far a unit's or an area's answers have come."""

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
    """Each unit with the goals and measures that it is responsible for; those without a unit come last."""
    answers: dict[Unit | None, list[Answer]] = defaultdict(list)
    for goal in goals:
        for answer in goal.answers:
            for unit in answer.item.units.all() or [None]:
                answers[unit].append(answer)
    ordered = sorted(answers, key=lambda unit: (unit is None, order_key(unit.name if unit else "")))
    return [
        Delivery(unit.slug if unit else "", unit.name if unit else "Ingen enhet", tuple(answers[unit]), late)
        for unit in ordered
    ]


def by_area(goals: Iterable[GoalToReview], late: bool) -> list[Delivery]:
    answers: dict[ResponsibilityArea, list[Answer]] = defaultdict(list)
    for goal in goals:
        answers[goal.area] += goal.answers
    return [Delivery(str(area.number), str(area), tuple(of_area), late) for area, of_area in answers.items()]


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
    answers: tuple[Answer, ...] = (entry, *measures)
    units = {unit for answer in answers for unit in answer.item.units.all()}
    return GoalToReview(entry, answers, tuple(swedish_sorted(units)))
