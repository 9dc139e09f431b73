"""Units and perspectives by the names that people write in cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django.utils.text import slugify

from organisation.models import Unit
from programmes.sheets.cells import normal
from programmes.sheets.mapping import MappedWorkbook
from programmes.sheets.name_lists import (
    MAX_ABBREVIATION,
    is_contact,
    is_last_name_first,
    is_person,
    letters_left_out,
    split_names,
)
from programmes.sheets.periods import DASHES
from programmes.source import SourceRow

Fields = dict[str, Any]
ABBREVIATIONS = {"ks": "kommunstyrelsen", "kf": "kommunfullmäktige"}
# Endings of names by the kind of unit; any other unit is an administration.
KINDS = (
    (r"^kommunfullmäktige$", Unit.Kind.COUNCIL),
    (r"^kommunstyrelsen?$", Unit.Kind.BOARD),
    (r"utskott(et)?$", Unit.Kind.SUBCOMMITTEE),
    (r"beredning(en)?$", Unit.Kind.PREPARATION),
    (r"(nämnd|nämnden|styrelse|styrelsen|fullmäktige)$", Unit.Kind.COMMITTEE),
    (r"förbund(et)?$", Unit.Kind.FEDERATION),
    (r"(\bab|bolag|bolaget|fastigheter)$", Unit.Kind.COMPANY),
)
SIMILARITY_OF_NAMES = 0.75


class NameRegister:
    """Units or perspectives by name, slug and abbreviation. Names on the file's own sheet go before stored ones."""

    def __init__(self, mapped: MappedWorkbook, key: str, stored: Sequence[Fields]) -> None:
        self._mapped = mapped
        self._key = key
        self._by_name: dict[str, Fields] = {}
        self._used: dict[str, Fields] = {}
        self._slugs_by_cell: dict[str, list[str]] = {}
        self._found: dict[str, Fields | None] = {}
        for row in mapped.rows(key):
            if row.get("name"):
                self._add_row(row, stored)
        for fields in stored:
            self._by_name.setdefault(name_key(fields["name"]), fields)
            self._by_name.setdefault(name_key(fields["slug"]), fields)

    @property
    def used(self) -> list[Fields]:
        """Return the fields of those that are named anywhere in the file."""
        return list(self._used.values())

    def slugs_in(self, row: SourceRow, key: str) -> list[str]:
        """Return the slugs of all that are named in the cell. An unknown name is added, with a note."""
        slugs: dict[str, None] = {}
        for written in row.get(key) or ():
            if written not in self._slugs_by_cell:
                self._slugs_by_cell[written] = self._slugs_of(written, row, key)
            slugs.update(dict.fromkeys(self._slugs_by_cell[written]))
        return list(slugs)

    def _slugs_of(self, written: str, row: SourceRow, key: str) -> list[str]:
        names = [written] if is_last_name_first(written) else self._split(written)
        persons = self._persons_among(names)
        for person in persons:
            note = f"”{person}” läses inte: det ser ut som en person och inte som en enhet."
            self._mapped.notes.append(row.problem(note, key))
        return [self._slug_of(name, row, key) for name in names if name not in persons]

    def _add_row(self, row: SourceRow, stored: Sequence[Fields]) -> None:
        name = row["name"]
        stored_slug = next((fields["slug"] for fields in stored if name_key(fields["name"]) == name_key(name)), "")
        fields = row.subset({"name": "name", "kind": "kind", "description": "description"})
        fields["slug"] = row.get("slug") or stored_slug or slugify(name)[:80]
        if not fields.get("kind"):
            fields.pop("kind", None)
        fields.defaults = {"kind": kind_of(name), "description": ""}
        self._used[fields["slug"]] = fields
        for alias in (name, fields["slug"], row.get("abbreviation")):
            if alias:
                self._by_name[name_key(alias)] = fields

    def _split(self, written: str) -> list[str]:
        """Return the names in a cell, without persons and their telephone numbers."""
        return split_names(written, lambda name: self._find(name) is not None)

    def _persons_among(self, names: Sequence[str]) -> list[str]:
        """Return the names of persons, and their telephone numbers and addresses on their own."""
        if self._key != "units":
            return []
        persons = []
        for name, following in zip(names, [*names[1:], ""], strict=True):
            has_contact = is_contact(following) and " " in name
            if self._find(name) is None and (is_person(name) or has_contact):
                persons.append(name)
        return persons

    def _find(self, name: str) -> Fields | None:
        """Return the unit or perspective of this name, alias or abbreviation, also by the file's own legend."""
        wanted = name_key(name)
        if not wanted:
            return None
        if wanted not in self._found:
            self._found[wanted] = self._search(name, wanted)
        return self._found[wanted]

    def _search(self, name: str, wanted: str) -> Fields | None:
        exact = self._by_name.get(wanted) or self._by_name.get(ABBREVIATIONS.get(wanted, ""))
        if exact or self._key != "units":
            return exact
        explained = self._by_name.get(name_key(self._mapped.legend.get(normal(name), "")))
        return explained or self._find_abbreviated(name)

    def _find_abbreviated(self, abbreviation: str) -> Fields | None:
        """Return the only unit that the letters abbreviate, or whose name begins so."""
        if not 2 <= len(abbreviation) <= MAX_ABBREVIATION:
            return None
        fits: dict[str, int] = {}
        by_slug = {fields["slug"]: fields for fields in self._by_name.values()}
        for slug, fields in by_slug.items():
            left_out = letters_left_out(abbreviation, fields["name"])
            if left_out is None and name_key(fields["name"]).startswith(name_key(abbreviation)):
                left_out = MAX_ABBREVIATION
            if left_out is not None:
                fits[slug] = left_out
        best = [slug for slug, left_out in fits.items() if left_out == min(fits.values())]
        return by_slug[best[0]] if len(best) == 1 else None

    def _slug_of(self, name: str, row: SourceRow, key: str) -> str:
        fields = self._find(name) or self._add_name(name, row, key)
        self._used.setdefault(fields["slug"], fields)
        return str(fields["slug"])

    def _add_name(self, name: str, row: SourceRow, key: str) -> Fields:
        """Add an unknown name as a new unit or perspective, with a note."""
        plural = "enheterna" if self._key == "units" else "perspektiven"
        near = get_close_matches(name_key(name), list(self._by_name), n=1, cutoff=SIMILARITY_OF_NAMES)
        hint = f" Menar du {self._by_name[near[0]]['name']}?" if near else ""
        self._mapped.notes.append(row.problem(f"”{name}” finns inte bland {plural} och läggs till.{hint}", key))
        fields = SourceRow(row.sheet, row.number, {"name": row.columns.get(key, "")})
        fields.update(slug=self._free_slug(name), name=name)
        fields.defaults = {"kind": kind_of(name), "description": ""}
        self._by_name[name_key(name)] = fields
        # A new unit may be the one that an abbreviation further down stands for.
        self._found.clear()
        return fields

    def _free_slug(self, name: str) -> str:
        """Return a slug for a new name: "Råd Öst" and "Rad Ost" must not become one unit."""
        base = slugify(name)[:77]
        taken = {fields["slug"] for fields in self._by_name.values()}
        candidates = (base, *(f"{base}-{number}" for number in range(2, 100)))
        return next((slug for slug in candidates if slug not in taken), base)


def fields_of(instances: Sequence[Any], names: Sequence[str]) -> list[Fields]:
    """Return the named fields of each instance."""
    return [{name: getattr(instance, name) for name in names} for instance in instances]


def kind_of(unit_name: str) -> str:
    """Return the kind of unit that the ending of the name suggests."""
    folded = unit_name.strip().casefold()
    return next((kind for pattern, kind in KINDS if re.search(pattern, folded)), Unit.Kind.ADMINISTRATION)


def name_key(name: str) -> str:
    """Return the name for comparison: spaces and dashes aside, and "&" and "samt" as "och"."""
    plain = normal(name.translate(DASHES))
    return re.sub(r"[\s-]+", "", re.sub(r"&|\bsamt\b", " och ", plain))
