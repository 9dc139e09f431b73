"""Addresses pasted from a mail program or a list: "Eva Ek <eva@example.se>; per@example.se"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from organisation.text import clean_line

_NAME_AND_ADDRESS = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>")
_NAME_IN_ADDRESS = re.compile(r"[^\W\d_]+([.-][^\W\d_]+)+")
MAX_LENGTH = 150


@dataclass(frozen=True)
class PastedAddress:
    """One entry of the pasted text, with a Swedish sentence about the fault if it cannot be used."""

    text: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def pasted_addresses(text: str) -> list[PastedAddress]:
    """Return the entries of the text in their order. An address that is repeated is a fault."""
    seen: set[str] = set()
    addresses = []
    for entry in _entries(text):
        address = _read(entry)
        if not address.problem and address.email.casefold() in seen:
            address = PastedAddress(entry, problem="Adressen står två gånger i listan.")
        seen.add(address.email.casefold())
        addresses.append(address)
    return addresses


def _entries(text: str) -> Iterator[str]:
    """Yield the entries, parted by lines and semicolons, and by commas where each part has an address.

    In "Ek, Eva <eva@example.se>" the comma belongs to the name.
    """
    for piece in re.split(r"[\n;]", text):
        parts = [part for part in piece.split(",") if part.strip()]
        all_have_address = all("@" in part for part in parts)
        for entry in parts if all_have_address else [piece]:
            if entry.strip():
                yield clean_line(entry).strip()


def _read(entry: str) -> PastedAddress:
    """Return the name and the address of one entry, or its fault."""
    match = _NAME_AND_ADDRESS.fullmatch(entry)
    email = match["email"].strip() if match else entry
    if "@" not in email:
        return PastedAddress(entry, problem="Adressen saknar @. Skriv den som namn@kommun.se.")
    try:
        validate_email(email)
    except ValidationError:
        return PastedAddress(entry, problem="Det är ingen giltig e-postadress. Skriv den som namn@kommun.se.")

    first_name, last_name = _split_name(match["name"]) if match else _name_in_address(email)
    return PastedAddress(entry, first_name[:MAX_LENGTH], last_name[:MAX_LENGTH], email)


def _split_name(name: str) -> tuple[str, str]:
    """Return first and last name of "Eva Ek" or "Ek, Eva", with or without quotation marks."""
    name = name.strip().strip("\"'").strip()
    last_name, comma, first_name = name.partition(",")
    if comma:
        return first_name.strip(), last_name.strip()
    first_name, _, last_name = name.partition(" ")
    return first_name, last_name.strip()


def _name_in_address(email: str) -> tuple[str, str]:
    """Return the name that an address such as eva.ek@example.se contains; empty names for other addresses."""
    local_part = email.partition("@")[0]
    if not _NAME_IN_ADDRESS.fullmatch(local_part):
        return "", ""
    first_name, _, last_name = local_part.replace(".", " ").title().partition(" ")
    return first_name, last_name
