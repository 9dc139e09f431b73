"""Base of the values that a report is made of."""

from typing import ClassVar

from pydantic import ConfigDict

STRICT = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Part:
    """A value in a report. An unknown name in its JSON is an error."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
