"""Swedish alphabetical order, the same in PostgreSQL, in SQLite and in Python.

PostgreSQL has this order as an ICU collation. `order_key` computes the same order for letters, digits and signs of
names, for lists that are sorted in Python. The SQLite backend registers `compare` under the name of the collation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate

COLLATION = "sv-SE-x-icu"

T = TypeVar("T")
Key = tuple[tuple[tuple[int, int], ...], tuple[int, ...], tuple[int, ...], str]

# Characters before the letters, in the order of ICU: spaces, punctuation, signs, digits.
_SIGNS = (
    "\t\n\v\f\r \xa0_-\N{NON-BREAKING HYPHEN}–—,;:!¡?¿.…'‘’“”\"«»()[]{}§¶@*/\\&#%‰†‡•`´¨^°©®+±÷×<=>|¦~¤¢$£¥€0123456789"
)
_SIGN_ORDER = {sign: position for position, sign in enumerate(_SIGNS)}
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
_LETTER_ORDER = {letter: position for position, letter in enumerate(_LETTERS)}
# Letters of other languages that Swedish orders as variants of its own.
_VARIANTS = {
    "æ": "ä",
    "ę": "ä",
    "ø": "ö",
    "ő": "ö",
    "œ": "ö",
    "ô": "ö",
    "ü": "y",
    "ű": "y",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "ß": "ss",
    "þ": "th",
}
_VARIANT_ORDER = {letter: position for position, letter in enumerate(_VARIANTS, start=1)}
_SWEDISH_LETTERS = frozenset("åäö")
# In the order of ICU: acute, grave, breve, circumflex, caron, ring, diaeresis, double acute, tilde, dot.
_MARKS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307"
_MARK_ORDER = {mark: position for position, mark in enumerate(_MARKS, start=1)}


def in_swedish_order(field: str, *, descending: bool = False) -> OrderBy:
    """Return `field` as a term of `order_by` or `Meta.ordering`."""
    ordered = Collate(field, COLLATION)
    return ordered.desc() if descending else ordered.asc()


def swedish_sorted(items: Iterable[T]) -> list[T]:
    """Return the items sorted by their text."""
    return sorted(items, key=lambda item: order_key(str(item)))


@lru_cache(maxsize=10_000)
def order_key(text: str) -> Key:
    """Return a sort key: first by letters, then by accents, then lower case before upper case.

    The text itself comes last, so that two different texts never have the same key.
    """
    letters: list[tuple[int, int]] = []
    accents: list[int] = []
    cases: list[int] = []
    for character in unicodedata.normalize("NFC", text):
        lower = character.lower()
        base, accent = _split_accent(lower)
        for letter in base:  # two for a ligature such as ß
            letters.append(_letter_key(letter))
            accents.append(accent)
            cases.append(int(character != lower))
    return tuple(letters), tuple(accents), tuple(cases), text


def compare(first: str, second: str) -> int:
    """Return -1, 0 or 1: the callback of an SQLite collation."""
    first_key, second_key = order_key(first), order_key(second)
    return (first_key > second_key) - (first_key < second_key)


def _split_accent(lower: str) -> tuple[str, int]:
    """Split a character into the letter that Swedish orders it by, and the rank of its accent; 0 for none."""
    if lower in _SWEDISH_LETTERS or lower.isascii():
        return lower, 0
    if lower in _VARIANTS:
        return _VARIANTS[lower], _VARIANT_ORDER[lower]
    base, *marks = list(unicodedata.normalize("NFD", lower))
    return base, _MARK_ORDER.get(marks[0], ord(marks[0])) if marks else 0


def _letter_key(letter: str) -> tuple[int, int]:
    """Return a sort key that puts signs first, then other symbols, Swedish letters and other alphabets."""
    if letter in _SIGN_ORDER:
        return 0, _SIGN_ORDER[letter]
    if letter in _LETTER_ORDER:
        return 2, _LETTER_ORDER[letter]
    return (3 if letter.isalpha() else 1), ord(letter)
