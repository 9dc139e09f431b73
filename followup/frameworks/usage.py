"""Programmes and answers that use a framework and its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count

from followup.models import AreaEntry, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.models.step_field import StepField
from programmes.models import Framework
from programmes.scales import Kind

Uses = dict[Kind, Counter[str]]


def uses_of_steps(framework: Framework) -> Uses:
    """Return the number of judgements at each step, by kind of scale and key, in the framework's programmes.

    Makes one query for each field that stores a step.
    """
    uses: Uses = {kind: Counter() for kind in Kind}
    for model in (FollowUp, AreaEntry, SubGoalEntry, MeasureEntry, GuidelineEntry):
        to_programme = "programme" if model is FollowUp else "follow_up__programme"
        rows = model._default_manager.filter(**{f"{to_programme}__framework": framework})
        for field in _step_fields(model):
            counts = rows.order_by().values_list(field.name).annotate(Count("pk"))
            uses[field.kind].update(dict(counts))
    return uses


def _step_fields(model: type) -> Iterator[StepField]:
    return (field for field in model._meta.concrete_fields if isinstance(field, StepField))  # type: ignore[attr-defined]
