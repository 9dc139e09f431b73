"""Follow-ups with their recorded decisions, for the register and the units' pages."""

from collections.abc import Iterable

from django.db.models import Prefetch

from followup.models import Decision, FollowUp
from followup.models.year import FollowUpQuerySet


def with_decisions(follow_ups: FollowUpQuerySet) -> FollowUpQuerySet:
    """Each with `recorded_decisions`, oldest first, fetched for all rows at once."""
    recorded = Decision.objects.recorded().order_by("number")
    return follow_ups.select_related("programme").prefetch_related(
        Prefetch("decisions", recorded, to_attr="recorded_decisions")
    )


def shows_example(follow_ups: Iterable[FollowUp]) -> bool:
    """Whether any of the decisions that `with_decisions` has fetched is invented."""
    return any(decision.is_example for follow_up in follow_ups for decision in follow_up.recorded_decisions)  # type: ignore[attr-defined]
