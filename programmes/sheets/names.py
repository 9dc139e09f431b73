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
from programmes.sheets.periods import DASHES
from programmes.source import SourceRow

Fields = dict[str, Any]
ABBREVIATIONS = {"ks": "kommunstyrelsen", "kf": "kommunfullmäktige"}
# Endings of names by the kind of unit; any other unit is an administration.
KINDS = (
    (r"(nämnd|nämnden|styrelse|styrelsen|fullmäktige)$", Unit.Kind.COMMITTEE),
    (r"förbund(et)?$", Unit.Kind.FEDERATION),
    (r"(\bab|bolag|bolaget|fastigheter)$", Unit.Kind.COMPANY),
)
SIMILARITY_OF_NAMES = 0.75
MAX_ABBREVIATION = 6


class NameRegister:
    """Units or perspectives by name, slug and abbreviation. Names on the file's own sheet go before stored ones."""

    def __init__(self, mapped: MappedWorkbook, key: str, stored: Sequence[Fields]) -> None:
        self._mapped = mapped
        self._key = key
        self._by_name: dict[str, Fields] = {}
        self._used: dict[str, Fields] = {}
        self._slugs_by_cell: dict[str, list[str]] = {}
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
                names = self._split(written)
                self._slugs_by_cell[written] = [self._slug_of(name, row, key) for name in names]
            slugs.update(dict.fromkeys(self._slugs_by_cell[written]))
        return list(slugs)

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
        """Return the names in a cell.

        "Kultur- och fritidsnämnden" is one name: "och" separates names only when one of its sides is a known name, and
        never after a hyphen.
        """
        if self._find(written):
            return [written]
        written = written.translate(DASHES)
        parts = [part.strip() for part in re.split(r"[,;\n/|]|(?<!-)\s+&\s+", written) if part.strip(" .-")]
        names = []
        for part in parts:
            halves = [half.strip() for half in re.split(r"\s+(?:och|samt|and|&)\s+", part)]
            is_one_name = len(halves) == 1 or halves[0].endswith("-") or bool(self._find(part))
            names += [part] if is_one_name or not any(map(self._find, halves)) else halves
        return names

    def _find(self, name: str) -> Fields | None:
        wanted = name_key(name)
        exact = self._by_name.get(wanted) or self._by_name.get(ABBREVIATIONS.get(wanted, ""))
        if exact or self._key != "units" or not 2 <= len(wanted) <= MAX_ABBREVIATION:
            return exact
        return self._find_abbreviated(wanted)

    def _find_abbreviated(self, abbreviation: str) -> Fields | None:
        """Return the only unit whose name begins so, or whose words have these initials."""
        fitting = {
            fields["slug"]: fields
            for key, fields in self._by_name.items()
            if key.startswith(abbreviation) or _initials(fields["name"]) == abbreviation
        }
        return next(iter(fitting.values())) if len(fitting) == 1 else None

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


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.split(r"[\s-]+", normal(name)) if word and word != "och")
