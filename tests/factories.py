"""Small rows for tests that state their own data. Every function saves and returns one object, with plain defaults.

The fixture `huddinge` is the whole example programme: use it for journeys and documents only.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.text import slugify

from followup.models import AreaEntry, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.workflow import open_follow_up
from organisation.models import Unit
from programmes.models import Measure, Programme, ResponsibilityArea, Scales, SubGoal, set_responsible
from programmes.scales import Kind
from programmes.shipped_frameworks import STANDARD_FRAMEWORK

# The scales of the standard framework, for tests that need a step but no database.
SCALES = Scales({kind: STANDARD_FRAMEWORK.scale(kind) for kind in Kind})


def make_unit(name: str = "Kommunstyrelsen", **fields: Any) -> Unit:
    return Unit.objects.create(**{"name": name, "slug": slugify(name), "kind": Unit.Kind.COMMITTEE} | fields)


def make_programme(title: str = "Program för trygghet 2022–2025", **fields: Any) -> Programme:
    """An active programme without areas, for 2022 to 2025."""
    defaults = {
        "slug": slugify(title),
        "first_year": 2022,
        "last_year": 2025,
        "overarching_goal": "Alla är trygga.",
        "state": "active",
    }
    return Programme.objects.create(title=title, **defaults | fields)


def make_area(programme: Programme, name: str = "Trygga platser", **fields: Any) -> ResponsibilityArea:
    return programme.areas.create(name=name, **{"number": programme.areas.count() + 1} | fields)


def make_goal(
    area: ResponsibilityArea,
    text: str = "Torgen är trygga.",
    *,
    units: Iterable[Unit] = (),
    lead: Unit | None = None,
    **fields: Any,
) -> SubGoal:
    goal = area.sub_goals.create(text=text, **{"number": area.sub_goals.count() + 1} | fields)
    set_responsible(goal, units, lead)
    return goal


def make_measure(
    goal: SubGoal,
    text: str = "Belys torgen.",
    *,
    units: Iterable[Unit] = (),
    lead: Unit | None = None,
    **fields: Any,
) -> Measure:
    """A measure for the programme's whole period."""
    programme = goal.area.programme
    defaults = {
        "number": goal.measures.count() + 1,
        "first_year": programme.first_year,
        "last_year": programme.last_year,
    }
    measure = goal.measures.create(text=text, **defaults | fields)
    set_responsible(measure, units, lead)
    return measure


def open_year(programme: Programme, year: int = 2022, **fields: Any) -> FollowUp:
    """An open follow-up with empty entries for all that the programme has, due in January of the next year."""
    days = {"opens_on": date(year, 11, 1), "due_on": date(year + 1, 1, 15)}
    return open_follow_up(FollowUp(programme=programme, year=year, **days | fields), by=None)


def answer_all(follow_up: FollowUp, *, state: str = "approved") -> None:
    """Fill in every entry of an open follow-up: goals met, measures done, all answers in `state`."""
    of_year = {"follow_up": follow_up}
    AreaEntry.objects.filter(**of_year).update(assessment="met", summary="Det gick bra.")
    SubGoalEntry.objects.filter(**of_year).update(
        assessment="met", forecast="will", comment="Torgen är ljusa.", state=state
    )
    MeasureEntry.objects.filter(**of_year).update(progress="done", done="Tolv lampor.", state=state)
    GuidelineEntry.objects.filter(**of_year).update(comment="Mindre klotter.")
