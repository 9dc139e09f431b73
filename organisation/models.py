"""Users, units, memberships that tie them, and settings of the municipality."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import AbstractUser, Group
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, ProtectedError, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from organisation.colours import is_legible, nearest_legible
from organisation.fields import LineField, ProseField
from organisation.history import acting_user, format_moment
from organisation.order import in_swedish_order
from organisation.protection import ProtectedModel, refuse_if_in_use
from organisation.sentences import with_small_initial

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


NEW_PASSWORD = "Lösenordet byttes"  # noqa: S105
SUPERUSER_GAINED = "Kontot fick alla rättigheter"
SUPERUSER_LOST = "Kontot förlorade rätten till allt"


def normalize_password(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


class User(AbstractUser):
    """A person with an account. Roles are groups (`organisation.roles`); units are tied by `Membership`."""

    class MailChoice(models.TextChoices):
        AT_ONCE = "at_once", "Så snart något händer"
        DAILY = "daily", "Samlat, högst ett mejl om dagen"
        NECESSARY = "necessary", "Bara det som alltid skickas"

    # Django's own fields with cleaned text, so that a name typed on another keyboard finds the same account.
    username = LineField(
        _("username"),
        max_length=150,
        unique=True,
        help_text=_("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."),
        validators=[AbstractUser.username_validator],
        error_messages={"unique": _("A user with that username already exists.")},
    )
    first_name = LineField(_("first name"), max_length=150, blank=True)
    last_name = LineField(_("last name"), max_length=150, blank=True)

    mail_choice = models.CharField("e-post", max_length=20, choices=MailChoice, default=MailChoice.AT_ONCE)

    has_seen_introduction = models.BooleanField("har sett introduktionen", default=False, editable=False)

    last_day = models.DateField("sista dag", null=True, blank=True, editable=False)

    # API keys made before this moment are invalid.
    password_changed_at = models.DateTimeField("lösenordet byttes", null=True, editable=False)

    # Includes changes of roles. Passwords, even hashed, are stored in one place only.
    history = HistoricalRecords(
        excluded_fields=["password", "password_changed_at", "last_login", "has_seen_introduction"],
        m2m_fields=["groups"],
    )

    class Meta:
        verbose_name = "användare"
        verbose_name_plural = "användare"
        ordering = [in_swedish_order("last_name"), in_swedish_order("first_name"), "username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and record the changes that are reported to the person by mail. A login alone makes no history."""
        updated_fields = set(kwargs["update_fields"]) if kwargs.get("update_fields") is not None else None
        changes = self._account_changes(updated_fields)
        if NEW_PASSWORD in changes:
            self.password_changed_at = timezone.now()
            if updated_fields is not None:
                kwargs["update_fields"] = updated_fields | {"password_changed_at"}

        is_login = bool(updated_fields and updated_fields <= {"last_login", "password"})
        if is_login:
            self._save_without_history(*args, **kwargs)
        else:
            super().save(*args, **kwargs)
        for change in changes:
            AccountChange.objects.record(self, change, by=getattr(self, "_history_user", None))

    def _save_without_history(self, *args: Any, **kwargs: Any) -> None:
        # simple_history looks for the attribute; a later save of this object makes history again.
        self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            del self.skip_history_when_saving

    def _account_changes(self, updated_fields: set[str] | None) -> list[str]:
        """Return, in Swedish, the changes of password, superuser rights and access since the account was stored.

        :param updated_fields: the fields that are about to be saved; None for all of them.
        """
        if updated_fields is not None and not updated_fields & {"password", "is_superuser", "is_active"}:
            return []
        if self._state.adding:
            return [SUPERUSER_GAINED] if self.is_superuser else []
        stored = User.objects.get(pk=self.pk)
        # Changes of a closed account give no access. The change that opens it is reported.
        if not self.is_active:
            return []
        # At login Django may hash the same password again, with a newer hasher.
        is_rehash = updated_fields == {"password"} and self._password is None  # type: ignore[attr-defined]
        # An invited person chooses the first password by the mailed link.
        is_first_password = stored.last_login is None and not stored.has_usable_password()
        has_old_password = stored.password and not is_first_password
        has_happened = {
            NEW_PASSWORD: has_old_password and self.password != stored.password and not is_rehash,
            SUPERUSER_GAINED: self.is_superuser and not stored.is_superuser,
            SUPERUSER_LOST: stored.is_superuser and not self.is_superuser,
            "Kontot öppnades igen": not stored.is_active,
        }
        return [change for change in has_happened if has_happened[change]]

    def set_password(self, raw_password: str | None) -> None:
        """Store the password in NFKC: some keyboards send å as one character, others as two."""
        super().set_password(raw_password and normalize_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Compare in NFKC, and as typed if that differs: passwords set before release 0.3 are stored as typed."""
        spellings = dict.fromkeys([normalize_password(raw_password or ""), raw_password or ""])
        return any(super(User, self).check_password(spelling) for spelling in spellings)

    @property
    def is_used(self) -> bool:
        """Whether the account has signed in or changed anything; the history then needs its name."""
        return self.last_login is not None or _has_made_changes(self)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.is_used:
            raise ProtectedError(f"{self} har använt kontot. Stäng det i stället för att ta bort det.", {self})
        return super().delete(*args, **kwargs)

    @property
    def field_values(self) -> list[Any]:
        """The values of this row, for an ETag that changes with any of them."""
        return [getattr(self, field.attname) for field in self._meta.concrete_fields]

    def has_left(self, today: date) -> bool:
        """Return whether the person's last day has passed. The account is closed by `manage.py purge` soon after."""
        return self.last_day is not None and self.last_day < today

    @cached_property
    def has_role(self) -> bool:
        """Whether this person is in a group. `organisation.sessions` sets it on the user of a request."""
        return self.groups.exists()

    @cached_property
    def reported_unit_ids(self) -> frozenset[int]:
        """Ids of the units that this person may report for today; one query in the life of the object."""
        return frozenset(Unit.objects.reported_by(self, timezone.localdate()).values_list("pk", flat=True))

    def reports_for(self, units: Iterable[Unit]) -> bool:
        """Return whether this person may report for at least one of `units`."""
        return any(unit.pk in self.reported_unit_ids for unit in units)


def _has_made_changes(user: User) -> bool:
    """Return whether the history of any table names `user`. Deleting the account would erase the name there."""
    histories = (model for model in apps.get_models() if hasattr(model, "history_user"))
    return any(history._base_manager.filter(history_user=user.pk).exists() for history in histories)


def departed(today: date) -> models.QuerySet[User]:
    """Return the open accounts of people whose last day has passed."""
    return User.objects.filter(is_active=True, last_day__lt=today)


def administrators() -> models.QuerySet[User]:
    """Return the active users who may change accounts."""
    return User.objects.with_perm("organisation.change_user", backend="organisation.sessions.Backend")


class UnitQuerySet(models.QuerySet["Unit"]):
    def delete(self) -> tuple[int, dict[str, int]]:
        refuse_if_in_use(self)
        return super().delete()

    def valid_on(self, day: date) -> UnitQuerySet:
        """Filter the units that exist on `day`: units are split, merged and renamed during a programme."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )

    def reported_by(self, user: User | AnonymousUser, day: date) -> UnitQuerySet:
        """Filter the units for which `user` may write on `day`."""
        return self.filter(memberships__user_id=user.pk, memberships__in=Membership.objects.current(day).reporting())

    def with_member(self, user: User | AnonymousUser, day: date) -> UnitQuerySet:
        """Filter the units that `user` belongs to on `day`, writing or only reading."""
        return self.filter(memberships__user_id=user.pk, memberships__in=Membership.objects.current(day))


class Unit(ProtectedModel):
    class Kind(models.TextChoices):
        COUNCIL = "council", "Kommunfullmäktige"
        BOARD = "board", "Kommunstyrelse"
        COMMITTEE = "committee", "Nämnd"
        PREPARATION = "preparation", "Beredning"
        SUBCOMMITTEE = "subcommittee", "Utskott"
        ADMINISTRATION = "administration", "Förvaltning"
        COMPANY = "company", "Bolag"
        FEDERATION = "federation", "Kommunalförbund"

    # ”Samtliga nämnder och bolag”, the usual recipients of the board's decisions.
    COMMITTEES_AND_COMPANIES = (Kind.BOARD, Kind.COMMITTEE, Kind.COMPANY)
    # Only these have other units under them.
    PARENT_KINDS = (Kind.COUNCIL, Kind.BOARD, Kind.COMMITTEE, Kind.ADMINISTRATION)
    # Kinds whose units have names of their own, which keep the capital in running text.
    PROPER_NAMES = (Kind.COMPANY, Kind.FEDERATION)

    name = LineField("namn", max_length=200)
    slug = models.SlugField("kortnamn", max_length=80, unique=True, help_text="Används i webbadresser och filer.")
    kind = models.CharField("typ", max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="överordnad enhet",
        related_name="children",
        null=True,
        blank=True,
        help_text="Till exempel nämnden som förvaltningen eller utskottet hör till.",
    )
    email = models.EmailField(
        "e-postadress", blank=True, help_text="Registratorns adress, dit beslut som rör enheten skickas."
    )
    contact = models.ForeignKey(
        User, models.SET_NULL, verbose_name="kontaktperson", related_name="contact_of", null=True, blank=True
    )
    contact_name = LineField(
        "kontaktpersonens namn", max_length=200, blank=True, help_text="Om personen inte har något konto här."
    )
    contact_email = models.EmailField("kontaktens e-post", blank=True)
    contact_phone = LineField("kontaktens telefon", max_length=40, blank=True)
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
        ordering = [in_swedish_order("name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="unit_end_not_before_start",
                violation_error_message="Enheten kan inte sluta gälla innan den har börjat gälla.",
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=True) | Q(contact_name=""),
                name="unit_contact_user_or_name",
                violation_error_message="Välj en person eller skriv ett namn, inte båda.",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="unit_not_its_own_parent",
                violation_error_message="En enhet kan inte vara överordnad sig själv.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.parent is not None:
            self._check_parent(self.parent)
        if self.pk and self.kind not in self.PARENT_KINDS and self.children.exists():
            raise ValidationError({"kind": "Enheten har andra enheter under sig. Flytta dem innan du byter typ."})

    def _check_parent(self, parent: Unit) -> None:
        """Raise ValidationError, in Swedish, when `parent` is of a wrong kind or lies under this unit itself."""
        if parent.kind not in self.PARENT_KINDS:
            raise ValidationError(
                {"parent": f"{parent} kan inte ha enheter under sig. Välj en nämnd, en styrelse eller en förvaltning."}
            )
        if self in parent.with_ancestors():
            raise ValidationError({"parent": f"{parent} är eller hör till {self}. Välj en annan överordnad enhet."})

    def with_ancestors(self) -> list[Unit]:
        """Return this unit, its parent, and so on to the top. End at a unit that comes again."""
        found: list[Unit] = []
        unit: Unit | None = self
        while unit is not None and unit not in found:
            found.append(unit)
            unit = unit.parent
        return found

    @property
    def name_in_text(self) -> str:
        """The name as in the middle of a sentence: "kommunstyrelsen", but "VA-nämnden" and "Huge Bostäder AB"."""
        return self.name if self.kind in self.PROPER_NAMES else with_small_initial(self.name)

    @property
    def contact_person(self) -> str:
        """The name of the contact; empty without one."""
        return str(self.contact) if self.contact else self.contact_name

    @property
    def contact_address(self) -> str:
        """The e-mail address of the contact: the written one, or else that of the account."""
        return self.contact_email or (self.contact.email if self.contact else "")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, day: date) -> MembershipQuerySet:
        """Filter the memberships that have not ended on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))

    def reporting(self) -> MembershipQuerySet:
        return self.filter(may_report=True)


