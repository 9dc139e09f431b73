"""How allauth is bent to this project: who gets an account, how long a session lasts, what is kept how."""

from __future__ import annotations

import base64
import logging
import secrets
import time
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from organisation.granting import grant_rights
from organisation.history import save_as
from organisation.models import AccountChange, User

logger = logging.getLogger(__name__)

# In the session: when it began, and when it was last seen (organisation.middleware.SessionsEnd).
SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"

SECOND_STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def must_have_second_step(user: User) -> bool:
    """Whether a password alone does not do: for those with a role, where the settings say so."""
    return bool(settings.REQUIRE_MFA) and (user.is_staff or user.is_superuser or user.has_role)


def has_second_step(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_STEPS).exists()


def took_second_step(request: HttpRequest, user: User) -> bool:
    """Whether the person of this session proved more than a password. What the provider asks is the provider's."""
    return any(record["method"] in ("mfa", "socialaccount") for record in get_authentication_records(request, user))


# By the name of allauth's own mail template.
SIGN_IN_CHANGES = {
    "mfa/email/totp_activated": "En app för tvåstegsinloggning lades till",
    "mfa/email/totp_deactivated": "Appen för tvåstegsinloggning togs bort",
    "mfa/email/recovery_codes_generated": "Nya reservkoder skapades",
    "mfa/email/webauthn_added": "En passkey eller säkerhetsnyckel lades till",
    "mfa/email/webauthn_removed": "En passkey eller säkerhetsnyckel togs bort",
    "socialaccount/email/account_connected": "Kontot kopplades till kommunens inloggning",
}


class AccountAdapter(DefaultAccountAdapter):
    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Record the change instead: the project's own mail goes to the administrators too."""
        if template_prefix in SIGN_IN_CHANGES:
            AccountChange.objects.record(user, SIGN_IN_CHANGES[template_prefix], by=user)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Administrators make local accounts."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        try:
            return super().is_safe_url(url)
        except ValueError:  # not an address, such as "http://["
            return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())
        methods = [record["method"] for record in get_authentication_records(request, user)]
        logger.info("Signed in: user %s by %s", user.pk, "+".join(methods))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Not the name that was typed: it is a password often enough.
        logger.warning("Sign-in failed from %s", self.get_client_ip(request))


class ProviderAccountAdapter(DefaultSocialAccountAdapter):
    """Accounts of those who sign in at the municipality's provider."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse a token that answers another request; find or refuse the account; bring it up to date."""
        nonce = sociallogin.state.get("nonce")
        if not nonce or sociallogin.nonce != nonce:
            logger.warning("Sign-in at the provider refused: the token answers another request")
            raise ImmediateHttpResponse(render_authentication_error(request, sociallogin.provider))
        if not sociallogin.is_existing and (user := _account_to_link(sociallogin)):
            user._change_reason = "Kopplat till kommunens inloggning"  # type: ignore[attr-defined]
            sociallogin.connect(request, user)
        if sociallogin.is_existing:
            _bring_up_to_date(sociallogin.user, sociallogin.claims)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return bool(settings.OIDC_CREATE_ACCOUNTS)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A new account, with no rights but those that the person's groups lead to."""
        user: User = super().populate_user(request, sociallogin, _names(sociallogin.claims))
        user.set_unusable_password()
        user.username = _free_username(sociallogin.claims)
        save_as(user, reason="Första inloggningen")
        sociallogin.account.user = user
        sociallogin.account.save()
        grant_rights(user, _groups(sociallogin.claims), timezone.localdate())
        return user

    def get_requests_session(self) -> Any:
        """The provider is asked where the settings say, and nowhere that it would send us on to."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:
        logger.warning("Sign-in at the provider failed: %r", kwargs.get("exception") or kwargs.get("error"))


def _account_to_link(sociallogin: SocialLogin) -> User | None:
    """The local account that the person has already, if the settings say how it is known and it is one alone.

    Never a superuser's, and never one that is somebody else's at the provider.
    """
    field = settings.OIDC_LINK_BY
    value = _names(sociallogin.claims).get(field, "") if field else ""
    if not value:
        return None
    found = User.objects.filter(**{f"{field}__iexact": value}, is_superuser=False, socialaccount__isnull=True)
    return found.get() if found.count() == 1 else None


def _bring_up_to_date(user: User, claims: dict[str, Any]) -> None:
    names = _names(claims)
    changed = [
        field
        for field in ("first_name", "last_name", "email")
        if names.get(field) and names[field] != getattr(user, field)
    ]
    if changed:
        for field in changed:
            setattr(user, field, names[field])
        save_as(user, reason="Uppgifter vid inloggning", update_fields=changed)
    grant_rights(user, _groups(claims), timezone.localdate())


LENGTHS = {"username": 150, "email": 254, "first_name": 150, "last_name": 150}


def _names(claims: dict[str, Any]) -> dict[str, str]:
    """What the claims call the person, in our words; what does not fit is cut."""
    first, _, last = str(claims.get("name", "")).partition(" ")
    told = {
        "username": claims.get("preferred_username") or claims.get("upn"),
        "email": claims.get("email"),
        "first_name": claims.get("given_name") or first,
        "last_name": claims.get("family_name") or last,
    }
    return {name: str(value)[: LENGTHS[name]] for name, value in told.items() if value}


def _free_username(claims: dict[str, Any]) -> str:
    """The provider's name for the person, or one made of the provider's number where it is taken or missing."""
    wanted = _names(claims).get("username", "")
    if wanted and not User.objects.filter(username__iexact=wanted).exists():
        return wanted
    return "inloggad-" + sha256(str(claims["sub"]).encode()).hexdigest()[:16]


def _groups(claims: dict[str, Any]) -> list[str]:
    """The person's groups; a provider sends a list, or a text where there is one alone (ADFS)."""
    groups = claims.get(settings.OIDC_GROUPS_CLAIM, [])
    return [str(group) for group in groups] if isinstance(groups, list) else [str(groups)]


class SecondStepAdapter(DefaultMFAAdapter):
    def _get_site_name(self) -> str:
        """What an app or a key calls us."""
        return f"{settings.MUNICIPALITY_NAME}, uppföljning"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Who must have a second step keeps the last one; an administrator can take it away."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=SECOND_STEPS)
        return others.exclude(pk=authenticator.pk).exists() or not must_have_second_step(authenticator.user)

    def encrypt(self, text: str) -> str:
        """So that a copy of the database alone does not give away the second step."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted with today's or an earlier SECRET_KEY; else something that no code fits."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error("A second step cannot be read: has SECRET_KEY been changed without SECRET_KEY_FALLBACKS?")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(sha256(f"mfa:{key}".encode()).digest())) for key in keys])
