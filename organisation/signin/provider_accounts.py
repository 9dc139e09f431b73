"""Accounts of users who sign in at the municipality's provider: linked, created and updated at sign-in."""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from organisation.history import save_as
from organisation.models import PasswordLink, User
from organisation.signin.password_links import INVITATION, LinkRefusedError, use_at_provider
from organisation.signin.provider_groups import apply_provider_groups

logger = logging.getLogger(__name__)

Claims = dict[str, Any]

UPDATED_FIELDS = ("first_name", "last_name", "email")
# Maximum lengths of the fields of `User`.
MAX_LENGTHS = {"username": 150, "email": 254, "first_name": 150, "last_name": 150}


class ProviderAccountAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse a token issued for another request, link an account that exists, and update the linked account."""
        # The nonce is a random text that the provider copies from our request into its token.
        sent_nonce = sociallogin.state.get("nonce")
        if not sent_nonce or sociallogin.nonce != sent_nonce:
            logger.warning("Sign-in at the provider refused: the token answers another request")
            raise ImmediateHttpResponse(render_authentication_error(request, sociallogin.provider))

        if not sociallogin.is_existing:
            _link_account(request, sociallogin)
        # Linking makes the login an existing one.
        if sociallogin.is_existing:
            _update_account(sociallogin.user, sociallogin.claims)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return bool(settings.OIDC_CREATE_ACCOUNTS)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Create an account with no rights other than those that the person's groups lead to."""
        user: User = super().populate_user(request, sociallogin, _user_fields(sociallogin.claims))
        user.set_unusable_password()
        user.username = _free_username(sociallogin.claims)
        save_as(user, reason="Första inloggningen")
        sociallogin.account.user = user
        sociallogin.account.save()
        apply_provider_groups(user, _groups(sociallogin.claims), timezone.localdate())
        return user

    def get_requests_session(self) -> requests.Session:
        """Follow no redirects: the settings alone decide which hosts are asked."""
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:
        logger.warning("Sign-in at the provider failed: %r", kwargs.get("exception") or kwargs.get("error"))


def _link_account(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Link the login to the local account of the same person, if there is one.

    An invitation that was opened in the same session leads to its account; otherwise the claims do.
    """
    user = _invited_account(request) or _account_to_link(sociallogin)
    if user:
        user._change_reason = "Kopplat till kommunens inloggning"  # type: ignore[attr-defined]
        sociallogin.connect(request, user)


def _invited_account(request: HttpRequest) -> User | None:
    """Return the account of the invitation in the session, and use the invitation up; None without a valid one."""
    link = PasswordLink.objects.select_related("user").filter(pk=request.session.pop(INVITATION, None)).first()
    if link is None or link.user.is_superuser or SocialAccount.objects.filter(user=link.user).exists():
        return None
    try:
        use_at_provider(link, timezone.now())
    except LinkRefusedError as error:
        logger.warning("Invitation of user %s not used: %s", link.user_id, error)
        return None
    return link.user


def _account_to_link(sociallogin: SocialLogin) -> User | None:
    """Return the one local account with the user name or address of the claims, as OIDC_LINK_BY says.

    Never return a superuser's account, or one that is already linked to another person at the provider.
    """
    field = settings.OIDC_LINK_BY
    value = _user_fields(sociallogin.claims).get(field, "") if field else ""
    if not value:
        return None
    candidates = User.objects.filter(**{f"{field}__iexact": value}, is_superuser=False, socialaccount__isnull=True)
    return candidates.get() if candidates.count() == 1 else None


def _update_account(user: User, claims: Claims) -> None:
    """Store the name and address of the claims, and the roles and units that the groups lead to."""
    fields = _user_fields(claims)
    changed = [name for name in UPDATED_FIELDS if fields.get(name) and fields[name] != getattr(user, name)]
    for name in changed:
        setattr(user, name, fields[name])
    if changed:
        save_as(user, reason="Uppgifter vid inloggning", update_fields=changed)
    apply_provider_groups(user, _groups(claims), timezone.localdate())


def _user_fields(claims: Claims) -> dict[str, str]:
    """Return the claims about the person under the names of the fields of `User`, cut to their lengths."""
    first_name, _, last_name = str(claims.get("name", "")).partition(" ")
    values = {
        "username": claims.get("preferred_username") or claims.get("upn"),
        "email": claims.get("email"),
        "first_name": claims.get("given_name") or first_name,
        "last_name": claims.get("family_name") or last_name,
    }
    return {name: str(value)[: MAX_LENGTHS[name]] for name, value in values.items() if value}


def _free_username(claims: Claims) -> str:
    """Return the provider's user name, or one made from the provider's identifier if that is taken or missing."""
    username = _user_fields(claims).get("username", "")
    if username and not User.objects.filter(username__iexact=username).exists():
        return username
    return "inloggad-" + sha256(str(claims["sub"]).encode()).hexdigest()[:16]


def _groups(claims: Claims) -> list[str]:
    """Return the person's groups: a provider sends a list, or a single text when there is one group (ADFS)."""
    groups = claims.get(settings.OIDC_GROUPS_CLAIM, [])
    return [str(group) for group in groups] if isinstance(groups, list) else [str(groups)]
