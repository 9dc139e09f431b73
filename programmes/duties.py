"""Duties in programmes that a person leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from organisation.models import User


def responsibilities_left_by(user: User, last_day: date) -> Iterator[str]:
    """Yield a Swedish sentence for each goal and measure that `user` is the person responsible for."""
    people = user.responsibilities.select_related("sub_goal__area__programme", "measure__sub_goal__area__programme")
    for person in people:
        yield f"Ansvarig person för {person.item.code} i {person.goal.area.programme}."
