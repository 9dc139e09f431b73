"""Reading a programme file: values that know where they stand, and errors that say so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

T = TypeVar("T")


class SourceError(Exception):
    """The file cannot be used. The text is Swedish and names the place, such as `$.areas[0].name`."""


def read_json(path: Path) -> Node:
    """The document in the file. SourceError when it cannot be read or is not JSON."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"Filen {path} kunde inte läsas: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"Filen {path} är inte sparad som UTF-8.") from error
    try:
        return Node(json.loads(text), "$")
    except json.JSONDecodeError as error:
        raise SourceError(
            f"Filen {path} är inte giltig JSON: fel på rad {error.lineno}, tecken {error.colno}."
        ) from error


class Node:
    """A value in the file together with the JSON path that leads to it."""

    def __init__(self, value: Any, path: str) -> None:
        self.value = value
        self.path = path

    def fail(self, problem: str) -> SourceError:
        return SourceError(f"{self.path}: {problem}")

    def __getitem__(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.fail("här ska det stå ett objekt { … }.")
        if key not in self.value:
            raise self.fail(f"nyckeln ”{key}” saknas.")
        return Node(self.value[key], f"{self.path}.{key}")

    def get(self, key: str, default: Any) -> Node:
        """What stands under a key that a file may leave out, as files from before it was thought of do."""
        return self[key] if isinstance(self.value, dict) and key in self.value else Node(default, f"{self.path}.{key}")

    def items(self, unique: str = "") -> list[Node]:
        """The members of a list; no two may have the same value under the key `unique`."""
        if not isinstance(self.value, list):
            raise self.fail("här ska det stå en lista [ … ].")
        nodes = [Node(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]
        seen: dict[Any, str] = {}
        for node in nodes if unique else []:
            key = node[unique]
            if not isinstance(key.value, str | int):
                raise key.fail("här ska det stå en text eller ett heltal.")
            if key.value in seen:
                raise key.fail(f"”{key.value}” står redan i {seen[key.value]}.")
            seen[key.value] = node.path
        return nodes

    @property
    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.fail("här ska det stå en text.")
        return self.value.strip()

    @property
    def integer(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.fail("här ska det stå ett heltal.")
        return self.value

    @property
    def integer_or_none(self) -> int | None:
        return None if self.value is None else self.integer

    @property
    def figure(self) -> Decimal:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.fail("här ska det stå ett tal.")
        return Decimal(str(self.value))

    @property
    def figure_or_none(self) -> Decimal | None:
        return None if self.value is None else self.figure

    @property
    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.fail("här ska det stå true eller false.")
        return self.value

    @property
    def day(self) -> date:
        try:
            return date.fromisoformat(self.text)
        except ValueError:
            raise self.fail(f"”{self.value}” är inte ett datum; skriv till exempel 2021-02-17.") from None

    @property
    def day_or_none(self) -> date | None:
        return None if self.value is None else self.day

    def one_of(self, known: Mapping[str, T], what: str) -> T:
        """What `known` holds under the text here."""
        if self.text not in known:
            raise self.fail(f"{what} ”{self.text}” är inte känd.")
        return known[self.text]


def check(instance: models.Model, node: Node, names: dict[str, str] | None = None) -> None:
    """SourceError names the instance's first bad field. `names`: field to key in the file, where they differ."""
    try:
        instance.clean_fields(exclude=[field.name for field in instance._meta.fields if field.is_relation])
        instance.validate_constraints()
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        key = (names or {}).get(field, field)
        place = node[key] if isinstance(node.value, dict) and key in node.value else node
        raise place.fail(problems[0]) from error
