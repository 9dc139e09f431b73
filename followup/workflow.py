"""What changes several rows of a follow-up at once: opening a year, bringing in what is new, saving answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models, transaction
from simple_history.utils import bulk_create_with_history

from followup.models import AreaEntry, Entry, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from programmes.models import Guideline, Measure, Programme, ResponsibilityArea, SubGoal

if TYPE_CHECKING:
    from followup.forms import EntryForm
    from organisation.models import User


class StaleEntry(Exception):
    """Somebody else saved the entry after the form was fetched."""


@transaction.atomic
def open_follow_up(follow_up: FollowUp, *, by: User | None) -> FollowUp:
    """Save a new `follow_up` and create its entries from the programme as it now is.

    ValidationError, in Swedish, when the year is already opened or lies outside the programme's period.
    """
    # Two people who open the same year take turns here; the second gets the error, not a database fault.
    Programme.objects.select_for_update().get(pk=follow_up.programme_id)
    follow_up.full_clean()
    follow_up._history_user = by  # type: ignore[attr-defined]
    follow_up.save()
    bring_in_new(follow_up, by=by)
    return follow_up


@transaction.atomic
def bring_in_new(follow_up: FollowUp, *, by: User | None) -> int:
    """Create the entries that the programme calls for and the year does not have yet; returns how many.

    An entry that exists is never touched, so a measure that was stopped keeps its own.
    """
    programme, year = follow_up.programme, follow_up.year
    wanted: list[tuple[type[Entry], str, models.QuerySet]] = [
        (AreaEntry, "area", ResponsibilityArea.objects.filter(programme=programme)),
        (SubGoalEntry, "sub_goal", SubGoal.objects.filter(area__programme=programme)),
        (MeasureEntry, "measure", Measure.objects.filter(sub_goal__area__programme=programme).running_in(year)),
        (GuidelineEntry, "guideline", Guideline.objects.filter(programme=programme)),
    ]
    return sum(_create_missing(follow_up, entry, item, items, by) for entry, item, items in wanted)


def bring_into_open_years(programme: Programme, *, by: User | None) -> dict[int, int]:
    """`bring_in_new` for every open year of the programme: the number of new entries by year, where there were any."""
    open_years = FollowUp.objects.filter(programme=programme).open()
    new = {follow_up.year: bring_in_new(follow_up, by=by) for follow_up in open_years}
    return {year: number for year, number in new.items() if number}


def _create_missing(follow_up: FollowUp, entry: type[Entry], item: str, items: models.QuerySet, by: User | None) -> int:
    present = entry.objects.filter(follow_up=follow_up).values(f"{item}_id")  # type: ignore[attr-defined]
    new = [entry(follow_up=follow_up, **{item: obj}) for obj in items.exclude(pk__in=present).order_by("pk")]
    bulk_create_with_history(new, entry, default_user=by, default_change_reason="Uppföljningen öppnades")
    return len(new)


@transaction.atomic
def save_answers(forms: Sequence[EntryForm], *, by: User) -> int:
    """Save the valid `forms` that were changed, all or none; returns how many entries that was.

    StaleEntry when one of them was saved by somebody else since its form was fetched.
    """
    changed = [form for form in forms if form.has_changed()]
    for form in changed:
        entry = form.instance
        current = type(entry).objects.select_for_update().values_list("version", flat=True).get(pk=entry.pk)
        if current != form.cleaned_data["version"]:
            raise StaleEntry
        entry.version = current + 1
        # Whoever writes an answer has made it their own.
        entry.is_example = False
        entry._history_user = by
        entry.save()
    return len(changed)