class Membership(models.Model):
    """Ties a user to a unit: with `may_report` they write its answers, without it they only read.

    A person who leaves the unit gets a last day (`valid_to`). The row stays, so that the unit's earlier officials are
    known. A person who comes back has the last day removed.
    """

    user = models.ForeignKey(User, models.CASCADE, verbose_name="användare", related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="enhet", related_name="memberships")
    may_report = models.BooleanField(
        "får rapportera", default=True, help_text="Utan kryss läser personen bara enhetens uppföljning."
    )
    is_deputy = models.BooleanField(
        "ersättare",
        default=False,
        help_text=(
            "En ersättare fyller i som andra, men får påminnelser först när tre dagar återstår och när något är "
            "försenat. Har enheten ingen ordinarie handläggare får ersättaren alla."
        ),
    )
    since = models.DateField(
        "sedan",
        default=timezone.localdate,
        null=True,
        editable=False,
        help_text="Det som hände i enheten dessförinnan mejlas inte till personen.",
    )
    valid_to = models.DateField(
        "till och med",
        null=True,
        blank=True,
        help_text="Sista dagen i enheten. Därefter kan personen inte fylla i för den. Det som är skrivet står kvar.",
    )

    history = HistoricalRecords()
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "medlemskap"
        verbose_name_plural = "medlemskap"
        ordering = [in_swedish_order("unit__name"), in_swedish_order("user__last_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit"],
                name="membership_once_per_user_and_unit",
                violation_error_message="Personen är redan knuten till enheten.",
            ),
            models.CheckConstraint(
                condition=Q(is_deputy=False) | Q(may_report=True),
                name="deputy_may_report",
                violation_error_message="En ersättare måste få rapportera.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.unit}"

    @property
    def part(self) -> str:
        """The person's part in the unit, in one Swedish word."""
        if self.is_deputy:
            return "ersättare"
        return "rapporterar" if self.may_report else "läser"

    @property
    def is_unused(self) -> bool:
        """Whether the person has never logged in, so that the membership cannot have been used and may be deleted."""
        return self.user.last_login is None


class AccountChangeQuerySet(models.QuerySet["AccountChange"]):
    def record(self, user: User, change: str, *, by: User | None = None) -> None:
        """Record a change of `user`'s account, in the transaction of the change; a mail follows.

        :param by: the user who made the change; without one, the logged-in user of the request, or nobody in a command.
        """
        by = by or acting_user()
        self.create(user_id=user.pk, change=change, by_id=by and by.pk)

    def record_roles(self, user: User, before: Iterable[str], source: str = "") -> None:
        """Record the roles that `user` has gained and lost since the names in `before`."""
        now, before = set(user.groups.values_list("name", flat=True)), set(before)
        for name in sorted(now - before):
            self.record(user, f"Kontot fick rollen {name}{source}")
        for name in sorted(before - now):
            self.record(user, f"Kontot förlorade rollen {name}{source}")


class AccountChange(models.Model):
    """A change of a person's role, password, second step or API key, mailed to the person and all administrators.

    `followup.mail` collects the changes without `mailed_at`, because this app may not import it.
    """

    user = models.ForeignKey(User, models.CASCADE, verbose_name="konto", related_name="account_changes")
    change = models.CharField("ändring", max_length=300, editable=False)
    by = models.ForeignKey(
        User, models.SET_NULL, verbose_name="gjord av", related_name="made_account_changes", null=True
    )
    at = models.DateTimeField("tidpunkt", default=timezone.now)
    mailed_at = models.DateTimeField("mejl lagt i utkorgen", null=True)

    objects = AccountChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "ändring av konto"
        verbose_name_plural = "ändringar av konton"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.user}: {self.change}"


