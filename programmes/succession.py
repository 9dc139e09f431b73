"""The next period: a new programme that begins with what is to go on from the one before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction

from organisation.models import Unit
from programmes.bulk import write
from programmes.models import Guideline, Indicator, Measure, Programme, ResponsibilityArea, SubGoal


@dataclass(frozen=True)
class GoingOn:
    """What of a programme goes on: ids. An area goes on with the first of its goals, and brings its own aim."""

    goals: Collection[int]
    measures: Collection[int] = ()
    indicators: Collection[int] = ()
    guidelines: Collection[int] = ()


@transaction.atomic
def begin_next_period(programme: Programme, successor: Programme, going_on: GoingOn) -> Programme:
    """Save `successor` as a draft with copies of what goes on from `programme`, which stays as it is beside it.

    Goals keep their numbers and are linked to those that they continue; measures run through the whole new period;
    an indicator begins at its latest outcome and gets new targets. A unit that has ended by then is replaced by its
    successors. What is chosen below a goal that is not chosen does not go on.
    """
    copying = _Copying(programme, successor)
    successor.state = Programme.State.DRAFT
    successor._change_reason = copying.reason  # type: ignore[attr-defined]
    successor.save()
    goals = list(
        SubGoal.objects.filter(area__programme=programme, pk__in=going_on.goals)
        .select_related("area")
        .prefetch_related("units__successors")
        .order_by("area__number", "number")
    )
    areas = {goal.area_id: copying.like(goal.area, programme=successor) for goal in goals}
    copying.save(ResponsibilityArea, list(areas.values()))
    new = {goal.pk: copying.like(goal, area=areas[goal.area_id], predecessor=goal) for goal in goals}
    copying.save(SubGoal, list(new.values()), units=[copying.units_of(goal) for goal in goals])
    copying.measures(Measure.objects.filter(pk__in=going_on.measures, sub_goal__in=new), new)
    copying.indicators(Indicator.objects.filter(pk__in=going_on.indicators, sub_goal__in=new), new)
    copying.guidelines(Guideline.objects.filter(pk__in=going_on.guidelines, programme=programme))
    return successor


class _Copying:
    def __init__(self, programme: Programme, successor: Programme) -> None:
        self.successor = successor
        self.first_day = date(successor.first_year, 1, 1)
        self.reason = f"Fortsätter från {programme}"[:100]

    def like(self, row: Any, **changed: Any) -> Any:
        """A new, unsaved row with the values of `row` but for those changed."""
        values = {
            field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"
        }
        new = type(row)(**values)
        for name, value in changed.items():
            setattr(new, name, value)
        return new

    def save(self, model: type[models.Model], rows: Sequence[Any], **members: Sequence[Sequence[models.Model]]) -> None:
        chosen = {name: list(zip(rows, ones, strict=True)) for name, ones in members.items()}
        write(model, rows, [], (), chosen, self.reason)

    def units_of(self, item: Any) -> list[Unit]:
        found: dict[int, Unit] = {}
        for unit in item.units.all():
            has_ended = unit.valid_to is not None and unit.valid_to < self.first_day
            for one in unit.successors.all() if has_ended else [unit]:
                found[one.pk] = one
        return list(found.values())

    def measures(self, measures: models.QuerySet[Measure], goals: dict[int, Any]) -> None:
        old = list(measures.prefetch_related("units__successors", "perspectives"))
        new = [
            self.like(
                measure,
                sub_goal=goals[measure.sub_goal_id],
                first_year=self.successor.first_year,
                last_year=self.successor.last_year,
                change="",
                change_year=None,
                change_reason="",
            )
            for measure in old
        ]
        self.save(
            Measure,
            new,
            units=[self.units_of(measure) for measure in old],
            perspectives=[list(measure.perspectives.all()) for measure in old],
        )

    def indicators(self, indicators: models.QuerySet[Indicator], goals: dict[int, Any]) -> None:
        new = []
        for indicator in indicators.prefetch_related("outcomes"):
            known = [outcome for outcome in indicator.outcomes.all() if outcome.value is not None]
            latest = max(known, key=lambda outcome: outcome.year, default=None)
            begun = {"baseline": latest.value, "baseline_year": latest.year} if latest else {}
            new.append(self.like(indicator, sub_goal=goals[indicator.sub_goal_id], target=None, **begun))
        self.save(Indicator, new)

    def guidelines(self, guidelines: models.QuerySet[Guideline]) -> None:
        old = list(guidelines.prefetch_related("units__successors"))
        new = [self.like(guideline, programme=self.successor) for guideline in old]
        self.save(Guideline, new, units=[self.units_of(guideline) for guideline in old])
