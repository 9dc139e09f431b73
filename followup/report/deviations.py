"""Goals that deviate, in the order of gravity: each stands once, under its gravest reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from followup.report.excerpts import short_reason, shortened
from followup.report.report import Report, SubGoalStatus, YearStatus
from followup.report.step_meanings import (
    cannot_be_assessed,
    has_worsened,
    is_not_reached,
    is_partly_reached,
    is_unchanged,
)
from followup.report.turns import previous_year, status_in
from programmes.scales import Step


class Gravity(IntEnum):
    """Reasons for a goal to deviate, the gravest first."""

    NOT_MET = 1
    WILL_NOT_BE_REACHED = 2
    CANNOT_BE_ASSESSED = 3
    WORSE = 4
    WORSE_FORECAST = 5
    PARTLY_AS_BEFORE = 6


# The most characters of a name in a row.
NAME_LENGTH = 120
UNIT_LENGTH = 60

# Deviations whose step is that of the forecast. The step of the others is that of the assessment.
OF_FORECAST = (Gravity.WILL_NOT_BE_REACHED, Gravity.WORSE_FORECAST, Gravity.PARTLY_AS_BEFORE)


@dataclass(frozen=True)
class Deviation:
    """A goal that deviates: the step that shows it, its earlier step in words, and the unit's reason."""

    goal: SubGoalStatus
    gravity: Gravity
    step: Step
    before: str
    reason: str

    @property
    def name(self) -> str:
        """The goal's short name, or its text, cut if it is longer than a row has room for."""
        return shortened(self.goal.name, NAME_LENGTH)

    @property
    def lead_unit(self) -> str:
        first = next(iter(self.goal.units), "")
        return shortened(self.goal.lead or first, UNIT_LENGTH)

    @property
    def other_units(self) -> int:
        return max(len(self.goal.units) - 1, 0)


def deviations_of(report: Report) -> tuple[Deviation, ...]:
    """Return the deviating goals of the report, the gravest first and inside each group by number."""
    found = [_deviation(goal, report) for goal in report.sub_goals]
    deviating = [deviation for deviation in found if deviation]
    return tuple(sorted(deviating, key=lambda deviation: deviation.gravity))


def _deviation(goal: SubGoalStatus, report: Report) -> Deviation | None:
    """Return the goal as a deviation, with the assessment or forecast that makes it one; None when it is on track."""
    before = status_in(goal, previous_year(report))
    gravity = _gravity(goal, before)
    if gravity is None:
        return None
    is_about_forecast = gravity in OF_FORECAST or _only_forecast_is_unknown(goal, gravity)
    return Deviation(
        goal=goal,
        gravity=gravity,
        step=goal.forecast if is_about_forecast else goal.assessment,
        before=_before_in_words(goal, gravity, before),
        reason=goal.reason or short_reason(goal.comment),
    )


def _gravity(goal: SubGoalStatus, before: YearStatus | None) -> Gravity | None:
    """Return the gravest reason for the goal to deviate, or None when it does not deviate."""
    reasons = {
        Gravity.NOT_MET: is_not_reached(goal.assessment),
        Gravity.WILL_NOT_BE_REACHED: is_not_reached(goal.forecast),
        Gravity.CANNOT_BE_ASSESSED: cannot_be_assessed(goal.assessment) or cannot_be_assessed(goal.forecast),
        Gravity.WORSE: before is not None and has_worsened(before.assessment, goal.assessment),
        Gravity.WORSE_FORECAST: before is not None and has_worsened(before.forecast, goal.forecast),
        Gravity.PARTLY_AS_BEFORE: is_partly_reached(goal.forecast),
    }
    return next((gravity for gravity, applies in reasons.items() if applies), None)


def _only_forecast_is_unknown(goal: SubGoalStatus, gravity: Gravity) -> bool:
    return gravity is Gravity.CANNOT_BE_ASSESSED and not cannot_be_assessed(goal.assessment)


def _before_in_words(goal: SubGoalStatus, gravity: Gravity, before: YearStatus | None) -> str:
    """Return the line below the step: its earlier step, or the other judgement of the year."""
    if gravity is Gravity.WILL_NOT_BE_REACHED or _only_forecast_is_unknown(goal, gravity):
        return f"{goal.assessment.word} i år" if goal.assessment.key else ""
    if before is None:
        return ""
    if gravity is Gravity.WORSE_FORECAST:
        return f"Prognosen var bättre {before.year}"
    if gravity is Gravity.PARTLY_AS_BEFORE:
        return f"Som i prognosen {before.year}" if is_unchanged(before.forecast, goal.forecast) else ""
    return f"{before.assessment.word} {before.year}" if before.assessment.key else ""
