"""The report as JSON: what `report.from_json` reads back, described by a JSON Schema made of the same dataclasses."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from followup.report.report import SCHEMA, Report, to_json

_SIMPLE: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    Decimal: {"type": "number"},
    date: {"type": "string", "format": "date"},
    NoneType: {"type": "null"},
}


def render(report: Report) -> bytes:
    # Half a surrogate pair has no UTF-8; written with a backslash it is what JSON itself calls it.
    return to_json(report).encode("utf-8", "backslashreplace")


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of every report of this version."""
    definitions: dict[str, Any] = {}
    reference = _type(Report, definitions)
    definitions[Report.__name__]["properties"]["schema"] = {"const": SCHEMA}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rapport om uppföljningen av ett kommunalt program",
        **reference,
        "$defs": definitions,
    }


def _type(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """What values of a type look like; dataclasses are added to `definitions` and referred to."""
    if isinstance(kind, type) and is_dataclass(kind):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}  # taken, so that a type may hold its own kind
            definitions[kind.__name__].update(_object(kind, definitions))
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _type(get_args(kind)[0], definitions)}
    if isinstance(kind, UnionType):
        return {"anyOf": [_type(option, definitions) for option in get_args(kind)]}
    return _SIMPLE[kind]


def _object(kind: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    # A dataclass without a docstring of its own is given its signature as one.
    words = kind.__doc__ or ""
    return {
        **({} if words.startswith(f"{kind.__name__}(") else {"description": words}),
        "type": "object",
        "properties": {name: _type(hints[name], definitions) for name in names},
        "required": names,
        "additionalProperties": False,
    }
