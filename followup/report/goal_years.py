"""One goal through the years of its programme: wording, assessment and progress of its measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.report.decided_rows import with_decided_values
from followup.scales import Step, change_between
from programmes.models import Measure, SubGoal


@dataclass(frozen=True)
class GoalYear:
    """A goal in one year: `text` is its wording then, `change` that of its assessment since the year before."""

    entry: SubGoalEntry
    text: str
    is_reworded: bool
    change: Step | None

    @property
    def year(self) -> int:
        return self.entry.follow_up.year


def years_of(goal: SubGoal, follow_ups: Sequence[FollowUp]) -> list[GoalYear]:
    """Return the goal in each of `follow_ups`, in the order of years, by three queries.

    A decided year has the wording of the decision, and `is_reworded` when the goal reads otherwise now.
    """
    wordings = list(goal.history.order_by("history_date", "history_id").values_list("history_date", "text"))
    entries = (
        SubGoalEntry.objects.filter(sub_goal=goal, follow_up__in=follow_ups)
        .select_related("follow_up", "sub_goal__area")
        .order_by("follow_up__year")
    )
    years: list[GoalYear] = []
    for entry in with_decided_values(entries):
        at = getattr(entry, "frozen_at", None)
        text = _wording_at(wordings, at) if at and wordings else goal.text
        change = change_between(years[-1].entry.assessment_step, entry.assessment_step) if years else None
        years.append(GoalYear(entry, text, text != goal.text, change))
    return years


def _wording_at(wordings: Sequence[tuple[datetime, str]], moment: datetime) -> str:
    """Return the text at `moment`, or the earliest known text."""
    earlier = [text for at, text in wordings if at <= moment]
    return earlier[-1] if earlier else wordings[0][1]


@dataclass(frozen=True)
class MeasureLine:
    """A measure with its progress by year; None for a year when it was not followed up."""

    measure: Measure
    steps: dict[int, Step | None]


def measure_lines(goal: SubGoal, follow_ups: Sequence[FollowUp]) -> list[MeasureLine]:
    """The goal's measures, each with a step for each of `follow_ups`, in four queries."""
    measures = goal.measures.order_by("number").prefetch_related("units", "perspectives")
    entries = MeasureEntry.objects.filter(measure__sub_goal=goal, follow_up__in=follow_ups)
    shown = with_decided_values(entries.select_related("measure__sub_goal__area"))
    steps = {(entry.measure_id, entry.follow_up_id): entry.progress_step for entry in shown}
    return [
        MeasureLine(measure, {follow_up.year: steps.get((measure.pk, follow_up.pk)) for follow_up in follow_ups})
        for measure in measures
    ]
