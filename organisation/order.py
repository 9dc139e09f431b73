"""Swedish alphabetical order, the same in PostgreSQL, in SQLite and in Python.

PostgreSQL has the order as an ICU collation. `order_key` computes the same order for the letters, digits and signs of
names, for lists that are sorted in Python; the SQLite backend registers `compare` under the collation's name.
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

# Order of what precedes the letters: ICU puts spaces before punctuation, signs and digits.
_SIGNS = (
    "\t\n\v\f\r \xa0_-\N{NON-BREAKING HYPHEN}–—,;:!¡?¿.…'‘’“”\"«»()[]{}§¶@*/\\&#%‰†‡•`´¨^°©®+±÷×<=>|¦~¤¢$£¥€0123456789"
)
_SIGN_ORDER = {sign: place for place, sign in enumerate(_SIGNS)}
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
_LETTER_ORDER = {letter: place for place, letter in enumerate(_LETTERS)}
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
_VARIANT_ORDER = {letter: place for place, letter in enumerate(_VARIANTS, start=1)}
_OWN = frozenset("åäö")
# Acute, grave, breve, circumflex, caron, ring, diaeresis, double acute, tilde, dot: as ICU orders them.
_MARKS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307"
_MARK_ORDER = {mark: place for place, mark in enumerate(_MARKS, start=1)}


def in_swedish_order(field: str, *, descending: bool = False) -> OrderBy:
    """Return `field` as a term of `order_by` or `Meta.ordering`."""
    ordered = Collate(field, COLLATION)
    return ordered.desc() if descending else ordered.asc()


def swedish_sorted(items: Iterable[T]) -> list[T]:
    """Return the items by what they are called."""
    return sorted(items, key=lambda item: order_key(str(item)))


@lru_cache(maxsize=10_000)
def order_key(text: str) -> Key:
    """Return a sort key: first by letters, then by accents, then lower case before upper case."""
    letters: list[tuple[int, int]] = []
    accents: list[int] = []
    cases: list[int] = []
    for character in unicodedata.normalize("NFC", text):
        lower = character.lower()
        base, accent = _parted(lower)
        for letter in base:
            letters.append(_place(letter))
            accents.append(accent)
            cases.append(int(character != lower))
    return tuple(letters), tuple(accents), tuple(cases), text


def compare(one: str, other: str) -> int:
    """Compare two texts as the callback of an SQLite collation."""
    first, second = order_key(one), order_key(other)
    return (first > second) - (first < second)


def _parted(lower: str) -> tuple[str, int]:
    """Part a character into its letter, as Swedish orders it, and a number for what distinguishes it from that."""
    if lower in _OWN or lower.isascii():
        return lower, 0
    if lower in _VARIANTS:
        return _VARIANTS[lower], _VARIANT_ORDER[lower]
    base, *marks = list(unicodedata.normalize("NFD", lower))
    return base, _MARK_ORDER.get(marks[0], ord(marks[0])) if marks else 0


def _place(letter: str) -> tuple[int, int]:
    if letter in _SIGN_ORDER:
        return 0, _SIGN_ORDER[letter]
    if letter in _LETTER_ORDER:
        return 2, _LETTER_ORDER[letter]
    return (3 if letter.isalpha() else 1), ord(letter)
