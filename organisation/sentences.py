"""Parts of Swedish sentences that several apps and rooms write."""

from collections.abc import Iterable


def listing(names: Iterable[str]) -> str:
    """Join the names: "A, B och C"."""
    *first, last = names
    return f"{', '.join(first)} och {last}" if first else last


def counted(number: int, one: str, many: str) -> str:
    """Return the number with the words that agree with it: "1 fil är skickad", "3 filer är skickade"."""
    return f"{number} {one if number == 1 else many}"


# Number words for running text. Larger numbers are written with digits.
NUMBERS = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")


def in_words(number: int, *, one: str = "ett") -> str:
    """Return a number up to twelve in words, others in digits. `one` agrees with the noun: "en åtgärd", "ett mål"."""
    if number == 1:
        return one
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def with_small_initial(words: str) -> str:
    """Return the words as in the middle of a sentence: "föreslagen". An abbreviation first keeps its capitals."""
    if words[1:2].isupper():
        return words
    return words[:1].lower() + words[1:]


def with_capital(sentence: str) -> str:
    """Return the sentence with a capital first letter, and the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
