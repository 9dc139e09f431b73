"""Scales as plain values: the steps of an assessment, a forecast or a progress, with words, symbols and meanings.

The steps of a programme are rows of its framework (`programmes.models.framework`). A step is never shown by colour
alone. Symbols are SVG paths in a box of 16 by 16, shared by pages, PDF and print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

from django.db import models
from pydantic import ConfigDict

MAX_STEPS = 9


class Meaning(models.TextChoices):
    """Meaning of a step. Logic asks for it, never for the word, the key or the position of a step."""

    REACHED = "reached", "uppnått"
    PARTLY = "partly", "delvis uppnått"
    NOT_REACHED = "not_reached", "inte uppnått"
    CANNOT_ASSESS = "cannot_assess", "kan inte bedömas"
    NOT_APPLICABLE = "not_applicable", "inte aktuellt"
    NOT_STARTED = "not_started", "inte påbörjat"
    UNDER_WAY = "under_way", "pågår"
    CONTINUOUS = "continuous", "görs löpande"
    DONE = "done", "genomfört"
    LATE = "late", "försenat"
    STOPPED = "stopped", "avbrutet"


# Meanings whose steps can be compared, from best to worst.
COMPARABLE = (Meaning.REACHED, Meaning.PARTLY, Meaning.NOT_REACHED)


class Kind(models.TextChoices):
    """The scales that each framework has."""

    ASSESSMENT = "assessment", "bedömning av året"
    FORECAST = "forecast", "prognos för perioden"
    PROGRESS = "progress", "genomförande"


_OF_A_GOAL = (*COMPARABLE, Meaning.CANNOT_ASSESS, Meaning.NOT_APPLICABLE)

# The meanings that steps of each kind of scale may have. The first one is required.
MEANINGS: Mapping[Kind, tuple[Meaning, ...]] = {
    Kind.ASSESSMENT: _OF_A_GOAL,
    Kind.FORECAST: _OF_A_GOAL,
    Kind.PROGRESS: (
        Meaning.DONE,
        Meaning.NOT_STARTED,
        Meaning.UNDER_WAY,
        Meaning.CONTINUOUS,
        Meaning.LATE,
        Meaning.STOPPED,
        Meaning.CANNOT_ASSESS,
        Meaning.NOT_APPLICABLE,
    ),
}


class Tone(models.TextChoices):
    """Colour tokens of the stylesheet. Each has enough contrast and a pattern of its own in print."""

    GOOD = "good", "grön"
    MIDDLING = "middling", "gul"
    POOR = "poor", "röd"
    UNDERWAY = "underway", "blå"
    UNKNOWN = "unknown", "lila"
    BLANK = "blank", "grå"


class Symbol(models.TextChoices):
    """The drawn symbols that a step can have."""

    CHECK = "check", "bock"
    HALF = "half", "halv cirkel"
    QUARTER = "quarter", "kvarts cirkel"
    THREE_QUARTERS = "three_quarters", "trekvarts cirkel"
    CROSS = "cross", "kryss"
    QUESTION = "question", "frågetecken"
    DASH = "dash", "streck"
    UP = "up", "pil uppåt"
    LEVEL = "level", "pil åt sidan"
    DOWN = "down", "pil nedåt"
    CLOCK = "clock", "klocka"
    PLAY = "play", "pågående"
    LOOP = "loop", "återkommande"
    RING = "ring", "tom cirkel"
    STOP = "stop", "stopp"

    @property
    def path(self) -> str:
        """The SVG path of the symbol."""
        return _PATHS[self]


_DISC = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0z"

_PATHS: Mapping[Symbol, str] = {
    Symbol.CHECK: f"{_DISC}M6.9 11.9 3.3 8.3l1.5-1.5 2.1 2.1 4.5-4.5 1.5 1.5z",
    Symbol.HALF: f"{_DISC}m0 2a6 6 0 0 1 0 12z",
    Symbol.QUARTER: f"{_DISC}m0 2v6H2a6 6 0 0 0 6 6A6 6 0 0 0 8 2z",
    Symbol.THREE_QUARTERS: f"{_DISC}m0 2v6H2A6 6 0 0 1 8 2z",
    Symbol.CROSS: (
        f"{_DISC}m3.9 10.4-1.5 1.5L8 9.5l-2.4 2.4-1.5-1.5L6.5 8 4.1 5.6l1.5-1.5L8 6.5l2.4-2.4 1.5 1.5L9.5 8z"
    ),
    Symbol.QUESTION: (
        f"{_DISC}m1 12.6H7v-2h2zm0-3.2H7V8.1c0-.6.4-1 .9-1.3.7-.4 1.1-.7 1.1-1.2 0-.6-.4-1-1-1s-1 .4-1.1 1.1"
        "l-1.9-.3C5.2 3.8 6.3 2.8 8 2.8s3 1.1 3 2.7c0 1.2-.8 1.8-1.5 2.2-.3.2-.5.3-.5.5z"
    ),
    Symbol.DASH: f"{_DISC}m4 9H4V7h8z",
    Symbol.UP: f"{_DISC}M7 12V7.2L5.2 9 3.8 7.6 8 3.4l4.2 4.2L10.8 9 9 7.2V12z",
    Symbol.LEVEL: f"{_DISC}M4 7h4.8L7 5.2l1.4-1.4L12.6 8l-4.2 4.2L7 10.8 8.8 9H4z",
    Symbol.DOWN: f"{_DISC}m1 4v4.8L10.8 7l1.4 1.4L8 12.6 3.8 8.4 5.2 7 7 8.8V4z",
    Symbol.CLOCK: f"{_DISC}M7 3.5h2v4.1l2.7 2.7-1.4 1.4L7 8.4z",
    Symbol.PLAY: f"{_DISC}M6 4.2 12 8l-6 3.8z",
    Symbol.LOOP: (
        f"{_DISC}m0 3.2a4.8 4.8 0 0 1 4.5 3.2h-1.8A3.2 3.2 0 1 0 11 9.2l-1.6-1.2h4v4L12.2 10A4.8 4.8 0 1 1 8 3.2z"
    ),
    Symbol.RING: f"{_DISC}m0 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2z",
    Symbol.STOP: f"{_DISC}M5 5h6v6H5z",
}


@dataclass(frozen=True)
class Step:
    """A step of a scale as shown.

    `tone` is a colour token of the stylesheet and `path` the SVG path of the symbol. `plural` is the word after a
    number other than 1, empty where it is the same word. `order` is the place in the scale. `rank` counts comparable
    steps from the best one, which has 0; a step without a rank is neither better nor worse than another.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    key: str
    word: str
    tone: str
    path: str
    plural: str = ""
    meaning: str = ""
    order: int = 0
    rank: int | None = None

    def after(self, number: int) -> str:
        """Return the word of the step after a number, in agreement with it: "1 försenad", "15 försenade"."""
        return (self.plural if number != 1 and self.plural else self.word).lower()

    def means(self, *meanings: Meaning) -> bool:
        """Whether the step has one of the meanings."""
        return self.meaning in meanings


