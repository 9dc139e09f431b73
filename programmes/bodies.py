"""The body that decides on follow-ups as a plain value, in the forms that Swedish sentences need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from organisation.models import Unit
from organisation.sentences import with_capital
from programmes.terms import genitive


@dataclass(frozen=True)
class Body:
    """The deciding body of a programme; the municipal board (kommunstyrelsen) unless its framework names another.

    :param in_text: the name as in the middle of a sentence.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    in_text: str = "kommunstyrelsen"

    @property
    def name(self) -> str:
        """The name at the beginning of a sentence."""
        return with_capital(self.in_text)

    @property
    def genitive(self) -> str:
        """The possessive in the middle of a sentence: "kommunstyrelsens"."""
        return genitive(self.in_text)


def body_of(unit: Unit | None) -> Body:
    return Body(unit.name_in_text) if unit else Body()
