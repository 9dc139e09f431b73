"""Save the texts of a page: optimistic locking by version, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from followup.models import Answer, Entry, FollowUp
from followup.workflow import StaleEntry, year_of
from programmes.models import IndicatorValue

if TYPE_CHECKING:
    from followup.writing.forms import EntryForm
    from organisation.models import User


@transaction.atomic
def save_texts(forms: Sequence[EntryForm], *, by: User) -> int:
    """Save the valid `forms` of one year that were changed, all or none; returns how many that was.

    StaleEntry when one of them was saved by somebody else since its form was fetched, or the year was moved on.
    """
    changed = [form for form in forms if form.is_rewritten]
    if changed:
        # The year must not be proposed between this check and the save.
        follow_up = FollowUp.objects.select_for_update().get(pk=year_of(changed[0].belongs_to).pk)
        if not all(_accepts_text(follow_up, form.belongs_to) for form in changed):
            raise StaleEntry
    saved = 0
    for form in changed:
        entry = form.instance
        stored = form.locked()
        if stored.version == form.cleaned_data["version"]:
            mark_rewritten(entry, by=by)
            entry.save()
            saved += 1
        elif form.conflicts_with(stored):
            raise StaleEntry
        # Else it is saved already: by an autosave that was on its way when the form was sent, most likely.
    return saved


def mark_rewritten(item: FollowUp | Entry | IndicatorValue, *, by: User) -> None:
    """Give the item a new version and its writer, before the caller saves it."""
    item.version += 1
    # Whoever writes a text has made it their own.
    item.is_example = False
    item._history_user = by  # type: ignore[union-attr]


def _accepts_text(follow_up: FollowUp, item: FollowUp | Entry) -> bool:
    """Return whether the locked year lets this be written: officials' answers or reviewers' texts."""
    return follow_up.takes_answers if isinstance(item, Answer) else follow_up.takes_texts
