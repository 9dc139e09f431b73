"""Scales that are the same for every programme: the trend of an indicator, and its outcome against the target.

The scales of assessment, forecast and progress are data of the programme's framework (`Framework.scales`).
"""

from __future__ import annotations

from django.db import models

from programmes.models import TargetStatus
from programmes.scales import ExplainedStep, Scale, Step, Symbol, Tone


class Trend(models.TextChoices):
    """Change between an indicator's last two outcomes, or two assessments of a goal, in the wanted direction."""

    BETTER = "better", "Förbättrad"
    SAME = "same", "Oförändrad"
    WORSE = "worse", "Försämrad"
    CANNOT_ASSESS = "cannot_assess", "Kan inte bedömas"


def _fixed_scale(kind: str, name: str, *steps: tuple[models.TextChoices, Tone, Symbol, str]) -> Scale:
    """Return a scale of `steps`: the stored value with its word, the tone, the symbol and the plural."""
    explained = [
        ExplainedStep(Step(choice.value, str(choice.label), tone.value, symbol.path, plural=plural, order=order))
        for order, (choice, tone, symbol, plural) in enumerate(steps)
    ]
    return Scale(kind, name, tuple(explained))


TREND = _fixed_scale(
    "trend",
    "Indikatorernas utveckling",
    (Trend.BETTER, Tone.GOOD, Symbol.UP, "förbättrade"),
    (Trend.SAME, Tone.BLANK, Symbol.LEVEL, "oförändrade"),
    (Trend.WORSE, Tone.POOR, Symbol.DOWN, "försämrade"),
    (Trend.CANNOT_ASSESS, Tone.UNKNOWN, Symbol.QUESTION, ""),
)

TARGET_STATUS = _fixed_scale(
    "target_status",
    "Indikatorernas målvärden",
    (TargetStatus.REACHED, Tone.GOOD, Symbol.CHECK, ""),
    (TargetStatus.ON_THE_WAY, Tone.MIDDLING, Symbol.HALF, ""),
    (TargetStatus.NOT_REACHED, Tone.POOR, Symbol.CROSS, ""),
    (TargetStatus.CANNOT_ASSESS, Tone.UNKNOWN, Symbol.QUESTION, ""),
)


def change_between(before: Step, after: Step) -> Step | None:
    """Return the trend from `before` to `after`, two steps of one scale; None when one of them is not comparable."""
    if before.rank is None or after.rank is None:
        return None
    if before.rank == after.rank:
        return TREND.step(Trend.SAME)
    return TREND.step(Trend.BETTER if after.rank < before.rank else Trend.WORSE)
