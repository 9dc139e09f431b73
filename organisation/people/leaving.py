"""Leaving: the memberships end on a day, and the account is closed with its roles, sessions and keys."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from organisation.history import format_value, save_as
from organisation.models import AccountChange, User

REASON = "Har slutat"


@transaction.atomic
def leave(user: User, last_day: date, *, by: User, reason: str, today: date) -> None:
    """End the memberships on `last_day`. Close the account now, or after that day if it is to come."""
    reason = reason or REASON
    for membership in user.memberships.current(last_day):
        membership.valid_to = last_day
        save_as(membership, by=by, reason=reason)
    user.last_day = last_day
    if last_day > today:
        save_as(user, by=by, reason=reason, update_fields=["last_day"])
    else:
        close(user, by=by, reason=reason)


@transaction.atomic
def close(user: User, *, by: User | None = None, reason: str = REASON) -> None:
    """Close the account: nobody can sign in, and roles, password, sessions and API keys end for good.

    They do not come back if the account is opened again.
    """
    roles = list(user.groups.values_list("name", flat=True))
    user.groups.clear()
    user.is_active = user.is_staff = False
    # Sessions are tied to the password, and keys to the time of its change.
    user.set_unusable_password()
    user.password_changed_at = timezone.now()
    save_as(user, by=by, reason=reason)
    AccountChange.objects.record_roles(user, roles)
    day = f". Sista dagen: {format_value(user._meta.get_field('last_day'), user.last_day)}" if user.last_day else ""
    AccountChange.objects.record(user, f"Kontot stängdes{day}", by=by)


@transaction.atomic
def reopen(user: User, *, by: User) -> None:
    """Open a closed account, without roles and units, and without a password until the person is invited again."""
    user.is_active = True
    user.last_day = None
    save_as(user, by=by, reason="Öppnat igen")
