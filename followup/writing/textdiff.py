"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

# More pairs of equal words than any real text of ten thousand characters has; comparing them would take minutes.
PAIRS = 200_000


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is "same", "removed" (in the old text only) or "added" (in the new text only)."""

    kind: str
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in order. The same and removed ones give `old`, the same and added ones `new`.

    Texts of the same few words over and over are told as wholly replaced.
    """
    before, after = _words(old), _words(new)
    if _pairs(before, after) > PAIRS:
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
    """Words and marks, each with the space before it: spaces of their own would be the commonest word of all."""
    return re.findall(r"\s*\w+|\s*[^\w\s]|\s+$", text)


def _pairs(before: list[str], after: list[str]) -> int:
    counts = Counter(after)
    return sum(number * counts[word] for word, number in Counter(before).items())


def only_adds(old: str, new: str) -> bool:
    """Whether `new` is `old` with something put in at one place, as when one goes on writing: nothing has gone."""
    shared = min(len(old), len(new))
    begins = next((place for place in range(shared) if old[place] != new[place]), shared)
    return len(new) >= len(old) and new.endswith(old[begins:])
