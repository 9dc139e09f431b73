"""Authentication of API requests: by a key, or by the session of a logged-in user."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from followup.models import ApiToken
from organisation.models import User


class TokenAuth(HttpBearer):
    """Key in the header `Authorization: Bearer …`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        api_token = ApiToken.objects.for_secret(token)
        if api_token is None:
            return None
        api_token.note_use()
        request.user = api_token.user
        return api_token.user


class ReadOnlySessionAuth(SessionAuth):
    """Session of a logged-in user. The API only reads, so requests need no protection against CSRF."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if request.user.is_authenticated else None
