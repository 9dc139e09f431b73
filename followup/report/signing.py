"""Ed25519 signatures of the links of the chain of decided reports.

The secret key is a setting, so whoever can write to the database cannot sign a forged chain. The public key verifies
without the secret: `verify_reports` prints it, to be kept outside the system.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from followup.models import DecidedReport, ReportSignature


def can_sign() -> bool:
    return bool(settings.ARCHIVE_SIGNING_KEY)


def store_signature(link: DecidedReport) -> ReportSignature | None:
    """Sign the link and store the signature. None when no signing key is set."""
    if not can_sign():
        return None
    key = Ed25519PrivateKey.from_private_bytes(settings.ARCHIVE_SIGNING_KEY)
    signature = sign_message(_message(link.number, link.sha256))
    return ReportSignature.objects.create(report=link, key_id=key_id(key.public_key()), signature=signature)


def sign_message(message: bytes) -> str:
    """Return the signature of `message` in base64. Messages of different kinds must begin differently."""
    key = Ed25519PrivateKey.from_private_bytes(settings.ARCHIVE_SIGNING_KEY)
    return base64.b64encode(key.sign(message)).decode()


def has_trusted_signature(message: bytes, signature: str) -> bool:
    """Return whether one of the trusted keys made `signature` for `message`."""
    return any(_verifies(key, signature, message) for key in trusted_keys().values())


def public_key() -> str:
    """Return the public half of the signing key in base64; empty when no key is set."""
    if not can_sign():
        return ""
    key = Ed25519PrivateKey.from_private_bytes(settings.ARCHIVE_SIGNING_KEY).public_key()
    return base64.b64encode(key.public_bytes_raw()).decode()


def trusted_keys() -> dict[str, Ed25519PublicKey]:
    """Return the public keys to verify with, by id: the one of the signing key, and those of earlier keys."""
    keys = [Ed25519PublicKey.from_public_bytes(raw) for raw in settings.ARCHIVE_PUBLIC_KEYS]
    if can_sign():
        keys.append(Ed25519PrivateKey.from_private_bytes(settings.ARCHIVE_SIGNING_KEY).public_key())
    return {key_id(key): key for key in keys}


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def is_signature_of(number: int, sha256: str, signature: str, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether one of `keys` made `signature` for the link with this number and checksum."""
    return any(_verifies(key, signature, _message(number, sha256)) for key in keys.values())


def _verifies(key: Ed25519PublicKey, signature: str, message: bytes) -> bool:
    try:
        key.verify(base64.b64decode(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(number: int, sha256: str) -> bytes:
    return f"huddinge_safety decided report {number} {sha256}".encode()
