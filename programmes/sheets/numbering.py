"""Numbers of the items in a file: words decide which stored item a row is, and its number in the file comes second.

Answers belong to a number. Numbers that follow the order of the rows would move every answer to another measure as
soon as somebody inserts a row, and running numbers in the file itself shift in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from organisation.text import fold

SIMILARITY_OF_TEXTS = 0.8
# Texts that are less similar than that, but may still be a new wording.
SIMILARITY_TO_MENTION = 0.6

# Number of an item within the programme, such as (1, 2, 3) for measure 1.2.3.
ItemCode = tuple[int, ...]


@dataclass(frozen=True)
class StoredItem:
    """An area, goal, measure, indicator or guideline that the database has of the programme."""

    kind: str
    code: ItemCode
    text: str


class Numbering:
    """Choice of numbers for the rows of one kind."""

    def __init__(self, stored: Iterable[StoredItem], texts_in_file: Iterable[str] = ()) -> None:
        self._stored: dict[ItemCode, dict[int, str]] = defaultdict(dict)
        for item in stored:
            self._stored[item.code[:-1]][item.code[-1]] = comparable(item.text)
        # An item that another row of the file has word for word is not reworded by this row.
        self._texts_in_file = {comparable(text) for text in texts_in_file}

    def choose(self, parent: ItemCode, text: str, used: Collection[int], in_file: int | None = None) -> int:
        """Return a number under `parent` that is not `used`.

        It is that of the stored item with the same words, else the one that the row has `in_file`, unless it belongs to
        another item of the file, else that of a stored item with similar words, else a new one.
        """
        stored = self._stored[parent]
        free = {number: words for number, words in stored.items() if number not in used}
        wanted = comparable(text)
        for number, words in sorted(free.items()):
            if words == wanted:
                return number
        if in_file is not None:
            is_taken = in_file in used or (in_file in stored and stored[in_file] in self._texts_in_file)
            return max([*used, *stored]) + 1 if is_taken else in_file
        numbers_by_words = {words: number for number, words in free.items() if words not in self._texts_in_file}
        near = get_close_matches(wanted, list(numbers_by_words), n=1, cutoff=SIMILARITY_OF_TEXTS)
        if near:
            return numbers_by_words[near[0]]
        return max([*used, *stored], default=0) + 1

    def resembling(self, parent: ItemCode, text: str) -> int | None:
        """Return the number of a stored item with words like these that no row of the file has."""
        absent = {words: number for number, words in self._stored[parent].items() if words not in self._texts_in_file}
        near = get_close_matches(comparable(text), list(absent), n=1, cutoff=SIMILARITY_TO_MENTION)
        return absent[near[0]] if near else None

    def words_of(self, code: ItemCode) -> str:
        """Return the stored words of an item as they are compared; empty when there is no such item."""
        return self._stored[code[:-1]].get(code[-1], "")

    def only_number(self, parent: ItemCode) -> int | None:
        """Return the number of the single stored item under `parent`; None when there are none or several."""
        numbers = list(self._stored[parent])
        return numbers[0] if len(numbers) == 1 else None

    def find(self, text: str) -> ItemCode | None:
        """Return the code of the only stored item with these words, wherever it is."""
        wanted = comparable(text)
        codes = [
            (*parent, number)
            for parent, items in self._stored.items()
            for number, words in items.items()
            if words == wanted
        ]
        return codes[0] if len(codes) == 1 else None


def comparable(text: str) -> str:
    """Return the text without case, extra spaces and the punctuation around it."""
    return " ".join(fold(text).split()).strip(" .,;:–-")
