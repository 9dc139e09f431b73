"""Names of areas and goals with the word, letter or number that people put before them: "Mål A1: Fler cyklar"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from programmes.sheets.cells import Code, Reference


class Level(Enum):
    AREA = "area"
    GOAL = "goal"


_GOAL_WORDS = r"delmål|målsättning|inriktningsmål|effektmål|nämndmål|mål|delmål|goal|målsetting"
_AREA_WORDS = (
    r"ansvarsområde|fokusområde|insatsområde|målområde|utvecklingsområde|innsatsområde|indsatsområde|satsningsområde|"
    r"huvudområde|delområde|område|inriktning|prioritering|prioritet|kapitel|avsnitt|tema|spår|utmaning|del|area|theme"
)
# A letter or a number with further parts: "A", "A1", "1.2", "IV".
_NUMBER = r"(?:[A-ZÅÄÖ]\d{0,2}(?:[.:]?\d{1,2})*[a-z]?|\d{1,2}(?:[.:]\d{1,2})*|[IVX]{1,4})"
_LABEL = re.compile(
    rf"(?:(?P<goal>{_GOAL_WORDS})|(?P<area>{_AREA_WORDS}))\b\s*(?P<number>{_NUMBER}(?![\w%]))?\s*(?P<mark>[:–—.-])?\s+",
    re.IGNORECASE,
)
_NUMBER_ALONE = re.compile(rf"(?P<number>{_NUMBER})(?:[.:)]|\s*[–—-](?=\s))\s+(?=\S)|(?P<code>{_NUMBER}[.:)]?)$")
_PARTS = re.compile(r"\d+|[A-ZÅÄÖ]|[a-z]$")


@dataclass(frozen=True)
class Label:
    """A text without the label before it. `level` is None when the label does not tell; `depth` counts its parts."""

    words: str
    level: Level | None = None
    number: str = ""

    @property
    def depth(self) -> int:
        return len(_PARTS.findall(self.number))

    @property
    def reference(self) -> Reference:
        """Return number and words as the rows of a table name their area or goal; letters are no number."""
        digits = re.fullmatch(r"\d+(?:[.:]\d+)*", self.number)
        code = Code(int(part) for part in re.findall(r"\d+", self.number)) if digits else Code()
        return Reference(code, self.words)


def read_label(text: str) -> Label:
    """Split the label from a line such as "Inriktning A – Bo tryggt", "A. Rent vatten" or "Mål: Fler ska cykla"."""
    line = " ".join(text.split())
    found = _LABEL.match(line)
    # "Mål 2030: fossilfri kommun" is a goal's own words, and so is "Del av kommunen".
    if found and (found["mark"] or found["number"]):
        level = Level.GOAL if found["goal"] else Level.AREA
        return Label(line[found.end() :].strip(), level, found["number"] or "")
    number = _NUMBER_ALONE.match(line)
    if number and number["number"]:
        return Label(line[number.end() :].strip(), None, number["number"])
    return Label(line)


def depth_of_number(text: str) -> int:
    """Return how many parts the number of a row has: 1 for "A", 2 for "A1", 3 for "A1a" and "1.2.3"; 0 for words."""
    found = re.fullmatch(rf"({_NUMBER})[.:)]?", text.strip())
    return len(_PARTS.findall(found[1])) if found else 0
