"""Roles and units from a person's groups at the provider."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.models import Group
from django.db import transaction

from organisation.history import save_as
from organisation.models import AccountChange, Membership, ProviderGroup, User

REASON = "Grupper vid inloggning"


@transaction.atomic
def apply_provider_groups(user: User, group_names: Iterable[str], day: date) -> None:
    """Give `user` the roles and units that the groups lead to, and remove those that they no longer lead to.

    Roles and units that no `ProviderGroup` leads to were given by hand and stay. Superusers stay as they are.
    """
    rules = list(ProviderGroup.objects.select_related("role", "unit"))
    if user.is_superuser or not rules:
        return
    names = set(group_names)
    _apply_roles(user, [rule for rule in rules if rule.role], names)
    _apply_units(user, [rule for rule in rules if rule.unit], names, day)


def _apply_roles(user: User, rules: list[ProviderGroup], group_names: set[str]) -> None:
    """Give `user` the roles of the groups, and remove roles that only other groups lead to; record the change."""
    managed_ids = {rule.role.pk for rule in rules if rule.role}
    earned_ids = {rule.role.pk for rule in rules if rule.role and rule.name in group_names}
    current_ids = set(user.groups.values_list("pk", flat=True))
    given_by_hand_ids = current_ids - managed_ids
    new_ids = given_by_hand_ids | earned_ids
    if new_ids == current_ids:
        return

    names_before = list(user.groups.values_list("name", flat=True))
    user._change_reason = REASON  # type: ignore[attr-defined]
    user.groups.set(Group.objects.filter(pk__in=new_ids))
    # A role opens the administration; its permissions limit the pages there.
    user.is_staff = bool(new_ids)
    save_as(user, reason=REASON, update_fields=["is_staff"])
    AccountChange.objects.record_roles(user, names_before, source=" genom en grupp vid inloggningen")


def _apply_units(user: User, rules: list[ProviderGroup], group_names: set[str], day: date) -> None:
    """Open a membership in each unit that the groups lead to, and end those that only other groups lead to."""
    managed_ids = {rule.unit_id for rule in rules}
    memberships = {membership.unit_id: membership for membership in user.memberships.filter(unit__in=managed_ids)}
    earned = _earned_units(rules, group_names)

    for unit_id, may_report in earned.items():
        membership = memberships.get(unit_id)
        if membership is None:
            save_as(Membership(user=user, unit_id=unit_id, may_report=may_report), reason=REASON)
        else:
            _renew(membership, may_report)
    for unit_id, membership in memberships.items():
        if unit_id not in earned:
            _end(membership, day)


def _earned_units(rules: list[ProviderGroup], group_names: set[str]) -> dict[int, bool]:
    """Return whether the person may report, by the id of each unit that a group leads to; one group is enough."""
    earned: dict[int, bool] = {}
    for rule in rules:
        if rule.unit and rule.name in group_names:
            earned[rule.unit.pk] = earned.get(rule.unit.pk, False) or rule.may_report
    return earned


def _renew(membership: Membership, may_report: bool) -> None:
    """Open an ended membership again, and correct its right to report."""
    if membership.may_report == may_report and membership.valid_to is None:
        return
    membership.may_report = may_report
    membership.valid_to = None
    membership.is_deputy = membership.is_deputy and may_report
    save_as(membership, reason=REASON)


def _end(membership: Membership, day: date) -> None:
    """Make the day before `day` the last one, unless the membership ended earlier."""
    if membership.valid_to is None or membership.valid_to >= day:
        membership.valid_to = day - timedelta(days=1)
        save_as(membership, reason=REASON)
