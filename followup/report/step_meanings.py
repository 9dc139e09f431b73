"""Questions about the meaning of a step, for rules that must not depend on its word, its key or its place."""

from __future__ import annotations

from followup.scales import Trend, change_between
from programmes.scales import Meaning, Step


def is_reached(step: Step) -> bool:
    """Whether the goal is met this year, or will be within the period."""
    return step.means(Meaning.REACHED)


def is_partly_reached(step: Step) -> bool:
    return step.means(Meaning.PARTLY)


def is_not_reached(step: Step) -> bool:
    return step.means(Meaning.NOT_REACHED)


def cannot_be_assessed(step: Step) -> bool:
    return step.means(Meaning.CANNOT_ASSESS)


def is_late(step: Step) -> bool:
    return step.means(Meaning.LATE)


def is_stopped(step: Step) -> bool:
    return step.means(Meaning.STOPPED)


def has_improved(before: Step, after: Step) -> bool:
    return _change_key(before, after) == Trend.BETTER


def has_worsened(before: Step, after: Step) -> bool:
    return _change_key(before, after) == Trend.WORSE


def is_unchanged(before: Step, after: Step) -> bool:
    return _change_key(before, after) == Trend.SAME


def _change_key(before: Step, after: Step) -> str:
    """Return the key of the trend from one step to another; empty when the two cannot be compared."""
    change = change_between(before, after)
    return change.key if change else ""
