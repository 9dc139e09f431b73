"""One goal through the years of its programme: wording, assessment and progress of its measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.report.decided_rows import with_decided_values
from followup.scales import change_between
from programmes.models import Measure, SubGoal
from programmes.scales import Step


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
    entries = with_decided_values(
        SubGoalEntry.objects.filter(sub_goal=goal, follow_up__in=follow_ups)
        .select_related("follow_up__programme__framework", "sub_goal__area")
        .order_by("follow_up__year")
    )
    years: list[GoalYear] = []
    for previous, entry in zip([None, *entries], entries, strict=False):
        text = _decided_wording(entry, wordings) or goal.text
        change = change_between(previous.assessment_step, entry.assessment_step) if previous else None
        years.append(GoalYear(entry, text, is_reworded=text != goal.text, change=change))
    return years


def _decided_wording(entry: SubGoalEntry, wordings: Sequence[tuple[datetime, str]]) -> str:
    """Return the goal's text at the freezing of a decided year, or "" for a year without a decision.

    Where the history begins later than the freezing, its first text is returned.
    """
    frozen_at: datetime | None = getattr(entry, "frozen_at", None)  # set by with_decided_values
    if frozen_at is None or not wordings:
        return ""
    earlier = [text for changed_at, text in wordings if changed_at <= frozen_at]
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
    shown = with_decided_values(entries.select_related("measure__sub_goal__area", "follow_up__programme__framework"))
    steps = {(entry.measure_id, entry.follow_up_id): entry.progress_step for entry in shown}
    return [
        MeasureLine(measure, {follow_up.year: steps.get((measure.pk, follow_up.pk)) for follow_up in follow_ups})
        for measure in measures
    ]
