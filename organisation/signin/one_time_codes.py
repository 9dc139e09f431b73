"""One-time codes from an app: each is accepted once, although it is valid for longer than one period."""

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.base.forms import BaseAuthenticateForm
from django.core.cache import cache
from django.utils.crypto import salted_hmac


class SingleUseCodeForm(BaseAuthenticateForm):
    """Refuse a code that this user has used before.

    allauth remembers a used code for one period. With a tolerance, a code is valid in the periods before and after its
    own too, so it is remembered for all of them.
    """

    def clean_code(self) -> str:
        code = super().clean_code()
        digest = salted_hmac("used-code", f"{self.user.pk} {''.join(code.split())}").hexdigest()
        valid_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        is_first_use = cache.add(f"used-code-{digest}", True, timeout=valid_for)
        if not is_first_use:
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(SingleUseCodeForm, forms.AuthenticateForm):
    """Second factor at sign-in."""


class ReauthenticateForm(SingleUseCodeForm, forms.ReauthenticateForm):
    """New proof of identity before a change of the account."""