class PasswordRequest(models.Model):
    """A visitor's request for a new password: the user name or address as typed, deleted when it has been handled.

    The account is looked up later, by the job that sends mail, so that the page answers alike for every name.
    """

    name = LineField("användarnamn eller e-postadress", max_length=254)
    at = models.DateTimeField("tidpunkt", default=timezone.now)

    class Meta:
        verbose_name = "begäran om nytt lösenord"
        verbose_name_plural = "begäranden om nytt lösenord"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.name


class PasswordLinkQuerySet(models.QuerySet["PasswordLink"]):
    def of_token(self, token: str) -> PasswordLink | None:
        """Return the link with the signed `token`, also one that is used or too old; None for a forged token."""
        try:
            key = PasswordLink.SIGNER.unsign(token)
        except BadSignature:
            return None
        return self.select_related("user", "by").filter(pk=key).first()

    def unmailed(self, now: datetime) -> PasswordLinkQuerySet:
        return self.filter(mailed_at__isnull=True, used_at__isnull=True, expires_at__gt=now)


class PasswordLink(models.Model):
    """A link that is mailed to a person, who chooses a password by it, or signs in at the municipality's provider.

    It works once. Its address is this row's id with a signature, which is never stored: nobody can read it in the
    database or in the outbox. `followup.mail` sends the mails, because this app may not import it.
    """

    class Purpose(models.TextChoices):
        INVITATION = "invitation", "Inbjudan"
        FORGOTTEN = "forgotten", "Glömt lösenord"

    LIFETIMES = {Purpose.INVITATION: timedelta(days=14), Purpose.FORGOTTEN: timedelta(hours=2)}
    SIGNER = Signer(salt="organisation.PasswordLink")

    user = models.ForeignKey(User, models.CASCADE, verbose_name="konto", related_name="password_links")
    purpose = models.CharField("typ", max_length=20, choices=Purpose)
    with_provider = models.BooleanField("loggar in med kommunens inloggning", default=False)
    message = ProseField("meddelande", blank=True)
    by = models.ForeignKey(
        User, models.SET_NULL, verbose_name="skickad av", related_name="sent_password_links", null=True, blank=True
    )
    created_at = models.DateTimeField("skapad", default=timezone.now)
    expires_at = models.DateTimeField("gäller till")
    used_at = models.DateTimeField("använd", null=True, blank=True)
    mailed_at = models.DateTimeField("mejl lagt i utkorgen", null=True, blank=True)

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "länk för lösenord"
        verbose_name_plural = "länkar för lösenord"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} till {self.user}"

    @property
    def is_invitation(self) -> bool:
        return self.purpose == self.Purpose.INVITATION

    @property
    def address(self) -> str:
        return reverse("password_link", args=[self.SIGNER.sign(str(self.pk))])

    def refusal(self, now: datetime) -> str:
        """Return why the link no longer works, as a Swedish sentence; empty while it works."""
        if self.used_at:
            return "Länken är redan använd. Den gäller bara en gång."
        if not self.user.is_active:
            return "Kontot är stängt."
        if self.expires_at <= now:
            return f"Länken gällde till och med {format_moment(self.expires_at)}."
        if self.user.password_links.filter(purpose=self.purpose, pk__gt=self.pk).exists():
            return "Det har skickats en nyare länk. Använd den i det senaste mejlet."
        changed_at = self.user.password_changed_at
        if changed_at and changed_at > self.created_at:
            return "Lösenordet har bytts sedan länken skickades."
        return ""


