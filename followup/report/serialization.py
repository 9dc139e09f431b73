"""Reports as JSON: written, read and described by a schema. Decided reports of every earlier version stay readable."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from followup.report.report import SCHEMA, Report
from followup.report.upgrades import UPGRADES
from programmes.exporting import plain

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


class _SchemaWithoutTitles(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def decimal_schema(self, schema: Any) -> JsonSchemaValue:
        return {"type": "number"}


def to_json(value: DataclassInstance) -> str:
    """Return a report, or a value that holds one, as canonical JSON: equal values give equal text."""
    return json.dumps(asdict(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)


def from_json(text: str) -> Report:
    """Return the report that `to_json` wrote in this version or an earlier one. Raise ValueError otherwise."""
    data = _read(text)
    if not isinstance(data, dict):
        raise ValueError("Rapporten är inte ett objekt i JSON.")
    report: Report = _adapter(Report).validate_python(_upgraded(data))
    return report


def from_current_json(kind: type[T], text: str) -> T:
    """Return the value of type `kind` that `to_json` wrote in this version. Raise ValueError otherwise."""
    value: T = _adapter(kind).validate_python(_read(text))  # type: ignore[arg-type]
    return value


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of reports of this version."""
    schema = _adapter(Report).json_schema(mode="serialization", schema_generator=_SchemaWithoutTitles)
    schema["properties"]["schema"] = {"const": SCHEMA}
    title = "Rapport om uppföljningen av ett kommunalt program"
    return {"$schema": _SchemaWithoutTitles.schema_dialect, **schema, "title": title}


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read(text: str) -> Any:
    # Not by pydantic, which reads decimals as floats and refuses half of a surrogate pair.
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError:
        raise ValueError("Rapporten har för många nivåer.") from None


def _upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data in the form of the present version. Raise ValueError for an unknown version or form."""
    while (version := data.get("schema")) != SCHEMA:
        if type(version) is not int or version not in UPGRADES:
            raise ValueError(f"Rapporten har schemaversion {version}, den här versionen läser till och med {SCHEMA}.")
        try:
            data = UPGRADES[version](data)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"Rapporten har inte formen för schemaversion {version}.") from error
    return data
