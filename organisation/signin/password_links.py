"""Links that are mailed to people: issued for invitations and forgotten passwords, and used once."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from organisation.history import save_as
from organisation.models import PasswordLink, PasswordRequest, User

# Key of the session: the id of the invitation that a person is about to use at the municipality's provider.
INVITATION = "invitation"

REASON = "Lösenord valt med en länk i ett mejl"


class LinkRefusedError(Exception):
    """The link no longer works; the message says why in Swedish."""


def issue_invitation(user: User, *, by: User, message: str, with_provider: bool, now: datetime) -> PasswordLink:
    """Create a link for a person's first sign-in. Earlier invitations of the person stop working."""
    return PasswordLink.objects.create(
        user=user,
        purpose=PasswordLink.Purpose.INVITATION,
        with_provider=with_provider,
        message=message,
        by=by,
        created_at=now,
        expires_at=now + PasswordLink.LIFETIMES[PasswordLink.Purpose.INVITATION],
    )


@transaction.atomic
def issue_requested_links(now: datetime) -> int:
    """Create a link for each account that the waiting requests name, and delete the requests. Return their number.

    An address may belong to several accounts; each gets its own link. A name that no account has gets nothing.
    """
    requests = list(PasswordRequest.objects.select_for_update(skip_locked=True))
    users = {user for request in requests for user in _accounts_named(request.name)}
    for user in sorted(users, key=lambda user: user.pk):
        if not signs_in_elsewhere(user):
            _issue_for_forgotten(user, now)
    PasswordRequest.objects.filter(pk__in=[request.pk for request in requests]).delete()
    return len(requests)


def _accounts_named(name: str) -> list[User]:
    """Return the active accounts with an address that have `name` as user name or address."""
    if not name:
        return []
    accounts = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name), is_active=True)
    return list(accounts.exclude(email=""))


def _issue_for_forgotten(user: User, now: datetime) -> None:
    PasswordLink.objects.create(
        user=user,
        purpose=PasswordLink.Purpose.FORGOTTEN,
        created_at=now,
        expires_at=now + PasswordLink.LIFETIMES[PasswordLink.Purpose.FORGOTTEN],
    )


def signs_in_elsewhere(user: User) -> bool:
    """Return whether the person has no password here, because the municipality's provider signs them in."""
    has_provider = bool(settings.OIDC_SERVER_URL) or SocialAccount.objects.filter(user=user).exists()
    return has_provider and not user.has_usable_password()


@transaction.atomic
def choose_password(link: PasswordLink, password: str, now: datetime) -> None:
    """Store the password that the person chose, and mark the link as used.

    The link is locked, so that of two requests at once only one succeeds. Sessions and API keys end, as they do
    whenever a password changes.
    """
    locked = _claim(link, now)
    user = locked.user
    user.set_password(password)
    save_as(user, by=user, reason=REASON, update_fields=["password"])


@transaction.atomic
def use_at_provider(link: PasswordLink, now: datetime) -> None:
    """Mark an invitation as used by the person whom the municipality's provider has signed in."""
    _claim(link, now)


def _claim(link: PasswordLink, now: datetime) -> PasswordLink:
    """Lock the link and mark it as used; raise LinkRefusedError if it no longer works."""
    locked = PasswordLink.objects.select_for_update().get(pk=link.pk)
    refusal = locked.refusal(now)
    if refusal:
        raise LinkRefusedError(refusal)
    locked.used_at = now
    locked.save(update_fields=["used_at"])
    return locked
