"""Invitations: an account with its unit and role, and a mailed link for the first sign-in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from organisation.history import save_as
from organisation.models import AccountChange, Membership, PasswordLink, Unit, User
from organisation.signin.password_links import issue_invitation

REASON = "Inbjudan"
_NOT_IN_USERNAME = re.compile(r"[^\w.@+-]")


@dataclass(frozen=True)
class Terms:
    """All that the people of one invitation have in common."""

    unit: Unit | None = None
    may_report: bool = False
    is_deputy: bool = False
    role: Group | None = None
    message: str = ""
    with_provider: bool = False


def account_of_address(email: str) -> User | None:
    """Return an account, open or closed, that has the address, or has it as its user name."""
    return User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email)).first()


@transaction.atomic
def invite(first_name: str, last_name: str, email: str, terms: Terms, *, by: User, now: datetime) -> User:
    """Create an account with the unit and the role of `terms`, and a link that is mailed to the person.

    The account has no password until the person has chosen one.
    """
    user = User(username=_free_username(email), first_name=first_name, last_name=last_name, email=email)
    user.is_staff = terms.role is not None
    user.set_unusable_password()
    save_as(user, by=by, reason=REASON)
    if terms.unit:
        membership = Membership(
            user=user, unit=terms.unit, may_report=terms.may_report, is_deputy=terms.may_report and terms.is_deputy
        )
        save_as(membership, by=by, reason=REASON)
    if terms.role:
        user.groups.add(terms.role)
        AccountChange.objects.record_roles(user, [])
    issue_invitation(user, by=by, message=terms.message, with_provider=terms.with_provider, now=now)
    return user


def _free_username(email: str) -> str:
    """Return the address in lower case as user name, with a number if another account has it."""
    wanted = _NOT_IN_USERNAME.sub("-", email.lower())[:140]
    username, number = wanted, 1
    while User.objects.filter(username__iexact=username).exists():
        number += 1
        username = f"{wanted}-{number}"
    return username


def can_be_invited_again(user: User) -> bool:
    """Return whether the person has an open account and an address, but has never signed in."""
    return user.is_active and user.last_login is None and bool(user.email)


def invite_again(user: User, *, by: User, now: datetime) -> None:
    """Mail a new link with the message of the latest invitation. The earlier link stops working."""
    earlier = user.password_links.filter(purpose=PasswordLink.Purpose.INVITATION).first()
    issue_invitation(
        user,
        by=by,
        message=earlier.message if earlier else "",
        with_provider=earlier.with_provider if earlier else False,
        now=now,
    )
