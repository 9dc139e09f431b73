"""allauth's account adapter: no sign-up, times in the session, changes of the sign-in recorded, attempts logged."""

from __future__ import annotations

import logging
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from organisation.models import AccountChange, User
from organisation.sessions import SEEN_AT, SIGNED_IN_AT

logger = logging.getLogger(__name__)

# Account changes, in Swedish, by the prefix of allauth's mail template.
ACCOUNT_CHANGES = {
    "mfa/email/totp_activated": "En app för tvåstegsinloggning lades till",
    "mfa/email/totp_deactivated": "Appen för tvåstegsinloggning togs bort",
    "mfa/email/recovery_codes_generated": "Nya reservkoder skapades",
    "mfa/email/webauthn_added": "En passkey eller säkerhetsnyckel lades till",
    "mfa/email/webauthn_removed": "En passkey eller säkerhetsnyckel togs bort",
    "socialaccount/email/account_connected": "Kontot kopplades till kommunens inloggning",
}


class AccountAdapter(DefaultAccountAdapter):
    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Record the change instead: the mail about it also goes to the administrators."""
        if template_prefix in ACCOUNT_CHANGES:
            AccountChange.objects.record(user, ACCOUNT_CHANGES[template_prefix], by=user)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: administrators create local accounts."""
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
        # Without the user name: people often type their password there.
        logger.warning("Sign-in failed from %s", self.get_client_ip(request))
