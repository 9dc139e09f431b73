"""The words of a programme's levels as plain values, in the forms that Swedish sentences need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from pydantic import ConfigDict

from organisation.sentences import in_words


class Level(models.TextChoices):
    """The levels of a programme that have words of their own."""

    OVERARCHING_GOAL = "overarching_goal", "övergripande mål"
    AREA = "area", "område"
    GOAL = "goal", "mål"
    MEASURE = "measure", "åtgärd"


class Gender(models.TextChoices):
    """Grammatical gender of a noun, by its indefinite article."""

    COMMON = "en", "en"
    NEUTER = "ett", "ett"


@dataclass(frozen=True)
class Term:
    """The noun of a level: "åtgärd", "åtgärden", "åtgärder", "åtgärderna", with its article "en"."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    singular: str
    definite: str
    plural: str
    definite_plural: str
    article: str

    @property
    def is_neuter(self) -> bool:
        return self.article == Gender.NEUTER

    @property
    def genitive(self) -> str:
        """The possessive of the definite form: "åtgärdens"."""
        return genitive(self.definite)

    @property
    def plural_genitive(self) -> str:
        """The possessive of the definite plural: "åtgärdernas"."""
        return genitive(self.definite_plural)

    @property
    def indefinite(self) -> str:
        """The noun with its article: "ett mål"."""
        return f"{self.article} {self.singular}"

    @property
    def negated(self) -> str:
        """The noun after "no": "inget mål", "ingen åtgärd"."""
        return f"{self.agree('ingen', 'inget')} {self.singular}"

    @property
    def this(self) -> str:
        """The noun as the one at hand: "det här målet", "den här åtgärden"."""
        return f"{self.agree('den', 'det')} här {self.definite}"

    @property
    def definite_phrase(self) -> str:
        """The definite form in a clause. A noun with an adjective gets an article: "det övergripande målet"."""
        return f"{self.agree('den', 'det')} {self.definite}" if " " in self.definite else self.definite

    @property
    def short(self) -> Term:
        """The noun for narrow places and running text: "område" for "ansvarsområde", otherwise the noun itself."""
        if self.singular.casefold().endswith(_AREA.singular):
            return _AREA
        return self

    def agree(self, common: str, neuter: str) -> str:
        """Return the form of another word that agrees with the noun: `agree("ingen", "inget")`."""
        return neuter if self.is_neuter else common

    def numbered(self, code: str | int) -> str:
        """Return the noun with a number after it: "mål 1.2"."""
        return f"{self.singular} {code}"

    def counted(self, number: int) -> str:
        """Return the number with the noun: "1 åtgärd", "3 åtgärder"."""
        return f"{number} {self.singular if number == 1 else self.plural}"

    def counted_in_words(self, number: int) -> str:
        """Return the number in words with the noun: "ett mål", "fem mål", "24 mål"."""
        return f"{self.in_words(number)} {self.singular if number == 1 else self.plural}"

    def in_words(self, number: int) -> str:
        """Return the number in words, in agreement with the noun: "ett", "fem", "24"."""
        return in_words(number, one=self.article)


def genitive(noun: str) -> str:
    """Return the Swedish possessive of a noun: "målets", but "plats" stays."""
    return noun if noun.endswith(("s", "x", "z")) else f"{noun}s"


_AREA = Term("område", "området", "områden", "områdena", Gender.NEUTER.value)


@dataclass(frozen=True)
class Terms:
    """The nouns of the four levels of a programme."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    overarching_goal: Term
    area: Term
    goal: Term
    measure: Term

    def of(self, level: str) -> Term:
        term: Term = getattr(self, level)
        return term

    @property
    def area_goal(self) -> Term:
        """The goal that an area has as a whole, named after the goals under it: "övergripande delmål"."""
        goal = self.goal
        prefix = "övergripande " if " " in goal.singular or goal.singular.startswith("del") else "övergripande del"
        return Term(
            singular=prefix + goal.singular,
            definite=prefix + goal.definite,
            plural=prefix + goal.plural,
            definite_plural=prefix + goal.definite_plural,
            article=goal.article,
        )


# Words of pages about several programmes, which may have different frameworks.
NEUTRAL = Terms(
    overarching_goal=Term("övergripande mål", "övergripande målet", "övergripande mål", "övergripande målen", "ett"),
    area=_AREA,
    goal=Term("mål", "målet", "mål", "målen", "ett"),
    measure=Term("åtgärd", "åtgärden", "åtgärder", "åtgärderna", "en"),
)
