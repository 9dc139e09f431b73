"""Scales of a follow-up: stored values, and the word, symbol and colour of each step.

Five scales are kept apart: progress of a measure, assessment of a goal this year, forecast for the period, trend of
an indicator, and its outcome against the target (`TargetStatus`). A step is never shown by colour alone. Symbols are
SVG paths in a box of 16 by 16, shared by pages, PDF and print.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, NamedTuple

from django.db import models
from pydantic import ConfigDict

from programmes.models import TargetStatus


class Assessment(models.TextChoices):
    MET = "met", "Uppfyllt"
    PARTLY = "partly", "Delvis uppfyllt"
    NOT_MET = "not_met", "Ej uppfyllt"
    CANNOT_ASSESS = "cannot_assess", "Kan inte bedömas"
    NOT_APPLICABLE = "not_applicable", "Ej aktuellt i år"


class Forecast(models.TextChoices):
    WILL = "will", "Kommer att nås"
    PARTLY = "partly", "Kommer delvis att nås"
    WILL_NOT = "will_not", "Kommer inte att nås"
    CANNOT_ASSESS = "cannot_assess", "Kan inte bedömas"
    NOT_APPLICABLE = "not_applicable", "Ej aktuellt i år"


class Progress(models.TextChoices):
    NOT_STARTED = "not_started", "Ej påbörjad"
    ONGOING = "ongoing", "Pågår"
    DONE = "done", "Genomförd"
    DELAYED = "delayed", "Försenad"
    STOPPED = "stopped", "Avbruten"
    NOT_APPLICABLE = "not_applicable", "Ej aktuellt i år"


class Trend(models.TextChoices):
    """Change between an indicator's last two outcomes, in its wanted direction."""

    BETTER = "better", "Förbättrad"
    SAME = "same", "Oförändrad"
    WORSE = "worse", "Försämrad"
    CANNOT_ASSESS = "cannot_assess", "Kan inte bedömas"


