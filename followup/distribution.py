"""Sending a decision out: which addresses each unit has, and who has been sent and has opened what.

A mail is counted as opened when its personal link is followed by somebody who is logged in, or when the extract is
fetched through the link. Nothing is hidden in the mail itself to find out (no tracking images): that would report on
people without their knowledge, and mail programs block it anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Prefetch, Q
from django.template.loader import render_to_string

from followup.models import Decision, Distribution
from organisation.models import Membership, Unit

if TYPE_CHECKING:
    from organisation.models import User


@dataclass(frozen=True)
class Addressee:
    """A unit with the addresses that it has now, and what has been sent to it."""

    unit: Unit
    addresses: tuple[str, ...]
    sent: tuple[Distribution, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The addresses that the decision has not been sent to."""
        known = {distribution.email.lower() for distribution in self.sent}
        return tuple(address for address in self.addresses if address.lower() not in known)

    @property
    def is_unreachable(self) -> bool:
        return not self.addresses and not self.sent


def addressees(decision: Decision, day: date) -> list[Addressee]:
    """All units of `day`, and those that the decision was sent to before, in a fixed number of queries."""
    sent: dict[int, list[Distribution]] = defaultdict(list)
    for distribution in decision.distributions.select_related("mail", "opened_by").order_by("pk"):
        sent[distribution.unit_id].append(distribution)
    members = Membership.objects.filter(user__is_active=True).exclude(user__email="").select_related("user")
    units = Unit.objects.filter(Q(pk__in=Unit.objects.valid_on(day)) | Q(pk__in=sent)).prefetch_related(
        Prefetch("memberships", members)
    )
    return [Addressee(unit, _addresses(unit), tuple(sent[unit.pk])) for unit in units]


def _addresses(unit: Unit) -> tuple[str, ...]:
    """The registrator's address first, then the members'; each once."""
    once: dict[str, str] = {}
    for address in (unit.email, *(membership.user.email for membership in unit.memberships.all())):
        if address:
            once.setdefault(address.lower(), address)
    return tuple(once.values())
