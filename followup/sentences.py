"""Parts of Swedish sentences that several rooms write."""

from collections.abc import Iterable


def listing(names: Iterable[str]) -> str:
    """Join the names: "A, B och C"."""
    *first, last = names
    return f"{', '.join(first)} och {last}" if first else last
