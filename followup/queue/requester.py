"""The person or address that asks for a PDF: how urgent the file is, and how many new ones may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject

from followup.models import FollowUp, Rendering
from followup.permissions import can_follow_review
from organisation.models import User


@dataclass(frozen=True)
class Requester:
    """`key` tells requesters apart without naming them. `limit` is None where there is none."""

    key: str
    priority: Rendering.Priority
    limit: int | None
    is_address: bool = False


# The PDF that is stored with a decision or sent with it.
BOARD = Requester("", Rendering.Priority.DECISION, limit=None)


def requester_of(request: HttpRequest, follow_up: FollowUp) -> Requester:
    """Return the requester of a PDF of `follow_up`: the person, or for the public the address.

    A person's part in the year is looked up only when it matters, which is not when the file is ready to be sent.
    """
    user = request.user
    if not isinstance(user, User):
        return public_requester(request)
    return cast(Requester, SimpleLazyObject(lambda: _person(user, follow_up)))


def _person(user: User, follow_up: FollowUp) -> Requester:
    priority = Rendering.Priority.YEAR if _works_with(user, follow_up) else Rendering.Priority.READER
    return Requester(sha256(f"user {user.pk}".encode()).hexdigest(), priority, settings.RENDER_REQUESTS_PER_PERSON)


def public_requester(request: HttpRequest) -> Requester:
    """Return the requester of a public page, by address. Never loads the user, so that such pages stay cacheable."""
    limit = settings.RENDER_REQUESTS_PER_ADDRESS
    return Requester(_key_of_address(request), Rendering.Priority.READER, limit, is_address=True)


def _works_with(user: User, follow_up: FollowUp) -> bool:
    """Whether the user reviews the year, takes it to the board, or writes answers for a unit in it."""
    if can_follow_review(user):
        return True
    answered = FollowUp.objects.filter(pk=follow_up.pk).answered_by_units(user.reported_unit_ids)
    return bool(user.reported_unit_ids) and answered.exists()


def _key_of_address(request: HttpRequest) -> str:
    """Return a keyed checksum: the queue stores no addresses."""
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:  # behind fewer proxies than the settings say: all such requests share one limit
        address = ""
    return salted_hmac("followup.queue.requester", address, algorithm="sha256").hexdigest()
