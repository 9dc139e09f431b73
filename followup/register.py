"""Matters: follow-ups with what the board decided on each, for the register and the units' pages."""

from django.db.models import Prefetch

from followup.models import Decision
from followup.models.year import FollowUpQuerySet


def with_decisions(follow_ups: FollowUpQuerySet) -> FollowUpQuerySet:
    """Each with `recorded_decisions`, oldest first, fetched for all rows at once."""
    recorded = Decision.objects.recorded().order_by("number")
    return follow_ups.select_related("programme").prefetch_related(
        Prefetch("decisions", recorded, to_attr="recorded_decisions")
    )
