"""Questions about the meaning of a step, for rules that must not depend on its word, its key or its place."""

from __future__ import annotations

from django.db import models

from followup.scales import Assessment, Forecast, Meaning, Progress, Step, Trend, change_between, meanings


def is_reached(step: Step) -> bool:
    """Whether the goal is met this year, or will be within the period."""
    return _meaning(step) is Meaning.REACHED


def is_partly_reached(step: Step) -> bool:
    return _meaning(step) is Meaning.PARTLY


def is_not_reached(step: Step) -> bool:
    return _meaning(step) is Meaning.NOT_REACHED


def cannot_be_assessed(step: Step) -> bool:
    return step.key == Assessment.CANNOT_ASSESS


def is_late(step: Step) -> bool:
    return step.key == Progress.DELAYED


def is_stopped(step: Step) -> bool:
    return step.key == Progress.STOPPED


def has_improved(before: Step, after: Step, scale: type[models.TextChoices] = Assessment) -> bool:
    return _change_key(before, after, scale) == Trend.BETTER


def has_worsened(before: Step, after: Step, scale: type[models.TextChoices] = Assessment) -> bool:
    return _change_key(before, after, scale) == Trend.WORSE


def is_unchanged(before: Step, after: Step, scale: type[models.TextChoices] = Assessment) -> bool:
    return _change_key(before, after, scale) == Trend.SAME


def _change_key(before: Step, after: Step, scale: type[models.TextChoices]) -> str:
    """Return the key of the trend from one step to another; empty when the two cannot be compared."""
    change = change_between(before, after, scale)
    return change.key if change else ""


def _meaning(step: Step) -> Meaning | None:
    return meanings(Assessment).get(step.key) or meanings(Forecast).get(step.key)
