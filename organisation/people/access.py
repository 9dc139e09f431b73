"""Access-checked lookups at the start of the pages about people."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from organisation.models import Membership, User
from organisation.people.rules import can_change_account


def user_of(request: HttpRequest) -> User:
    """Return the logged-in user. The middleware has sent all others to the login page."""
    return cast(User, request.user)


def administrator_of(request: HttpRequest) -> User:
    """Return the logged-in user; refuse those who may not administer people."""
    user = user_of(request)
    if not user.has_perms(["organisation.change_user", "organisation.change_membership"]):
        raise PermissionDenied("Bara den som administrerar personer kommer åt sidan.")
    return user


def person_or_404(request: HttpRequest, pk: int) -> User:
    """Return the person for an administrator of people."""
    administrator_of(request)
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404("Det finns ingen sådan person.")
    return user


def changeable_person_or_404(request: HttpRequest, pk: int) -> User:
    """Return the person for an administrator who may change the account."""
    user = person_or_404(request, pk)
    if not can_change_account(administrator_of(request), user):
        raise PermissionDenied(f"{user} har alla rättigheter. Kontot ändras bara av någon annan som har det.")
    return user


def membership_or_404(user: User, pk: int) -> Membership:
    membership = user.memberships.select_related("unit").filter(pk=pk).first()
    if membership is None:
        raise Http404("Personen hör inte till den enheten.")
    return membership
