"""Rules for changing accounts. Nobody takes rights from themselves, so that an administrator always remains."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group

from organisation.models import User
from organisation.roles import ADMINISTRATOR


def can_change_account(by: User, user: User) -> bool:
    """Return whether `by` may change the account. Only a superuser may change the account of a superuser."""
    return by.has_perm("organisation.change_user") and (by.is_superuser or not user.is_superuser)


def reason_to_keep_open(user: User, by: User) -> str:
    """Return why `by` may not close the account, as a Swedish sentence; empty if the account may be closed."""
    if user.pk == by.pk:
        return "Du kan inte avsluta ditt eget konto. Be en annan administratör."
    return ""


def reason_to_keep_roles(user: User, by: User, roles: Iterable[Group]) -> str:
    """Return why `by` may not give the account `roles` and no others; empty if that is allowed."""
    if user.pk != by.pk or user.is_superuser:
        return ""
    is_administrator = user.groups.filter(name=ADMINISTRATOR.name).exists()
    stays_administrator = any(role.name == ADMINISTRATOR.name for role in roles)
    if is_administrator and not stays_administrator:
        return "Du kan inte ta ifrån dig själv rollen Administratör. Be en annan administratör."
    return ""
