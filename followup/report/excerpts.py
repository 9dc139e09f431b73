"""Short excerpts of long texts: the first sentence of a comment, and the short name of a goal."""

from __future__ import annotations

import re

# A reason on the first page is one sentence of at most so many characters.
REASON_LENGTH = 90

# The end of a sentence: not after an abbreviation such as "t.ex." or a number such as "1.", which small letters follow.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ0-9”\"–])|\n")
# Places where a sentence can end early and still be whole.
_CLAUSE = re.compile(r",\s|;\s|\s(?:–|vilket|medan|eftersom|samtidigt som|men|när|och därför)\s")


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, without the brackets of a notice such as "[Texten är inte publicerad.]"."""
    stripped = text.strip().strip("[]").strip()
    return _SENTENCE_END.split(stripped, maxsplit=1)[0].strip() if stripped else ""


def short_reason(text: str) -> str:
    """Return the first sentence of a comment in at most 90 characters, ended at a clause if it can be."""
    sentence = " ".join(first_sentence(text).split())
    if len(sentence) <= REASON_LENGTH:
        return sentence
    clauses = [match.start() for match in _CLAUSE.finditer(sentence, 30, REASON_LENGTH)]
    if clauses:
        return f"{sentence[: clauses[-1]].rstrip(' ,;–')}."
    return shortened(sentence, REASON_LENGTH)


def shortened(text: str, length: int) -> str:
    """Return the text in at most `length` characters, cut after a whole word and marked by three dots."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    whole_words = cut.rpartition(" ")[0]
    candidates = (_without_short_words_last(whole_words), whole_words)
    kept = next((text for text in candidates if len(text) > length // 2), cut)
    return f"{kept.rstrip(' ,;–')}…"


def _without_short_words_last(text: str) -> str:
    """Return the text without short words at its end, such as "i" and "att", which lead on to something."""
    words = text.split(" ")
    while words and len(words[-1]) <= 3:
        words.pop()
    return " ".join(words)
