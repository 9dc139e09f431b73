"""Next period: a new programme with copies of the goals and measures that continue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction

from organisation.history import save_as
from organisation.models import Unit
from programmes.bulk import InstanceMembers, bulk_save
from programmes.models import Guideline, Indicator, Measure, Programme, ResponsibilityArea, SharedItem, SubGoal


@dataclass(frozen=True)
class Continuing:
    """Ids of the items that continue. An area continues when one of its goals does, with its overarching sub-goal."""

    goals: Collection[int]
    measures: Collection[int] = ()
    indicators: Collection[int] = ()
    guidelines: Collection[int] = ()


@transaction.atomic
def begin_next_period(programme: Programme, successor: Programme, continuing: Continuing) -> Programme:
    """Save `successor` as a draft with copies of the continuing items of `programme`, which is not changed.

    The successor has the same framework. Goals keep their numbers and link to their predecessors. Measures run through
    the whole new period. An indicator's baseline is its latest outcome, and its target is empty. A unit that has ended
    by then is replaced by its successors. Items below a goal that does not continue are left out.
    """
    copier = _Copier(programme, successor)
    successor.state = Programme.State.DRAFT
    successor.framework = programme.framework
    save_as(successor, reason=copier.reason)
    goals = list(
        SubGoal.objects.filter(area__programme=programme, pk__in=continuing.goals)
        .select_related("area")
        .prefetch_related("responsibilities__unit__successors")
        .order_by("area__number", "number")
    )
    new_areas = {goal.area_id: copier.copy_of(goal.area, programme=successor) for goal in goals}
    copier.save(ResponsibilityArea, list(new_areas.values()))
    new_goals = {goal.pk: copier.copy_of(goal, area=new_areas[goal.area_id], predecessor=goal) for goal in goals}
    copier.save(SubGoal, list(new_goals.values()), units=[copier.units_of(new_goals[goal.pk], goal) for goal in goals])
    copier.copy_measures(Measure.objects.filter(pk__in=continuing.measures, sub_goal__in=new_goals), new_goals)
    copier.copy_indicators(Indicator.objects.filter(pk__in=continuing.indicators, sub_goal__in=new_goals), new_goals)
    copier.copy_guidelines(Guideline.objects.filter(pk__in=continuing.guidelines, programme=programme))
    return successor


class _Copier:
    """Copies rows into a successor programme in bulk, with history."""

    def __init__(self, programme: Programme, successor: Programme) -> None:
        self.successor = successor
        self.first_day = date(successor.first_year, 1, 1)
        self.reason = f"Fortsätter från {programme}"[:100]

    def copy_of(self, row: Any, **changed: Any) -> Any:
        """Return an unsaved copy of `row` with the values in `changed`."""
        fields = [field for field in row._meta.concrete_fields if field.name != "id"]
        new = type(row)(**{field.attname: getattr(row, field.attname) for field in fields})
        for name, value in changed.items():
            setattr(new, name, value)
        return new

    def save(self, model: type[models.Model], rows: Sequence[Any], **members: Sequence[InstanceMembers]) -> None:
        """Save new rows, with the members of each row in its many-to-many fields: `units` and the like."""
        bulk_save(model, rows, [], (), members, self.reason)

    def units_of(self, new: Any, old: SharedItem) -> InstanceMembers:
        """Return the units of the copy `new` of an item: those of `old`, or the successors of units that end before.

        The only successor of the lead is the new lead. Of several successors nobody is made lead by guess.
        """
        units: dict[int, Unit] = {}
        lead = None
        for responsibility in old.responsibilities.all():
            present = self._present_units(responsibility.unit)
            units |= {unit.pk: unit for unit in present}
            if responsibility.is_lead and len(present) == 1:
                lead = present[0]
        return InstanceMembers(new, list(units.values()), lead)

    def _present_units(self, unit: Unit) -> list[Unit]:
        """Return the unit, or its successors if it has ended before the new period."""
        has_ended = unit.valid_to is not None and unit.valid_to < self.first_day
        return list(unit.successors.all()) if has_ended else [unit]

    def copy_measures(self, measures: models.QuerySet[Measure], new_goals: dict[int, Any]) -> None:
        """Copy measures into the new programme. A copy runs through the whole period and has not been changed."""
        changed = {
            "first_year": self.successor.first_year,
            "last_year": self.successor.last_year,
            "change": "",
            "change_year": None,
            "change_reason": "",
        }
        copies, units, perspectives = [], [], []
        for measure in measures.prefetch_related("responsibilities__unit__successors", "perspectives"):
            copy = self.copy_of(measure, sub_goal=new_goals[measure.sub_goal_id], **changed)
            copies.append(copy)
            units.append(self.units_of(copy, measure))
            perspectives.append(InstanceMembers(copy, list(measure.perspectives.all())))
        self.save(Measure, copies, units=units, perspectives=perspectives)

    def copy_indicators(self, indicators: models.QuerySet[Indicator], new_goals: dict[int, Any]) -> None:
        """Copy indicators without their target. The latest outcome is the baseline of the new period."""
        new = []
        for indicator in indicators.prefetch_related("outcomes"):
            with_value = [outcome for outcome in indicator.outcomes.all() if outcome.value is not None]
            latest = max(with_value, key=lambda outcome: outcome.year, default=None)
            baseline = {"baseline": latest.value, "baseline_year": latest.year} if latest else {}
            new.append(self.copy_of(indicator, sub_goal=new_goals[indicator.sub_goal_id], target=None, **baseline))
        self.save(Indicator, new)

    def copy_guidelines(self, guidelines: models.QuerySet[Guideline]) -> None:
        """Copy guidelines into the new programme."""
        old = list(guidelines.prefetch_related("responsibilities__unit__successors"))
        new = [self.copy_of(guideline, programme=self.successor) for guideline in old]
        units = [self.units_of(copy, guideline) for copy, guideline in zip(new, old, strict=True)]
        self.save(Guideline, new, units=units)
