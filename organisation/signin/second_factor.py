"""The second factor: which users need one, whether a session has used one, and how its secrets are stored."""

from __future__ import annotations

import base64
import logging
import secrets
from hashlib import sha256

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from organisation.models import User

logger = logging.getLogger(__name__)

# Recovery codes only replace one of these.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def needs_second_factor(user: User) -> bool:
    """Return whether a password alone is not enough for this account: it has a role, and the settings require it."""
    return bool(settings.REQUIRE_MFA) and (user.is_staff or user.is_superuser or user.has_role)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS).exists()


def used_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether this session was opened with more than a password.

    A sign-in at the municipality's provider counts, because the provider decides on its own factors.
    """
    return any(record["method"] in ("mfa", "socialaccount") for record in get_authentication_records(request, user))


class SecondFactorAdapter(DefaultMFAAdapter):
    def _get_site_name(self) -> str:
        """Return the name under which an app or a key lists this site."""
        return f"{settings.MUNICIPALITY_NAME}, uppföljning"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to delete the last second factor of an account that needs one; an administrator still can."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=SECOND_FACTORS)
        return others.exclude(pk=authenticator.pk).exists() or not needs_second_factor(authenticator.user)

    def encrypt(self, text: str) -> str:
        """Encrypt a secret, so that a copy of the database alone does not reveal it."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret with the current or an earlier SECRET_KEY.

        Return a random secret if neither fits. No code matches it, so sign-in is refused instead of failing.
        """
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error("A second factor cannot be read: has SECRET_KEY changed without SECRET_KEY_FALLBACKS?")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _cipher() -> MultiFernet:
    """Return a cipher that encrypts with SECRET_KEY, and decrypts with the earlier keys too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [sha256(f"mfa:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
