"""Taking a programme from a file into the database. What stands in the file is created or brought up to date;
what the file does not mention is left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
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
from programmes.source import Node, check

FORMAT = "huddinge-safety-programme"
VERSION = 1
REASON = "Inläst från fil"


@dataclass
class ImportLog:
    """What an import did, counted by the kind of thing."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)

    @property
    def nothing_changed(self) -> bool:
        return not self.created and not self.changed

    def count(self, counter: Counter[str], model: type[models.Model], number: int = 1) -> None:
        counter[str(model._meta.verbose_name_plural)] += number


def import_programme(source: Node, log: ImportLog) -> Programme:
    """The programme of the file with all its parts. SourceError names the place of the first fault.

    Call it in a transaction: it stops at a fault, and what came before must then not stay.
    """
    _check_format(source)
    units = {node["slug"].text: _unit(node, log) for node in source["units"].items(unique="slug")}
    perspectives = {node["slug"].text: _perspective(node, log) for node in source["perspectives"].items(unique="slug")}
    programme = _programme(source["programme"], log)
    for node in source["areas"].items(unique="number"):
        _area(node, programme, units, perspectives, log)
    for node in source["guidelines"].items(unique="number"):
        _put(
            Guideline(programme=programme, number=node["number"].integer),
            {
                "title": node["title"].text,
                "description": node["description"].text,
                "is_example": node["example"].flag,
            },
            node,
            log,
            units=_chosen(node["units"], units, "enheten"),
        )
    return programme


def _check_format(source: Node) -> None:
    if source["format"].value != FORMAT:
        raise source["format"].fail(f"filen är inte en programfil; här ska det stå ”{FORMAT}”.")
    if source["version"].value != VERSION:
        raise source["version"].fail(f"versionen är inte känd; den här programvaran läser version {VERSION}.")


def _unit(node: Node, log: ImportLog) -> Unit:
    return _put(
        Unit(slug=node["slug"].text),
        {"name": node["name"].text, "kind": node["kind"].text},
        node,
        log,
    )


def _perspective(node: Node, log: ImportLog) -> Perspective:
    return _put(
        Perspective(slug=node["slug"].text),
        {"name": node["name"].text, "description": node["description"].text},
        node,
        log,
    )


def _programme(node: Node, log: ImportLog) -> Programme:
    values = {
        "title": node["title"].text,
        "first_year": node["first_year"].integer,
        "last_year": node["last_year"].integer,
        "overarching_goal": node["overarching_goal"].text,
        "state": node["state"].text,
        "adopted_by": node["adopted_by"].text,
        "adopted_on": node["adopted_on"].day_or_none,
        "adopted_paragraph": node["adopted_paragraph"].text,
        "registration_number": node["registration_number"].text,
    }
    return _put(Programme(slug=node["slug"].text), values, node, log)


def _area(
    node: Node, programme: Programme, units: dict[str, Unit], perspectives: dict[str, Perspective], log: ImportLog
) -> None:
    area = _put(
        ResponsibilityArea(programme=programme, number=node["number"].integer),
        {
            "name": node["name"].text,
            "overarching_sub_goal": node["overarching_sub_goal"].text,
            "is_example": node["example"].flag,
        },
        node,
        log,
    )
    for goal_node in node["sub_goals"].items(unique="number"):
        goal = _put(
            SubGoal(area=area, number=goal_node["number"].integer),
            {"text": goal_node["text"].text, "is_example": goal_node["example"].flag},
            goal_node,
            log,
            units=_chosen(goal_node["units"], units, "enheten"),
        )
        for measure_node in goal_node["measures"].items(unique="number"):
            _measure(measure_node, goal, units, perspectives, log)
        for indicator_node in goal_node["indicators"].items(unique="number"):
            _indicator(indicator_node, goal, log)


def _measure(
    node: Node, goal: SubGoal, units: dict[str, Unit], perspectives: dict[str, Perspective], log: ImportLog
) -> None:
    programme = goal.area.programme
    for key in ("first_year", "last_year"):
        if node[key].integer not in programme.years:
            raise node[key].fail(f"{node[key].value} ligger utanför programmets period {programme.period}.")
    _put(
        Measure(sub_goal=goal, number=node["number"].integer),
        {
            "text": node["text"].text,
            "first_year": node["first_year"].integer,
            "last_year": node["last_year"].integer,
            "problem": node["problem"].text,
            "problem_source": node["problem_source"].text,
            "change": node["change"].text,
            "change_year": node["change_year"].integer_or_none,
            "change_reason": node["change_reason"].text,
            "is_example": node["example"].flag,
        },
        node,
        log,
        units=_chosen(node["units"], units, "enheten"),
        perspectives=_chosen(node["perspectives"], perspectives, "perspektivet"),
    )


def _indicator(node: Node, goal: SubGoal, log: ImportLog) -> None:
    indicator = _put(
        Indicator(sub_goal=goal, number=node["number"].integer),
        {
            "name": node["name"].text,
            "unit": node["unit"].text,
            "direction": node["direction"].text,
            "baseline": node["baseline"].figure_or_none,
            "baseline_year": node["baseline_year"].integer_or_none,
            "target": node["target"].figure_or_none,
            "source": node["source"].text,
            "kpi": node.get("kpi", "").text,
            "is_example": node["example"].flag,
        },
        node,
        log,
    )
    programme = goal.area.programme
    for target in node.get("targets", []).items(unique="year"):
        year = target["year"].integer
        if year not in programme.years:
            raise target["year"].fail(f"{year} ligger utanför programmets period {programme.period}.")
        _put(IndicatorTarget(indicator=indicator, year=year), {"value": target["value"].figure}, target, log)
    for outcome in node["outcomes"].items(unique="year"):
        _outcome(outcome, indicator, log)


def _outcome(node: Node, indicator: Indicator, log: ImportLog) -> None:
    _put(
        IndicatorValue(indicator=indicator, year=node["year"].integer),
        {
            "value": node["value"].figure_or_none,
            "women": node.get("women", None).figure_or_none,
            "men": node.get("men", None).figure_or_none,
            "assessment": node.get("assessment", "").text,
            "kpi": node.get("kpi", "").text,
            "dated": node.get("dated", None).day_or_none,
            "is_example": node["example"].flag,
        },
        node,
        log,
    )


def _chosen(node: Node, known: dict[str, Any], what: str) -> list[Any]:
    return [item.one_of(known, what) for item in node.items()]


def _put(wanted: Any, values: dict[str, Any], node: Node, log: ImportLog, **many: Iterable[models.Model]) -> Any:
    """Create `wanted`, or bring the one with the same unique key up to date; saved only where something differs."""
    instance = _stored(wanted) or wanted
    is_new = instance.pk is None
    differs = is_new or any(getattr(instance, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(instance, name, value)
    if differs:
        check(instance, node, names={"is_example": "example"})
        instance._change_reason = REASON
        instance.save()
    for name, members in many.items():
        manager = getattr(instance, name)
        if {member.pk for member in manager.all()} != {member.pk for member in members}:
            manager.set(members)
            differs = True
    if differs:
        log.count(log.created if is_new else log.changed, type(instance))
    return instance


def _stored(wanted: Any) -> Any:
    """The row with the same key as `wanted`: its slug, or its number or year within its parent."""
    own = next(name for name in ("slug", "number", "year") if hasattr(wanted, name))
    names = [own] if own == "slug" else [_parent(wanted), own]
    return type(wanted).objects.filter(**{name: getattr(wanted, name) for name in names}).first()


def _parent(wanted: models.Model) -> str:
    return next(field.name for field in wanted._meta.concrete_fields if field.many_to_one)
