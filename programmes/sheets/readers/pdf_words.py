"""Join the lines of a cell in a PDF, which stores no words: only signs and their places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

# A word after a hyphen that belongs to a shortened word: "kultur- och fritidsnämnden".
CONJUNCTION = re.compile(r"(?:och|eller|samt|&)\b")
BROKEN_BY_HYPHEN = re.compile(r"[^\W\d_][-\N{HYPHEN}\N{SOFT HYPHEN}]$")
SPAN = re.compile(r"\d[-–]$|/$")


class Line(NamedTuple):
    """A line of a cell. `room` is the width that is left in it, and `first_width` the width of its first sign."""

    text: str
    room: float
    first_width: float


def joined_lines(lines: Sequence[Line | str]) -> str:
    """Return the text of the lines, with words that are broken by a hyphen or by a narrow column put together."""
    joined = ""
    previous: Line | None = None
    for each in lines:
        line = each if isinstance(each, Line) else Line(each, float("inf"), 0)
        joined = _joined(joined, previous, line) if joined else line.text
        previous = line
    return joined


def _joined(text: str, previous: Line | None, line: Line) -> str:
    """Return the text so far with the next line."""
    if BROKEN_BY_HYPHEN.search(text) and not CONJUNCTION.match(line.text):
        # Before a capital the hyphen belongs to the word, as in "Väster-Haninge".
        return (text[:-1] if line.text[:1].islower() else text) + line.text
    if SPAN.search(text):
        return text + line.text
    if previous is not None and _breaks_word(previous, line):
        return text + line.text
    return f"{text} {line.text}"


def _breaks_word(line: Line, following: Line) -> bool:
    """Return whether a word goes on in the next line: it is alone in its line, and its next letter had no room."""
    is_one_word = " " not in line.text and line.text[-1:].isalpha()
    return is_one_word and following.text[:1].islower() and line.room < following.first_width
