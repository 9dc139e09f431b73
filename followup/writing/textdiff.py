"""Difference of two texts, word by word."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

# Limit on the number of pairs of equal words. Real texts of ten thousand characters are below it; above it, the
# comparison takes minutes.
PAIRS = 200_000


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is "same", "removed" (in the old text only) or "added" (in the new text only)."""

    kind: str
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """Return the pieces of both texts in order. Same and removed pieces form `old`, same and added ones form `new`.

    A text that repeats a few words too often is compared as one piece.
    """
    before, after = _words(old), _words(new)
    if _count_equal_pairs(before, after) > PAIRS:
        before, after = [old], [new]
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(Piece("removed", "".join(before[i1:i2])))
        if j1 < j2:
            pieces.append(Piece("added", "".join(after[j1:j2])))
    return pieces


def _words(text: str) -> list[str]:
    """Split into words and punctuation marks, each with the space before it.

    Separate spaces would be the most common word and slow the comparison down.
    """
    return re.findall(r"\s*\w+|\s*[^\w\s]|\s+$", text)


def _count_equal_pairs(before: list[str], after: list[str]) -> int:
    counts = Counter(after)
    return sum(number * counts[word] for word, number in Counter(before).items())


def only_adds(old: str, new: str) -> bool:
    """Return whether `new` is `old` with text inserted at one position, and nothing removed."""
    shortest = min(len(old), len(new))
    start = next((index for index in range(shortest) if old[index] != new[index]), shortest)
    return len(new) >= len(old) and new.endswith(old[start:])
