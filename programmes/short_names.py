"""Proposals for the short name of a goal."""

import re

from programmes.models import SHORT_NAME_LENGTH

# A goal is cut before a clause, never inside a word.
_CLAUSE = re.compile(r"\s*[,;:–]\s|\s(?:som|så att|för att|när|genom att|utan att)\s")


def proposed_short_name(text: str) -> str:
    """Return the beginning of a goal up to a clause, in at most 35 characters; empty when it cannot be cut so short."""
    whole = text.strip().rstrip(".")
    if len(whole) <= SHORT_NAME_LENGTH:
        return whole
    ends = [match.start() for match in _CLAUSE.finditer(whole) if match.start() <= SHORT_NAME_LENGTH]
    return whole[: ends[-1]] if ends else ""
