"""Read the step of a scale in the ways that people write it: words, letters, numbers, per cent, signs and colours.

The words of each scale are given by the caller, since the scales belong to the follow-up. A legend in the file goes
before them.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from programmes.sheets.cells import normal

# "Grön – allt är på plats", "Pågår, 60 %", "Klar (oktober)": the step comes first, then a comment.
_PARTED = re.compile(r"\s+[-–—]\s+|\s*[,;:.!(\n]\s*")
_LEADING_SIGN = re.compile(r"^([^\w\s(+-]|[-–—](?=\s+\w))\s*")
_LEADING_NUMBER = re.compile(r"^\d[.:)]?\s+(?=[^\W\d])")
_PERCENT = re.compile(r"(?:ca|cirka|c:a|omkring|~)?\s*(\d{1,3})(?:[.,]\d+)?\s*(?:%|procent\b|pct\b)")
_NEGATION = re.compile(r"\b(?:inte|ej|icke|aldrig|inget|ingen|ännu inte|ikke|utan)\b")
_DASHES_ONLY = re.compile(r"[\s.\-–—]*")


@dataclass(frozen=True)
class StepReading:
    """A step that a text was understood as; `step` is empty when the text is empty or not understood.

    `comment` is the rest of the text. A reading that is not `certain` is a guess for a person to confirm.
    """

    step: str = ""
    comment: str = ""
    is_certain: bool = True


@dataclass(frozen=True)
class StepWords:
    """The words of one scale. `phrases` and `letters` are compared whole, and `patterns` are searched for in order.

    `none`, `some` and `all` are the steps for 0 per cent, for less than everything and for 100 per cent. `colours` are
    the steps of traffic lights by the names that `colour_name` returns.
    """

    phrases: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    letters: Mapping[str, str]
    signs: Mapping[str, str]
    colours: Mapping[str, str]
    none: str
    some: str
    all: str
    # The same with the words normalised, for comparison.
    known: Mapping[str, str] = field(init=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", {normal(word): step for word, step in self.phrases.items()})


def read_step(written: str, words: StepWords, legend: Mapping[str, str] | None = None) -> StepReading:
    """Return the step that a text names. `legend` maps normalised texts of the file to the words they stand for."""
    text = written.strip()
    if _DASHES_ONLY.fullmatch(text):
        return StepReading()
    explained = (legend or {}).get(normal(text)) or (legend or {}).get(text)
    if explained and normal(explained) != normal(text):
        return StepReading(read_step(explained, words).step)
    return _whole(text, words) or _with_comment(text, words, legend or {}) or _guess(text, words)


def _whole(text: str, words: StepWords) -> StepReading | None:
    """Return the step of a text that is nothing but a known word, sign, letter or percentage."""
    if text in words.signs:
        return StepReading(words.signs[text])
    if percent := _PERCENT.fullmatch(text.casefold()):
        return StepReading(_step_of_percent(int(percent[1]), words))
    plain = normal(_LEADING_NUMBER.sub("", _LEADING_SIGN.sub("", text)))
    if plain in words.known:
        comment = re.search(r"\(([^()]+)\)", text)
        return StepReading(words.known[plain], comment[1].strip() if comment else "")
    if plain in words.letters:
        return StepReading(words.letters[plain], is_certain=False)
    return None


def _with_comment(text: str, words: StepWords, legend: Mapping[str, str]) -> StepReading | None:
    """Return the step of a text whose first words are known, with the rest as its comment."""
    parted = _PARTED.search(text, 1)
    if parted:
        first, rest = text[: parted.start()], text[parted.end() :].strip(" )")
        explained = legend.get(normal(first))
        reading = _whole(explained or first, words)
        if reading:
            return StepReading(reading.step, _joined(reading.comment, rest), reading.is_certain)
    plain = _LEADING_NUMBER.sub("", _LEADING_SIGN.sub("", text))
    parts = plain.split(" ")
    for length in range(min(5, len(parts) - 1), 0, -1):
        first, rest = " ".join(parts[:length]), " ".join(parts[length:])
        if normal(first) in words.known and not _NEGATION.search(rest.casefold()):
            return StepReading(words.known[normal(first)], rest)
    return None


def _guess(text: str, words: StepWords) -> StepReading:
    """Return the step of the first pattern in the text, as a guess; a longer text is kept as a comment."""
    folded = text.casefold()
    for pattern, step in words.patterns:
        if pattern.search(folded):
            return StepReading(step, text if len(text.split()) > 4 else "", is_certain=False)
    if percent := _PERCENT.search(folded):
        return StepReading(_step_of_percent(int(percent[1]), words), text, is_certain=False)
    return StepReading(is_certain=False)


def step_of_number(number: float, words: StepWords) -> StepReading:
    """Return the step of a number in a column of percentages."""
    return StepReading(_step_of_percent(round(number), words))


def _step_of_percent(percent: int, words: StepWords) -> str:
    if percent <= 0:
        return words.none
    return words.all if percent >= 100 else words.some


def step_of_fill(fill: str, words: StepWords, legend: Mapping[str, str]) -> StepReading:
    """Return the step that the colour of a cell stands for: by the file's legend, or else as in a traffic light."""
    if fill in legend:
        return StepReading(read_step(legend[fill], words).step)
    name = colour_name(fill)
    if name in legend:
        return StepReading(read_step(legend[name], words).step)
    return StepReading(words.colours.get(name, ""), is_certain=False)


def colour_name(fill: str) -> str:
    """Return the Swedish name of the hue of "#rrggbb", such as "grön"; empty for a colour that cannot be read."""
    if not re.fullmatch(r"#[0-9a-f]{6}", fill):
        return ""
    red, green, blue = (int(fill[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.12 or lightness < 0.08:
        return "grå"
    degrees = hue * 360
    limits = ((18, "röd"), (41, "orange"), (68, "gul"), (165, "grön"), (255, "blå"), (330, "lila"), (360, "röd"))
    return next(name for limit, name in limits if degrees <= limit)


def _joined(first: str, second: str) -> str:
    return ", ".join(part for part in (first, second) if part)
