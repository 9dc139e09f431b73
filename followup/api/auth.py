"""Who asks: somebody who is logged in on the site, or a program with a key."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from followup.models import ApiToken
from organisation.models import User


class Token(HttpBearer):
    """The key stands in the header `Authorization: Bearer …`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = ApiToken.objects.for_secret(token)
        if found is None:
            return None
        found.note_use()
        request.user = found.user
        return found.user


class Session(SessionAuth):
    """As on the pages. The API only reads, so there is nothing that another site could have done in one's name."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if request.user.is_authenticated else None
