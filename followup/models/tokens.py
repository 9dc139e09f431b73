"""API keys, each acting for the user that created it."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from organisation.fields import LineField

if TYPE_CHECKING:
    from organisation.models import User

# Makes a leaked key recognisable, also for secret scanners.
PREFIX = "uppfoljning_"


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret. A slow hash is not needed for 256 random bits."""
    return sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self) -> ApiTokenQuerySet:
        return self.filter(revoked_at__isnull=True, user__is_active=True)

    def for_secret(self, secret: str) -> ApiToken | None:
        return self.valid().filter(digest=digest_of(secret)).select_related("user").first()

    def manageable_by(self, user: User) -> ApiTokenQuerySet:
        """The user's own keys, or all keys for administrators of people."""
        return self if user.has_perm("organisation.change_user") else self.filter(user=user)

    def issue(self, user: User, name: str) -> tuple[ApiToken, str]:
        """Create a key. Return it with its secret, which is not stored and cannot be shown again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        return self.create(user=user, name=name, digest=digest_of(secret)), secret


class ApiToken(models.Model):
    """A key for the read-only API, with its user's present permissions."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="användare", related_name="api_tokens"
    )
    name = LineField("namn", max_length=100, help_text="Vilket program som använder nyckeln.")
    digest = models.CharField("kontrollsumma", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("skapad", default=timezone.now, editable=False)
    last_used_on = models.DateField("senast använd", null=True, editable=False)
    revoked_at = models.DateTimeField("återkallad", null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API-nyckel"
        verbose_name_plural = "API-nycklar"
        ordering = ["user", "-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"

    def revoke(self) -> None:
        """Revoke the key for good; a second call keeps the first time."""
        self.revoked_at = self.revoked_at or timezone.now()
        self.save(update_fields=["revoked_at"])

    def note_use(self) -> None:
        """Store the day of the latest use, at most one write a day."""
        today = timezone.localdate()
        if self.last_used_on != today:
            type(self).objects.filter(pk=self.pk).update(last_used_on=today)
