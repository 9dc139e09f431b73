"""Parts of Swedish sentences that several apps and rooms write."""

from collections.abc import Iterable


def listing(names: Iterable[str]) -> str:
    """Join the names: "A, B och C"."""
    *first, last = names
    return f"{', '.join(first)} och {last}" if first else last


def counted(number: int, one: str, many: str) -> str:
    """Return the number with the words that agree with it: "1 fil är skickad", "3 filer är skickade"."""
    return f"{number} {one if number == 1 else many}"
