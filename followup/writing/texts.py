"""Save the texts of a page: optimistic locking by version, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from followup.models import Answer, Entry, FollowUp
from followup.workflow import StaleEntryError, year_of
from programmes.models import IndicatorValue

if TYPE_CHECKING:
    from followup.writing.forms import EntryForm
    from followup.writing.page_saves import PageSave
    from organisation.models import User


@transaction.atomic
def save_texts(forms: Sequence[EntryForm], *, by: User) -> int:
    """Save the valid `forms` of one year that were changed, all or none. Return the number of forms saved.

    Raise StaleEntryError when another writer has saved one of them since its form was fetched, or when the year no
    longer takes texts.
    """
    changed = [form for form in forms if form.is_rewritten]
    if changed:
        _lock_year(changed)
    saved = 0
    for form in changed:
        stored = form.lock_stored()
        if is_up_to_date(form, stored, by=by):
            form.instance.version = stored.version
            mark_rewritten(form.instance, by=by, page_save=form.page_save)
            form.instance.save()
            saved += 1
        elif form.conflicts_with(stored):
            raise StaleEntryError
        # Otherwise the stored text is the same, usually from an autosave that ran when the form was posted.
    return saved


def _lock_year(forms: Sequence[EntryForm]) -> None:
    """Lock the year of the forms, to prevent that it is proposed before they are saved.

    Raise StaleEntryError if the year no longer takes texts.
    """
    follow_up = FollowUp.objects.select_for_update().get(pk=year_of(forms[0].belongs_to).pk)
    if not all(_is_open_for(follow_up, form.belongs_to) for form in forms):
        raise StaleEntryError


def is_up_to_date(form: EntryForm, stored: Any, *, by: User) -> bool:
    """Return whether the valid form was fetched with the `stored` version.

    An earlier save by `by` from the same open page counts as that version: its response was lost on the network.
    """
    if form.cleaned_data["version"] == stored.version:
        return True
    return bool(form.page_save and form.page_save.follows(stored) and last_writer(stored) == by)


def last_writer(item: Any) -> User | None:
    """Return the user who made the latest change of a stored item, from its history."""
    # Ordered by key instead of time, because the clock may have been set back.
    latest = item.history.select_related("history_user").order_by("-history_id").first()
    return latest.history_user if latest else None


def mark_rewritten(item: FollowUp | Entry | IndicatorValue, *, by: User, page_save: PageSave | None = None) -> None:
    """Set the next version and the writer of the item. The caller saves it."""
    item.version += 1
    item.page_save = page_save.stored_as(item.version) if page_save else ""
    # A text that a user has rewritten is no longer an example.
    item.is_example = False
    item._history_user = by  # type: ignore[union-attr]


def _is_open_for(follow_up: FollowUp, item: FollowUp | Entry) -> bool:
    """Return whether the locked year takes answers by officials, or texts by reviewers."""
    if isinstance(item, Answer):
        return follow_up.takes_answers
    return follow_up.takes_texts
