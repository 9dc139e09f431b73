"""Duties that nobody has when a person leaves. Apps above this one add the duties of their own models."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from django.contrib.auth.models import Group

from organisation.models import Membership, Unit, User
from organisation.sentences import listing

# Returns Swedish sentences about the duties of a person that nobody has after the day.
DutySource = Callable[[User, date], Iterable[str]]

_sources: list[DutySource] = []


def add_duty_source(source: DutySource) -> None:
    """Let `source` tell of further duties; called by apps when Django starts."""
    _sources.append(source)


def duties_left_by(user: User, last_day: date) -> list[str]:
    """Return sentences about all that is without an owner when `user` has left."""
    sentences = [*_units_without_reporter(user, last_day), *_roles_without_holder(user), *_contacts(user)]
    for source in _sources:
        sentences += source(user, last_day)
    return sentences


def _units_without_reporter(user: User, last_day: date) -> Iterable[str]:
    reporting = Membership.objects.current(last_day).reporting().filter(user__is_active=True)
    staffed = reporting.exclude(user=user).values("unit")
    for unit in Unit.objects.reported_by(user, last_day).exclude(pk__in=staffed).distinct():
        yield f"Ingen annan rapporterar för {unit}."


def _roles_without_holder(user: User) -> Iterable[str]:
    for role in user.groups.order_by("name"):
        if not Group.objects.get(pk=role.pk).user_set.filter(is_active=True).exclude(pk=user.pk).exists():
            yield f"Ingen annan har rollen {role.name}."


def _contacts(user: User) -> Iterable[str]:
    units = list(user.contact_of.values_list("name", flat=True))
    if units:
        yield f"Kontaktperson för {listing(units)}."