class ProviderGroup(models.Model):
    """A group at the municipality's provider, and the role or unit that its members get when they sign in."""

    name = LineField(
        "grupp",
        max_length=200,
        help_text="Som inloggningstjänsten skriver den i personens uppgifter: ett namn, eller ett id (Entra ID).",
    )
    description = LineField("beskrivning", max_length=200, blank=True)
    role = models.ForeignKey(Group, models.PROTECT, verbose_name="roll", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="enhet", null=True, blank=True)
    may_report = models.BooleanField(
        "får rapportera", default=True, help_text="Utan kryss läser gruppens medlemmar bara enhetens uppföljning."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "grupp vid inloggning"
        verbose_name_plural = "grupper vid inloggning"
        ordering = [in_swedish_order("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "role"],
                name="provider_group_once_per_role",
                violation_error_message="Gruppen leder redan till rollen.",
            ),
            models.UniqueConstraint(
                fields=["name", "unit"],
                name="provider_group_once_per_unit",
                violation_error_message="Gruppen leder redan till enheten.",
            ),
            models.CheckConstraint(
                condition=Q(role__isnull=False, unit__isnull=True) | Q(role__isnull=True, unit__isnull=False),
                name="provider_group_role_or_unit",
                violation_error_message="Ange antingen en roll eller en enhet. Lägg in gruppen en gång till för båda.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.description or self.name} → {self.role or self.unit}"


class AccessibilityStatement(models.Model):
    """The accessibility statement that the law requires of a public body; one row, updated by an administrator.

    The fields are those that the supervising authority lists (Digg, "Skapa en tillgänglighetsredogörelse"). Names of
    acts and authorities are data, because they change.
    """

    class Compliance(models.TextChoices):
        FULL = "full", "helt förenlig"
        PARTIAL = "partial", "delvis förenlig"
        NONE = "none", "inte förenlig"

    site_name = LineField("webbplatsens namn", max_length=200)
    act = LineField("lag", max_length=200, default="lagen om tillgänglighet till digital offentlig service")
    compliance = models.CharField("följsamhet till lagen", max_length=10, choices=Compliance)
    shortcomings = ProseField(
        "innehåll som inte är tillgängligt", blank=True, help_text="En brist per rad, och varför den finns."
    )
    burdensome = ProseField("oskäligt betungande anpassning", blank=True, help_text="Med motivering.")
    exempt = ProseField("innehåll som inte omfattas av lagen", blank=True)
    method = ProseField("hur webbplatsen har prövats", help_text="Till exempel egen granskning.")
    contact_email = models.EmailField("e-post för brister")
    contact_phone = LineField("telefon för brister", max_length=40, blank=True)
    supervisor = LineField("tillsynsmyndighet", max_length=200)
    complaint_url = models.URLField("adress för anmälan till tillsynsmyndigheten")
    published_on = models.DateField("webbplatsen publicerades")
    assessed_on = models.DateField("senaste bedömning")
    updated_on = models.DateField("redogörelsen uppdaterades")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "tillgänglighetsredogörelse"
        verbose_name_plural = "tillgänglighetsredogörelse"
        constraints = [
            models.CheckConstraint(
                condition=~Q(compliance="partial", shortcomings="", burdensome=""),
                name="statement_partial_names_what",
                violation_error_message="Delvis förenlig: skriv vilket innehåll som inte är tillgängligt, och varför.",
            ),
            models.CheckConstraint(
                condition=Q(pk=1),
                name="statement_only_one",
                violation_error_message="Det finns redan en tillgänglighetsredogörelse. Ändra den i stället.",
            ),
        ]

    def __str__(self) -> str:
        return f"Tillgänglighetsredogörelse för {self.site_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)


def legible_accent(value: str) -> None:
    """Validate that titles and links in this colour, and white text on buttons of it, can be read by everybody."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise ValidationError("Skriv färgen som # och sex tecken, till exempel #12405c.")
    if not is_legible(value):
        raise ValidationError(
            f"Färgen {value} är för ljus för att läsas mot vitt. Närmaste nyans som är mörk nog är "
            f"{nearest_legible(value)}."
        )


class Appearance(models.Model):
    """The municipality's colour and logotype; one row, or none for the default appearance."""

    accent = models.CharField(
        "accentfärg",
        max_length=7,
        default="#12405c",
        validators=[legible_accent],
        help_text="För rubriker, länkar och knappar. En färg som är för ljus för att läsas mot vitt tas inte emot.",
    )
    logotype = models.FileField(
        "logotyp",
        upload_to="logotyp/",
        blank=True,
        help_text="SVG eller PNG, högst 40 kB, för ljus bakgrund. Visas överst på varje sida.",
    )
    logotype_has_name = models.BooleanField(
        "logotypen innehåller kommunens namn", default=False, help_text="Då skrivs namnet inte ut bredvid."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "utseende"
        verbose_name_plural = "utseende"
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="appearance_only_one",
                violation_error_message="Utseendet är redan valt. Ändra det i stället.",
            )
        ]

    def __str__(self) -> str:
        return f"Utseende med accentfärgen {self.accent}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @property
    def file_name(self) -> str:
        """The last part of the logotype's address."""
        return PurePosixPath(self.logotype.name or "").name
