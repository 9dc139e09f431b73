"""Export of a programme in the format that `programmes.importing` reads back to an identical programme.

Follow-ups are not included: reports export them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from organisation.models import Unit
from programmes.importing import FORMAT, VERSION
from programmes.models import (
    Guideline,
    Indicator,
    IndicatorValue,
    Measure,
    Perspective,
    Programme,
    ResponsibilityArea,
    SharedItem,
    SubGoal,
)

Fields = dict[str, Any]


def export_programme(programme: Programme) -> Fields:
    """Return the programme with all its parts as plain values, in a fixed number of queries."""
    areas = list(
        programme.areas.order_by("number").prefetch_related(
            "sub_goals__responsibilities",
            "sub_goals__predecessor__area__programme",
            "sub_goals__measures__responsibilities",
            "sub_goals__measures__perspectives",
            "sub_goals__indicators__targets",
            "sub_goals__indicators__outcomes",
        )
    )
    guidelines = list(programme.guidelines.order_by("number").prefetch_related("responsibilities"))
    goals = [goal for area in areas for goal in area.sub_goals.all()]
    measures = [measure for goal in goals for measure in goal.measures.all()]
    items: list[SharedItem] = [*goals, *measures, *guidelines]
    units = {one.unit for item in items for one in item.responsibilities.all()}
    perspectives = {perspective for measure in measures for perspective in measure.perspectives.all()}
    return {
        "format": FORMAT,
        "version": VERSION,
        "units": [_unit(unit) for unit in sorted(units, key=lambda unit: unit.slug)],
        "perspectives": [_perspective(one) for one in sorted(perspectives, key=lambda one: one.slug)],
        "programme": _programme(programme),
        "areas": [_area(area) for area in areas],
        "guidelines": [_guideline(guideline) for guideline in guidelines],
        "follow_ups": [],
    }


def to_json(fields: Fields) -> str:
    return json.dumps(fields, ensure_ascii=False, indent=1, default=plain) + "\n"


def plain(value: date | Decimal) -> str | float:
    """Convert values without a JSON type: a date to ISO 8601, a decimal to a number."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if value == value.to_integral_value() else float(value)


def _slugs(items: Iterable[Unit | Perspective]) -> list[str]:
    return sorted(item.slug for item in items)


def _responsibilities(item: SharedItem) -> Fields:
    """Return the slugs of the responsible units and of their lead."""
    return {
        "units": _slugs(one.unit for one in item.responsibilities.all()),
        "lead": item.lead.slug if item.lead else "",
    }


def _by_number(items: Iterable[Any]) -> list[Any]:
    """Sort prefetched items in Python; order_by() would query again."""
    return sorted(items, key=lambda item: item.number)


def _by_year(items: Iterable[Any]) -> list[Any]:
    return sorted(items, key=lambda item: item.year)


def _unit(unit: Unit) -> Fields:
    return {"slug": unit.slug, "name": unit.name, "kind": unit.kind}


def _perspective(perspective: Perspective) -> Fields:
    return {"slug": perspective.slug, "name": perspective.name, "description": perspective.description}


def _programme(programme: Programme) -> Fields:
    """Return the fields of a programme itself, by the names of the file."""
    return {
        "slug": programme.slug,
        "title": programme.title,
        "first_year": programme.first_year,
        "last_year": programme.last_year,
        "overarching_goal": programme.overarching_goal,
        "state": programme.state,
        "adopted_by": programme.adopted_by,
        "adopted_on": programme.adopted_on,
        "adopted_paragraph": programme.adopted_paragraph,
        "registration_number": programme.registration_number,
    }


def _area(area: ResponsibilityArea) -> Fields:
    return {
        "number": area.number,
        "name": area.name,
        "overarching_sub_goal": area.overarching_sub_goal,
        "example": area.is_example,
        "sub_goals": [_goal(goal) for goal in _by_number(area.sub_goals.all())],
    }


def _goal(goal: SubGoal) -> Fields:
    return {
        "number": goal.number,
        "text": goal.text,
        "short_name": goal.short_name,
        "predecessor": goal.predecessor.code_with_programme if goal.predecessor else "",
        "example": goal.is_example,
        **_responsibilities(goal),
        "measures": [_measure(measure) for measure in _by_number(goal.measures.all())],
        "indicators": [_indicator(indicator) for indicator in _by_number(goal.indicators.all())],
    }


def _measure(measure: Measure) -> Fields:
    """Return the fields of a measure by the names of the file. Units and perspectives are given by their slugs."""
    return {
        "number": measure.number,
        "text": measure.text,
        **_responsibilities(measure),
        "first_year": measure.first_year,
        "last_year": measure.last_year,
        "perspectives": _slugs(measure.perspectives.all()),
        "problem": measure.problem,
        "problem_source": measure.problem_source,
        "change": measure.change,
        "change_year": measure.change_year,
        "change_reason": measure.change_reason,
        "example": measure.is_example,
    }


def _indicator(indicator: Indicator) -> Fields:
    """Return the fields of an indicator by the names of the file, with its targets and outcomes year by year."""
    targets = [{"year": target.year, "value": target.value} for target in _by_year(indicator.targets.all())]
    return {
        "number": indicator.number,
        "name": indicator.name,
        "unit": indicator.unit,
        "direction": indicator.direction,
        "baseline": indicator.baseline,
        "baseline_year": indicator.baseline_year,
        "target": indicator.target,
        "source": indicator.source,
        "kpi": indicator.kpi,
        "example": indicator.is_example,
        "targets": targets,
        "outcomes": [_outcome(outcome) for outcome in _by_year(indicator.outcomes.all())],
    }


def _outcome(outcome: IndicatorValue) -> Fields:
    return {
        "year": outcome.year,
        "value": outcome.value,
        "women": outcome.women,
        "men": outcome.men,
        "assessment": outcome.assessment,
        "kpi": outcome.kpi,
        "dated": outcome.dated,
        "example": outcome.is_example,
    }


def _guideline(guideline: Guideline) -> Fields:
    return {
        "number": guideline.number,
        "title": guideline.title,
        "description": guideline.description,
        **_responsibilities(guideline),
        "example": guideline.is_example,
    }
