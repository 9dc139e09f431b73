"""Roles and units from the groups that the provider says a person is in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.models import Group
from django.db import transaction

from organisation.history import save_as
from organisation.models import AccountChange, Membership, ProviderGroup, User

REASON = "Grupper vid inloggning"


@transaction.atomic
def grant_rights(user: User, groups: Iterable[str], day: date) -> None:
    """Give `user` the roles and units that `groups` lead to, and take away those that they no longer lead to.

    Only roles and units that some `ProviderGroup` leads to are touched: what an administrator has given by hand
    besides them stays, and so does all of a superuser's.
    """
    known = list(ProviderGroup.objects.select_related("role", "unit"))
    if user.is_superuser or not known:
        return
    named = set(groups)
    user._change_reason = REASON  # type: ignore[attr-defined]
    _grant_roles(user, known, named)
    _grant_units(user, known, named, day)


def _grant_roles(user: User, known: list[ProviderGroup], named: set[str]) -> None:
    led_to = {group.role_id for group in known if group.role_id}
    given = {group.role_id for group in known if group.role_id and group.name in named}
    held = set(user.groups.values_list("pk", flat=True))
    wanted = held - led_to | given
    if wanted != held:
        before = list(user.groups.values_list("name", flat=True))
        user.groups.set(Group.objects.filter(pk__in=wanted))
        # Who has a role opens the administration; what may be done there, the role says.
        user.is_staff = bool(wanted)
        user.save(update_fields=["is_staff"])
        AccountChange.objects.record_roles(user, before, source=" genom en grupp vid inloggningen")


def _grant_units(user: User, known: list[ProviderGroup], named: set[str], day: date) -> None:
    given: dict[int, bool] = {}
    for group in known:
        if group.unit_id and group.name in named:
            given[group.unit_id] = given.get(group.unit_id, False) or group.may_report
    led_to = {group.unit_id for group in known if group.unit_id}
    held = {membership.unit_id: membership for membership in user.memberships.filter(unit__in=led_to)}
    for unit_id, may_report in given.items():
        membership = held.pop(unit_id, None) or Membership(user=user, unit_id=unit_id, may_report=not may_report)
        if membership.may_report != may_report or membership.valid_to:
            membership.may_report, membership.valid_to = may_report, None
            membership.is_deputy = membership.is_deputy and may_report
            save_as(membership, reason=REASON)
    for left in held.values():
        if left.valid_to is None or left.valid_to >= day:
            left.valid_to = day - timedelta(days=1)
            save_as(left, reason=REASON)