# The step of an empty value. Its place is after all others.
BLANK = Step("", "Ej ifyllt", Tone.BLANK.value, Symbol.RING.path, plural="ej ifyllda", order=MAX_STEPS)


@dataclass(frozen=True)
class ExplainedStep:
    """A step with the sentence that explains when to choose it; empty where the word says enough."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    step: Step
    explanation: str = ""


@dataclass(frozen=True)
class Scale:
    """A scale with its steps in order. Steps whose keys are in `retired` are no longer chosen."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    kind: str
    name: str
    explained: tuple[ExplainedStep, ...]
    retired: tuple[str, ...] = ()

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(item.step for item in self.explained)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Key and word of each step that can be chosen, for forms and workbooks."""
        return [(item.step.key, item.step.word) for item in self.chosen]

    @property
    def chosen(self) -> tuple[ExplainedStep, ...]:
        """The steps that forms offer and the report explains."""
        return tuple(item for item in self.explained if item.step.key not in self.retired)

    @cached_property
    def _by_key(self) -> dict[str, Step]:
        return {step.key: step for step in self.steps}

    def step(self, key: str) -> Step:
        """Return the step of a stored key; BLANK for an empty one. KeyError for a key that the scale lacks."""
        return self._by_key[key] if key else BLANK

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def word(self, key: str) -> str:
        """Return the word of a stored key; the key itself for one that the scale lacks, as an old row may have it."""
        return self._by_key[key].word if key in self else key

    def meaning(self, meaning: Meaning) -> Step | None:
        """Return the first step with the meaning, or None."""
        return next((step for step in self.steps if step.meaning == meaning), None)

    @property
    def comparable(self) -> tuple[Step, ...]:
        """The steps that can be compared, from best to worst."""
        return tuple(sorted((step for step in self.steps if step.rank is not None), key=lambda step: step.rank or 0))


class StepRow(Protocol):
    """A step as it is stored or shipped; see `ScaleStep` for its fields."""

    @property
    def key(self) -> str: ...
    @property
    def word(self) -> str: ...
    @property
    def plural(self) -> str: ...
    @property
    def explanation(self) -> str: ...
    @property
    def meaning(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def tone(self) -> str: ...
    @property
    def is_retired(self) -> bool: ...


def build_scale(kind: str, name: str, rows: Sequence[StepRow]) -> Scale:
    """Return the scale of `rows`, in their order, with retired steps, which earlier answers still have."""
    rank_of_row = ranks([row.meaning for row in rows])
    explained = [
        ExplainedStep(_step(row, order, rank), row.explanation)
        for order, (row, rank) in enumerate(zip(rows, rank_of_row, strict=True))
    ]
    return Scale(kind, name, tuple(explained), tuple(row.key for row in rows if row.is_retired))


def _step(row: StepRow, order: int, rank: int | None) -> Step:
    return Step(
        key=row.key,
        word=row.word,
        tone=str(row.tone),
        path=Symbol(row.symbol).path,
        plural=row.plural,
        meaning=str(row.meaning),
        order=order,
        rank=rank,
    )


def ranks(meanings: Sequence[str]) -> list[int | None]:
    """Return the rank of each step of a scale from the meanings of its steps in order; 0 is the best.

    Steps of the same meaning keep their order, which is reversed in a scale that begins with its worst step.
    """
    comparable = [
        (COMPARABLE.index(Meaning(value)), place) for place, value in enumerate(meanings) if value in COMPARABLE
    ]
    begins_with_worst = bool(comparable) and comparable[0][0] > comparable[-1][0]
    direction = -1 if begins_with_worst else 1
    best_first = sorted(comparable, key=lambda item: (item[0], direction * item[1]))
    rank_of_place = {place: rank for rank, (_, place) in enumerate(best_first)}
    return [rank_of_place.get(place) for place in range(len(meanings))]
