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
    old_words, new_words = _words(old), _words(new)
    if _count_equal_pairs(old_words, new_words) > PAIRS:
        old_words, new_words = [old], [new]
    pieces: list[Piece] = []
    steps = SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes()
    for tag, old_start, old_end, new_start, new_end in steps:
        removed = "".join(old_words[old_start:old_end])
        added = "".join(new_words[new_start:new_end])
        if tag == "equal":
            pieces.append(Piece("same", removed))
            continue
        if removed:
            pieces.append(Piece("removed", removed))
        if added:
            pieces.append(Piece("added", added))
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
