"""Passkeys and security keys: refuse a registration that no key has made."""

import struct

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal.auth import parse_registration_response


class AddPasskeyForm(AddWebAuthnForm):
    def clean_credential(self) -> dict[str, object]:
        """Refuse an empty or unreadable registration.

        allauth checks only a credential that is true in Python. It would store `0` or `{}` as a second step, and the
        page that asks for this second step would fail.
        """
        credential = self.cleaned_data["credential"]
        try:
            parse_registration_response(credential)
        except (LookupError, ValueError, struct.error) as error:  # from the decoders of CBOR and of the key's data
            raise get_adapter().validation_error("incorrect_code") from error
        return credential
