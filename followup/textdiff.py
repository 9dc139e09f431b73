"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is "same", "removed" (in the old text only) or "added" (in the new text only)."""

    kind: str
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in order. The same and removed ones give `old`, the same and added ones `new`."""
    before, after = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
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


def only_adds(old: str, new: str) -> bool:
    """Whether `new` is `old` with something put in at one place, as when one goes on writing: nothing has gone."""
    shared = min(len(old), len(new))
    begins = next((place for place in range(shared) if old[place] != new[place]), shared)
    return len(new) >= len(old) and new.endswith(old[begins:])
