"""Answers to a goal in one year: entries, indicators, attachments, and the answers of the year before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from followup.models import Answer, Attachment, Contribution, FollowUp, MeasureEntry, SubGoalEntry
from followup.report.decided_rows import with_decided_values
from followup.web.lookups import follow_up_or_404
from programmes.models import Indicator, SubGoal


def entry_or_404(follow_up: FollowUp, area: int, number: int) -> SubGoalEntry:
    entry = (
        SubGoalEntry.objects.filter(follow_up=follow_up, sub_goal__area__number=area, sub_goal__number=number)
        .select_related("follow_up__programme__framework", "sub_goal__area")
        .prefetch_related("sub_goal__responsibilities")
        .first()
    )
    if entry is None:
        goal = follow_up.terms.goal.negated
        raise Http404(f"Uppföljningen för {follow_up.year} har {goal} {area}.{number}.")
    return entry


def measures_of(entry: SubGoalEntry) -> list[MeasureEntry]:
    """Return the entries of the goal's measures that are followed up this year, in order."""
    return list(
        MeasureEntry.objects.filter(follow_up=entry.follow_up, measure__sub_goal=entry.sub_goal)
        .select_related("follow_up__programme__framework", "measure__sub_goal__area")
        .prefetch_related("measure__responsibilities")
        .order_by("measure__number")
    )


def contributions_of(entry: SubGoalEntry, measures: Iterable[MeasureEntry]) -> list[Contribution]:
    """Return the contributions to the goal and its measures this year, in the order of the units.

    A contribution that nobody has written is left out when its unit no longer contributes.
    """
    contributions = Contribution.objects.filter(follow_up=entry.follow_up).of_goal(entry.sub_goal)
    return [one for one in contributions.to([entry, *measures]) if one.is_expected or one.text]


def indicators_of(goal: SubGoal) -> QuerySet[Indicator]:
    """Return the goal's indicators in order, with their targets and outcomes."""
    indicators = goal.indicators.select_related("sub_goal__area__programme__framework")
    return indicators.prefetch_related("targets", "outcomes").order_by("number")


def attachments_of(entry: SubGoalEntry) -> QuerySet[Attachment]:
    return entry.attachments.select_related("uploaded_by")


@dataclass(frozen=True)
class LastYear:
    """Last year's answers to a goal and its measures, shown next to this year's fields."""

    year: int
    goal: SubGoalEntry | None
    measures: dict[int, MeasureEntry]
    contributions: tuple[Contribution, ...] = ()

    def by_answer(self, answers: Iterable[Answer]) -> dict[Answer, Answer]:
        """Return last year's answer for each of this year's `answers` that had one."""
        pairs = [(answer, self.answer_to(answer)) for answer in answers]
        return {answer: last for answer, last in pairs if last}

    def answer_to(self, answer: Answer) -> Answer | None:
        """Return last year's answer for the goal or measure of `answer`, or the unit's contribution to it, if any."""
        if isinstance(answer, Contribution):
            return next((last for last in self.contributions if last.has_same_place(answer)), None)
        if isinstance(answer, MeasureEntry):
            return self.measures.get(answer.measure_id)
        return self.goal

    @property
    def has_texts(self) -> bool:
        """Whether there is a text that this year's answers could start from."""
        answers: list[Answer] = [*self.measures.values()]
        if self.goal:
            answers.append(self.goal)
        return any(getattr(answer, field.name) for answer in answers for field in answer.FIELDS if field.continues)


def last_year_of(entry: SubGoalEntry) -> LastYear:
    """Return last year's answers to the same goal; joint ones of a decided year as they were decided."""
    year = entry.follow_up.year - 1
    of_year = {"follow_up__programme": entry.follow_up.programme, "follow_up__year": year}
    goals = SubGoalEntry.objects.filter(**of_year, sub_goal=entry.sub_goal).select_related("sub_goal__area")
    measures = MeasureEntry.objects.filter(**of_year, measure__sub_goal=entry.sub_goal)
    answers = with_decided_values([*goals, *measures.select_related("measure__sub_goal__area")])
    return LastYear(
        year=year,
        goal=next((answer for answer in answers if isinstance(answer, SubGoalEntry)), None),
        measures={answer.measure_id: answer for answer in answers if isinstance(answer, MeasureEntry)},
        contributions=tuple(Contribution.objects.filter(**of_year).of_goal(entry.sub_goal).with_items()),
    )


@dataclass(frozen=True)
class GoalYear:
    """A goal's entry in one year with those of its measures and the units' contributions to them.

    The rest is fetched when it is used.
    """

    entry: SubGoalEntry
    measures: list[MeasureEntry]
    contributions: list[Contribution]

    @property
    def answers(self) -> list[Answer]:
        """The joint answers, each followed by the contributions to it."""
        answers: list[Answer] = []
        for joint in (self.entry, *self.measures):
            answers += [joint, *(one for one in self.contributions if one.item == joint.item)]
        return answers

    def joint_answer_of(self, contribution: Contribution) -> SubGoalEntry | MeasureEntry:
        """Return the answer to the goal or measure that the contribution is a part of."""
        if contribution.measure_id is None:
            return self.entry
        return next(measure for measure in self.measures if measure.measure_id == contribution.measure_id)

    @cached_property
    def last_year(self) -> LastYear:
        return last_year_of(self.entry)

    @cached_property
    def indicators(self) -> list[Indicator]:
        return list(indicators_of(self.entry.sub_goal))


def goal_year_of(entry: SubGoalEntry) -> GoalYear:
    measures = measures_of(entry)
    return GoalYear(entry, measures, contributions_of(entry, measures))


def goal_year_or_404(request: HttpRequest, slug: str, year: int, area: int, number: int) -> GoalYear:
    """Fetch the answers to a goal in a year that the user may see."""
    return goal_year_of(entry_or_404(follow_up_or_404(request, slug, year), area, number))
