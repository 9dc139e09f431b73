"""Declarations of how the models of a programme are represented in a programme file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.db import models

from organisation.models import Unit
from programmes.models import (
    Guideline,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    Perspective,
    Programme,
    ResponsibilityArea,
    SubGoal,
)
from programmes.source import Node

# Returns the value of a node, or raises SourceError when it is of another type.
ReadNode = Callable[[Node], Any]
TEXT: ReadNode = attrgetter("text")
INTEGER: ReadNode = attrgetter("integer")
INTEGER_OR_NONE: ReadNode = attrgetter("integer_or_none")
NUMBER: ReadNode = attrgetter("number")
NUMBER_OR_NONE: ReadNode = attrgetter("number_or_none")
FLAG: ReadNode = attrgetter("flag")
DAY_OR_NONE: ReadNode = attrgetter("day_or_none")

# Fields whose key in the file differs from their name.
KEYS = {"is_example": "example"}
EXAMPLE = {"is_example": FLAG}
# Nouns of the members, for errors.
MEMBER_NOUNS = {"units": "enheten", "perspectives": "perspektivet"}


@dataclass(frozen=True)
class ItemType:
    """Representation of a model in the file.

    `key` identifies an item within its `parent`. `members` are many-to-many relations; an item with `units` may
    name one of them as its `lead`. `wording` is the field with the
    words of the item. `optional` holds the values of keys that files of earlier versions lack. `path` leads from the
    model to its programme. `predecessor` is the relation to a goal of an earlier programme. A model with a version
    gets a new one at each change, so that an open page notices it.
    """

    model: type[models.Model]
    key: str
    fields: Mapping[str, ReadNode]
    parent: str = ""
    members: tuple[str, ...] = ()
    wording: str = ""
    optional: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    predecessor: str = ""
    has_version: bool = False

    @property
    def prefetched_members(self) -> list[str]:
        """Relations to prefetch for the members. A responsible unit has a role, which its responsibility holds."""
        return ["responsibilities" if name == "units" else name for name in self.members]


UNITS = ItemType(Unit, "slug", {"name": TEXT, "kind": TEXT})
PERSPECTIVES = ItemType(Perspective, "slug", {"name": TEXT, "description": TEXT})
PROGRAMME = ItemType(
    Programme,
    "slug",
    {
        "title": TEXT,
        "first_year": INTEGER,
        "last_year": INTEGER,
        "overarching_goal": TEXT,
        "state": TEXT,
        "adopted_by": TEXT,
        "adopted_on": DAY_OR_NONE,
        "adopted_paragraph": TEXT,
        "registration_number": TEXT,
    },
)
AREAS = ItemType(
    ResponsibilityArea,
    "number",
    {"name": TEXT, "overarching_sub_goal": TEXT, **EXAMPLE},
    parent="programme",
    path="programme",
    wording="name",
)
GOALS = ItemType(
    SubGoal,
    "number",
    {"text": TEXT, "short_name": TEXT, **EXAMPLE},
    parent="area",
    members=("units",),
    wording="text",
    optional={"short_name": ""},
    path="area__programme",
    predecessor="predecessor",
)
MEASURES = ItemType(
    Measure,
    "number",
    {
        "text": TEXT,
        "first_year": INTEGER,
        "last_year": INTEGER,
        "problem": TEXT,
        "problem_source": TEXT,
        "change": TEXT,
        "change_year": INTEGER_OR_NONE,
        "change_reason": TEXT,
        **EXAMPLE,
    },
    parent="sub_goal",
    members=("units", "perspectives"),
    wording="text",
    path="sub_goal__area__programme",
)
INDICATORS = ItemType(
    Indicator,
    "number",
    {
        "name": TEXT,
        "unit": TEXT,
        "direction": TEXT,
        "baseline": NUMBER_OR_NONE,
        "baseline_year": INTEGER_OR_NONE,
        "target": NUMBER_OR_NONE,
        "source": TEXT,
        "kpi": TEXT,
        **EXAMPLE,
    },
    parent="sub_goal",
    wording="name",
    optional={"kpi": ""},
    path="sub_goal__area__programme",
)
TARGETS = ItemType(
    IndicatorTarget,
    "year",
    {"value": NUMBER},
    parent="indicator",
    path="indicator__sub_goal__area__programme",
)
OUTCOMES = ItemType(
    IndicatorValue,
    "year",
    {
        "value": NUMBER_OR_NONE,
        "women": NUMBER_OR_NONE,
        "men": NUMBER_OR_NONE,
        "assessment": TEXT,
        "kpi": TEXT,
        "dated": DAY_OR_NONE,
        **EXAMPLE,
    },
    parent="indicator",
    optional={"women": None, "men": None, "assessment": "", "kpi": "", "dated": None},
    path="indicator__sub_goal__area__programme",
    has_version=True,
)
GUIDELINES = ItemType(
    Guideline,
    "number",
    {"title": TEXT, "description": TEXT, **EXAMPLE},
    parent="programme",
    members=("units",),
    wording="title",
    path="programme",
)
