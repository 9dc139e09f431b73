"""Follow-ups with their recorded decisions, for the register and the units' pages."""

from collections.abc import Iterable

from django.db.models import Prefetch

from followup.models import Decision, FollowUp
from followup.models.year import FollowUpQuerySet


def with_decisions(follow_ups: FollowUpQuerySet) -> FollowUpQuerySet:
    """Prefetch `recorded_decisions`, oldest first, for all follow-ups at once."""
    recorded = Decision.objects.recorded().order_by("number")
    return follow_ups.with_distinct_programmes().prefetch_related(
        Prefetch("decisions", recorded, to_attr="recorded_decisions")
    )


def shows_example(follow_ups: Iterable[FollowUp]) -> bool:
    """Return whether any decision prefetched by `with_decisions` is an example."""
    return any(decision.is_example for follow_up in follow_ups for decision in follow_up.recorded_decisions)  # type: ignore[attr-defined]