@dataclass(frozen=True)
class Step:
    """A step of a scale as shown. `tone` is a colour token of the stylesheet, `path` the SVG path of the symbol."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    key: str
    word: str
    tone: str
    path: str


CHECK = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM6.9 11.9 3.3 8.3l1.5-1.5 2.1 2.1 4.5-4.5 1.5 1.5z"
HALF = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm0 2a6 6 0 0 1 0 12z"
CROSS = (
    "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm3.9 10.4-1.5 1.5L8 9.5l-2.4 2.4-1.5-1.5L6.5 8 4.1 5.6l1.5-1.5"
    "L8 6.5l2.4-2.4 1.5 1.5L9.5 8z"
)
QUESTION = (
    "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm1 12.6H7v-2h2zm0-3.2H7V8.1c0-.6.4-1 .9-1.3.7-.4 1.1-.7 1.1-1.2 0-.6-.4-1-1-1"
    "s-1 .4-1.1 1.1l-1.9-.3C5.2 3.8 6.3 2.8 8 2.8s3 1.1 3 2.7c0 1.2-.8 1.8-1.5 2.2-.3.2-.5.3-.5.5z"
)
DASH = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm4 9H4V7h8z"
UP = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM7 12V7.2L5.2 9 3.8 7.6 8 3.4l4.2 4.2L10.8 9 9 7.2V12z"
LEVEL = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM4 7h4.8L7 5.2l1.4-1.4L12.6 8l-4.2 4.2L7 10.8 8.8 9H4z"
DOWN = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm1 4v4.8L10.8 7l1.4 1.4L8 12.6 3.8 8.4 5.2 7 7 8.8V4z"
CLOCK = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM7 3.5h2v4.1l2.7 2.7-1.4 1.4L7 8.4z"
PLAY = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM6 4.2 12 8l-6 3.8z"
RING = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm0 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2z"
STOP = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM5 5h6v6H5z"

BLANK = Step("", "Ej ifyllt", "blank", RING)


class Meaning(Enum):
    """Meaning of a step for comparisons. Logic asks for it, never for the word or the position of a step."""

    REACHED = "reached"
    PARTLY = "partly"
    NOT_REACHED = "not reached"


class _Row(NamedTuple):
    """A step of a scale; without a `meaning` it is neither better nor worse than another.

    `plural` is its word after a number other than 1, where that is another word.
    """

    choice: models.TextChoices
    tone: str
    path: str
    meaning: Meaning | None = None
    plural: str = ""


# Steps of each scale in the order of choices, legends and counts. Those with a meaning stand from best to worst.
_ROWS: dict[type[models.TextChoices], list[_Row]] = {
    Assessment: [
        _Row(Assessment.MET, "good", CHECK, Meaning.REACHED, plural="uppfyllda"),
        _Row(Assessment.PARTLY, "middling", HALF, Meaning.PARTLY, plural="delvis uppfyllda"),
        _Row(Assessment.NOT_MET, "poor", CROSS, Meaning.NOT_REACHED, plural="ej uppfyllda"),
        _Row(Assessment.CANNOT_ASSESS, "unknown", QUESTION),
        _Row(Assessment.NOT_APPLICABLE, "blank", DASH, plural="ej aktuella i år"),
    ],
    Forecast: [
        _Row(Forecast.WILL, "good", UP, Meaning.REACHED),
        _Row(Forecast.PARTLY, "middling", LEVEL, Meaning.PARTLY),
        _Row(Forecast.WILL_NOT, "poor", DOWN, Meaning.NOT_REACHED),
        _Row(Forecast.CANNOT_ASSESS, "unknown", QUESTION),
        _Row(Forecast.NOT_APPLICABLE, "blank", DASH, plural="ej aktuella i år"),
    ],
    Progress: [
        _Row(Progress.NOT_STARTED, "blank", RING, plural="ej påbörjade"),
        _Row(Progress.ONGOING, "underway", PLAY),
        _Row(Progress.DONE, "good", CHECK, plural="genomförda"),
        _Row(Progress.DELAYED, "middling", CLOCK, plural="försenade"),
        _Row(Progress.STOPPED, "poor", STOP, plural="avbrutna"),
        _Row(Progress.NOT_APPLICABLE, "blank", DASH, plural="ej aktuella i år"),
    ],
    Trend: [
        _Row(Trend.BETTER, "good", UP, plural="förbättrade"),
        _Row(Trend.SAME, "blank", LEVEL, plural="oförändrade"),
        _Row(Trend.WORSE, "poor", DOWN, plural="försämrade"),
        _Row(Trend.CANNOT_ASSESS, "unknown", QUESTION),
    ],
    TargetStatus: [
        _Row(TargetStatus.REACHED, "good", CHECK),
        _Row(TargetStatus.ON_THE_WAY, "middling", HALF),
        _Row(TargetStatus.NOT_REACHED, "poor", CROSS),
        _Row(TargetStatus.CANNOT_ASSESS, "unknown", QUESTION),
    ],
}

SCALES: dict[type[models.TextChoices], dict[str, Step]] = {
    scale: {row.choice.value: Step(row.choice.value, str(row.choice.label), row.tone, row.path) for row in rows}
    for scale, rows in _ROWS.items()
}


def step(scale: type[models.TextChoices], value: str) -> Step:
    """Return the step of a stored `value`; BLANK for an empty one."""
    return SCALES[scale][value] if value else BLANK


# By word and not by key: a report decided with other words keeps its own.
_PLURALS = {str(row.choice.label): row.plural for rows in _ROWS.values() for row in rows if row.plural}
_PLURALS[BLANK.word] = "ej ifyllda"


def word_after(number: int, step: Step) -> str:
    """Return the word of a step after a number, in agreement with it: "1 försenad", "15 försenade"."""
    return step.word.lower() if number == 1 else _PLURALS.get(step.word, step.word.lower())


def meanings(scale: type[models.TextChoices]) -> dict[str, Meaning]:
    """Return the meaning of each comparable step, from best to worst."""
    return {row.choice.value: row.meaning for row in _ROWS[scale] if row.meaning}


def change_between(before: Step, after: Step, scale: type[models.TextChoices] = Assessment) -> Step | None:
    """Return the trend from `before` to `after`; None when one of them is not comparable."""
    order = list(meanings(scale))
    if before.key not in order or after.key not in order:
        return None
    change = order.index(before.key) - order.index(after.key)
    return step(Trend, Trend.SAME if not change else Trend.BETTER if change > 0 else Trend.WORSE)
