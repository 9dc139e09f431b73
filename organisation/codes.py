"""One-time codes from an app: each is accepted once, although a code is valid for longer than one period."""

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.base.forms import BaseAuthenticateForm
from django.core.cache import cache
from django.utils.crypto import salted_hmac


class SingleUseCode(BaseAuthenticateForm):
    """Refuse a code that this person has used.

    allauth remembers a used code for one period. With a tolerance, a code is valid for the periods before and after
    its own too, so it is remembered for all of them.
    """

    def clean_code(self) -> str:
        code = super().clean_code()
        used = salted_hmac("organisation.codes", f"{self.user.pk} {''.join(code.split())}").hexdigest()
        valid_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        if not cache.add(f"used-code-{used}", True, timeout=valid_for):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(SingleUseCode, forms.AuthenticateForm):
    """Second step of signing in."""


class ReauthenticateForm(SingleUseCode, forms.ReauthenticateForm):
    """New proof of identity before a change of the account."""
