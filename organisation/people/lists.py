"""The list of people with its filters, and all that an administrator should look into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q, QuerySet

from organisation.models import Membership, Unit, User

# A membership that ends within so many days is listed, so that somebody can take over in time.
ENDING_SOON = timedelta(days=60)


@dataclass(frozen=True)
class Selection:
    """The filters of the list; an empty one selects everybody with an open account."""

    query: str = ""
    unit: Unit | None = None
    role: Group | None = None
    state: str = ""


@dataclass(frozen=True)
class Attention:
    """Units and people that need a decision."""

    units_without_reporter: list[Unit]
    never_signed_in: int
    ending_soon: int

    @property
    def is_empty(self) -> bool:
        return not (self.units_without_reporter or self.never_signed_in or self.ending_soon)


def attention_on(day: date) -> Attention:
    return Attention(
        units_without_reporter=list(units_without_reporter(day)),
        never_signed_in=_in_state("aldrig", day).count(),
        ending_soon=_in_state("slutar", day).count(),
    )


def units_without_reporter(day: date) -> QuerySet[Unit]:
    """Return the units of `day` for which nobody with an open account may report."""
    reporting = Membership.objects.current(day).reporting().filter(user__is_active=True)
    return Unit.objects.valid_on(day).exclude(pk__in=reporting.values("unit"))


def people(selection: Selection, day: date) -> QuerySet[User]:
    """Return the selected people with their roles and their memberships of `day`, in Swedish order."""
    users = _in_state(selection.state, day)
    for word in selection.query.split():
        users = users.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(email__icontains=word)
        )
    if selection.unit:
        users = users.filter(pk__in=Membership.objects.current(day).filter(unit=selection.unit).values("user"))
    if selection.role:
        users = users.filter(groups=selection.role)
    current = Membership.objects.current(day).select_related("unit")
    return users.prefetch_related("groups", Prefetch("memberships", current, to_attr="current_memberships"))


def _in_state(state: str, day: date) -> QuerySet[User]:
    """Return the people with an open account in one of the states of `STATES`, or with a closed account."""
    if state == "stangda":
        return User.objects.filter(is_active=False)
    users = User.objects.filter(is_active=True)
    memberships = Membership.objects.current(day)
    if state == "aldrig":
        return users.filter(last_login__isnull=True)
    if state == "slutar":
        return users.filter(pk__in=memberships.filter(valid_to__lte=day + ENDING_SOON).values("user"))
    if state == "ersattare":
        return users.filter(pk__in=memberships.filter(is_deputy=True).values("user"))
    if state == "utan":
        return users.filter(groups__isnull=True, is_superuser=False).exclude(pk__in=memberships.values("user"))
    return users


STATES = {
    "": "Alla med öppet konto",
    "aldrig": "Har aldrig loggat in",
    "slutar": "Slutar i en enhet inom 60 dagar",
    "ersattare": "Ersättare",
    "utan": "Utan enhet och roll",
    "stangda": "Stängda konton",
}
