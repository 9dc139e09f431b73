"""API keys, each acting for the user that created it."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format

from organisation.fields import LineField
from organisation.models import AccountChange

if TYPE_CHECKING:
    from organisation.models import User

LONGEST = timedelta(days=365)

# Makes a leaked key recognisable, also for secret scanners.
PREFIX = "uppfoljning_"


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret. A slow hash is not needed for 256 random bits."""
    return sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self) -> ApiTokenQuerySet:
        """Keys that open the API: neither revoked nor expired, and made since the person last changed password."""
        return self.filter(
            Q(user__password_changed_at__isnull=True) | Q(created_at__gte=F("user__password_changed_at")),
            Q(user__last_day__isnull=True) | Q(user__last_day__gte=timezone.localdate()),
            revoked_at__isnull=True,
            user__is_active=True,
            expires_on__gte=timezone.localdate(),
        )

    def for_secret(self, secret: str) -> ApiToken | None:
        return self.valid().filter(digest=digest_of(secret)).select_related("user").first()

    def manageable_by(self, user: User) -> ApiTokenQuerySet:
        """The user's own keys, or all keys for administrators of people."""
        return self if user.has_perm("organisation.change_user") else self.filter(user=user)

    @transaction.atomic
    def issue(self, user: User, name: str, expires_on: date | None = None) -> tuple[ApiToken, str]:
        """Create a key. Return it with its secret, which is not stored and cannot be shown again.

        :param expires_on: the last day of the key, at most a year ahead; without one, a year ahead.
        """
        latest = timezone.localdate() + LONGEST
        expires_on = expires_on or latest
        if expires_on > latest:
            raise ValueError("A key is valid for a year at most.")
        secret = PREFIX + secrets.token_urlsafe(32)
        token = self.create(user=user, name=name, expires_on=expires_on, digest=digest_of(secret))
        last_day = date_format(expires_on, "j F Y")
        AccountChange.objects.record(user, f"API-nyckeln ”{name}” skapades, och gäller till och med {last_day}")
        return token, secret


class ApiToken(models.Model):
    """A key for the read-only API, with its user's present permissions."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="användare", related_name="api_tokens"
    )
    name = LineField("namn", max_length=100, help_text="Vilket program som använder nyckeln.")
    digest = models.CharField("kontrollsumma", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("skapad", default=timezone.now, editable=False)
    last_used_on = models.DateField("senast använd", null=True, editable=False)
    expires_on = models.DateField("gäller till och med")
    revoked_at = models.DateTimeField("återkallad", null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API-nyckel"
        verbose_name_plural = "API-nycklar"
        ordering = ["user", "-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"

    @property
    def has_expired(self) -> bool:
        return self.expires_on < timezone.localdate()

    @property
    def is_older_than_password(self) -> bool:
        changed_at = self.user.password_changed_at
        return changed_at is not None and self.created_at < changed_at

    @transaction.atomic
    def revoke(self) -> None:
        """Revoke the key for good; a second call keeps the first time."""
        if self.revoked_at:
            return
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])
        AccountChange.objects.record(self.user, f"API-nyckeln ”{self.name}” återkallades")

    def note_use(self) -> None:
        """Store the day of the latest use, at most one write a day."""
        today = timezone.localdate()
        if self.last_used_on != today:
            type(self).objects.filter(pk=self.pk).update(last_used_on=today)
