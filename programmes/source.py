"""Values of a programme file that know their place in it, and errors that name the place."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from organisation.appearance.printing import describe_unprintable
from organisation.text import clean

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """A fault at one place of the file and its remedy, in Swedish.

    The place is a JSON path such as `$.areas[0].name`, or a sheet with row and column. A fault of the whole file has
    none.
    """

    text: str
    path: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    @property
    def place(self) -> str:
        if not self.sheet:
            return self.path
        parts = [f"Bladet {self.sheet}"]
        if self.row:
            parts.append(f"rad {self.row}")
        if self.column:
            parts.append(f"kolumn {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


class SourceError(Exception):
    """The file cannot be used. `problems` are all its faults with their places, and the text lists them."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = [one if isinstance(one, Problem) else Problem(one) for one in problems]
        super().__init__("\n".join(map(str, self.problems)))


class _Collector:
    """Context manager that collects the problems of a SourceError.

    A class, since one made by `contextlib.contextmanager` takes several times as long, and each value of a file has
    one.
    """

    __slots__ = ("problems",)

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, SourceError):
            return False
        self.problems.extend(error.problems)
        return True


class Problems(list[Problem]):
    """Faults collected so far: reading goes on after a fault, so that all of them are reported at once."""

    def collect(self) -> _Collector:
        """Return a context manager: a SourceError within the block is collected, and ends the block."""
        return _Collector(self)

    def unique(self, nodes: list[Node], key: str) -> list[Node]:
        """Return the nodes with distinct values under `key`; collect a problem for each of the others."""
        nodes_by_value: dict[str | int, Node] = {}
        for node in nodes:
            with self.collect():
                keyed = node[key]
                value = keyed.value
                if not isinstance(value, (str, int)):
                    raise keyed.error("här ska det stå en text eller ett heltal.")
                if value in nodes_by_value:
                    raise keyed.error(f"”{value}” står redan i {nodes_by_value[value].place}.")
                nodes_by_value[value] = node
        return list(nodes_by_value.values())

    def raise_if_any(self) -> None:
        if self:
            raise SourceError(*self)


class SourceRow(dict[str, Any]):
    """An object from a row of a sheet. `columns` are the labels of the columns that its values were read from.

    A key without a column is missing: a stored item keeps its value, and a new item gets that in `defaults`.
    """

    __slots__ = ("columns", "defaults", "number", "sheet")

    def __init__(self, sheet: str, number: int | None, columns: Mapping[str, str]) -> None:
        super().__init__()
        self.sheet = sheet
        self.number = number
        self.columns = columns
        self.defaults: Mapping[str, Any] = {}

    def problem(self, text: str, key: str = "") -> Problem:
        return Problem(text, sheet=self.sheet, row=self.number, column=self.columns.get(key, ""))

    def subset(self, names: Mapping[str, str], **more: Any) -> SourceRow:
        """Return a row with some of the values and their columns: `names` maps old keys to new ones. Add `more`."""
        columns = {new: self.columns[old] for old, new in names.items() if old in self.columns}
        row = SourceRow(self.sheet, self.number, columns)
        row.update({new: self[old] for old, new in names.items() if old in self})
        row.update(more)
        return row


