"""Who: users, units and which user reports for which unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class User(AbstractUser):
    """A person who logs in. Global roles are groups (followup migration 0002); units come by `Membership`."""

    class Meta:
        verbose_name = "användare"
        verbose_name_plural = "användare"
        ordering = ["last_name", "first_name", "username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def reported_unit_ids(self) -> frozenset[int]:
        """Ids of the units that this person writes for; one query for the life of the object."""
        return frozenset(Unit.objects.reported_by(self).values_list("pk", flat=True))

    def reports_for(self, units: Iterable[Unit]) -> bool:
        """Whether this person writes for at least one of `units`."""
        return any(unit.pk in self.reported_unit_ids for unit in units)


class UnitQuerySet(models.QuerySet["Unit"]):
    def valid_on(self, day: date) -> UnitQuerySet:
        """Units that exist on `day`; units are split, merged and renamed within a programme's period."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )

    def committees_and_companies(self) -> UnitQuerySet:
        """”Samtliga nämnder och bolag”: whom the board's decisions are commonly sent to."""
        return self.filter(kind__in=[Unit.Kind.COMMITTEE, Unit.Kind.COMPANY])

    def reported_by(self, user: User | AnonymousUser) -> UnitQuerySet:
        """Units for which `user` may write."""
        return self.filter(memberships__user_id=user.pk, memberships__may_report=True)

    def of(self, user: User | AnonymousUser) -> UnitQuerySet:
        """Units that `user` belongs to, writing or reading."""
        return self.filter(memberships__user_id=user.pk)


class Unit(models.Model):
    class Kind(models.TextChoices):
        COMMITTEE = "committee", "Nämnd"
        COMPANY = "company", "Bolag"
        ADMINISTRATION = "administration", "Förvaltning"
        FEDERATION = "federation", "Kommunalförbund"

    name = models.CharField("namn", max_length=200)
    slug = models.SlugField("kortnamn", max_length=80, unique=True, help_text="Används i webbadresser och filer.")
    kind = models.CharField("slag", max_length=20, choices=Kind)
    email = models.EmailField(
        "e-postadress", blank=True, help_text="Registratorns adress, dit beslut som rör enheten skickas."
    )
    valid_from = models.DateField("gäller från", null=True, blank=True)
    valid_to = models.DateField("gäller till och med", null=True, blank=True)
    successors = models.ManyToManyField(
        "self",
        verbose_name="efterträdare",
        symmetrical=False,
        related_name="predecessors",
        blank=True,
        help_text="Enheter som har tagit över när den här har delats, slagits ihop eller bytt namn.",
    )

    history = HistoricalRecords(m2m_fields=[successors])
    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "enhet"
        verbose_name_plural = "enheter"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="unit_end_not_before_start",
                violation_error_message="Enheten kan inte sluta gälla innan den har börjat gälla.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Ties a user to a unit: with `may_report` they write its entries, without it they read."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="användare", related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="enhet", related_name="memberships")
    may_report = models.BooleanField(
        "får rapportera", default=True, help_text="Utan kryss läser personen bara enhetens uppföljning."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "medlemskap"
        verbose_name_plural = "medlemskap"
        ordering = ["unit__name", "user__last_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit"],
                name="membership_once_per_user_and_unit",
                violation_error_message="Personen är redan knuten till enheten.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.unit}"