def read_json(path: Path) -> Node:
    """Return the document in the file. Raise SourceError when it cannot be read or is not JSON."""
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
    """A value in the file with its JSON path, and with the row of the sheet that it was read from."""

    __slots__ = ("key", "path", "row", "value")

    def __init__(self, value: Any, path: str, row: SourceRow | None = None, key: str = "") -> None:
        self.value = value
        self.path = path
        self.row = value if isinstance(value, SourceRow) else row
        self.key = key

    @property
    def place(self) -> str:
        return self.problem("").place

    def problem(self, text: str) -> Problem:
        if self.row is None:
            return Problem(text, self.path)
        return Problem(
            text, self.path, sheet=self.row.sheet, row=self.row.number, column=self.row.columns.get(self.key, "")
        )

    def error(self, text: str) -> SourceError:
        return SourceError(self.problem(text))

    def __getitem__(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.error("här ska det stå ett objekt { … }.")
        if key not in self.value:
            raise self.error(f"nyckeln ”{key}” saknas.")
        return Node(self.value[key], f"{self.path}.{key}", self.row, key)

    def get(self, key: str, default: Any) -> Node:
        """Return the value of a key that files of earlier versions lack."""
        if isinstance(self.value, dict) and key in self.value:
            return self[key]
        return Node(default, f"{self.path}.{key}", self.row, key)

    def items(self) -> list[Node]:
        if not isinstance(self.value, list):
            raise self.error("här ska det stå en lista [ … ].")
        return [Node(value, f"{self.path}[{index}]", self.row, self.key) for index, value in enumerate(self.value)]

    @property
    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.error("här ska det stå en text.")
        return clean(self.value).strip()

    @property
    def integer(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.error("här ska det stå ett heltal.")
        return self.value

    @property
    def integer_or_none(self) -> int | None:
        return None if self.value is None else self.integer

    @property
    def number(self) -> Decimal:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.error("här ska det stå ett tal.")
        return Decimal(str(self.value))

    @property
    def number_or_none(self) -> Decimal | None:
        return None if self.value is None else self.number

    @property
    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.error("här ska det stå true eller false.")
        return self.value

    @property
    def day(self) -> date:
        try:
            return date.fromisoformat(self.text)
        except ValueError:
            raise self.error(f"”{self.value}” är inte ett datum; skriv till exempel 2021-02-17.") from None

    @property
    def day_or_none(self) -> date | None:
        return None if self.value is None else self.day

    def look_up(self, known: Mapping[str, T], noun: str) -> T:
        """Return the value in `known` under this text; `noun` names its kind in the error."""
        text = self.text
        if text not in known:
            raise self.error(f"{noun} ”{text}” är inte känd.")
        return known[text]


def unprintable_texts(node: Node) -> list[Problem]:
    """Return the places in the file with characters that the PDF documents cannot show, each with a warning."""
    if isinstance(node.value, str):
        warning = describe_unprintable(clean(node.value))
        return [node.problem(f"{warning}.")] if warning else []
    if isinstance(node.value, list):
        parts = node.items()
    elif isinstance(node.value, dict):
        parts = [node[key] for key in node.value]
    else:
        parts = []
    return [warning for part in parts for warning in unprintable_texts(part)]


def validate(
    instance: models.Model, node: Node, keys: Mapping[str, str] | None = None, unread: Collection[str] = ()
) -> None:
    """Validate the instance without the database. SourceError lists all bad fields.

    `keys` maps fields to keys of the file, where they differ. Fields in `unread` have been reported already.
    """
    errors: dict[str, list[ValidationError]] = {}
    clean_fields = partial(instance.clean_fields, exclude={*_relations(type(instance)), *unread})
    for validate_part in (clean_fields, instance.clean):
        try:
            validate_part()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        keys = keys or {}
        raise SourceError(
            *(_problem_of(instance, node, field, keys.get(field, field), found[0]) for field, found in errors.items())
        )


@cache
def _relations(model: type[models.Model]) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.fields if field.is_relation)


def _problem_of(instance: models.Model, node: Node, field: str, key: str, error: ValidationError) -> Problem:
    """Return the validation error as a problem at the place of the field in the file."""
    is_missing = error.code in ("blank", "null")
    if isinstance(node.value, dict) and key in node.value:
        return node[key].problem("det här måste fyllas i." if is_missing else str(error.messages[0]))
    if not is_missing:
        return node.problem(str(error.messages[0]))
    name = instance._meta.get_field(field).verbose_name  # type: ignore[union-attr]
    # The sheet may have a column for it whose cell is empty.
    return Node(None, node.path, node.row, key).problem(f"{name} måste fyllas i.")
