"""Saving an answer while it is being written, without a row of history for every pause in the typing.

An autosave that only added to the one before, by the same person and within a few minutes, takes its place in the
history: who, when and the whole text are there, and nothing that was ever saved has gone from it. An autosave that
takes away or changes something gets a row of its own, as does whatever follows another person's or an ordinary save.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Subquery
from django.utils import timezone

from followup.models import Answer
from followup.workflow import StaleEntry
from followup.writing.textdiff import only_adds
from followup.writing.texts import mark_rewritten

if TYPE_CHECKING:
    from followup.writing.forms import EntryForm
    from organisation.models import User

REASON = "Sparades automatiskt"
FOLDED_WITHIN = timedelta(minutes=10)


def autosave(form: EntryForm, *, by: User) -> None:
    """Save the answer of a valid form if it was changed. The caller has locked its row and its year.

    StaleEntry when somebody else saved it since its form was fetched; nothing is saved then.
    """
    answer = form.instance
    if not form.is_rewritten:
        return
    if form.cleaned_data["version"] != answer.version:
        raise StaleEntry
    mark_rewritten(answer, by=by)
    if _adds_only(form) and _take_place_of_last(form, by):
        answer.save_without_historical_record()
    else:
        answer._change_reason = REASON
        answer.save()


def _adds_only(form: EntryForm) -> bool:
    return all(_has_grown(form.instance, name, form.initial[name]) for name in form._meta.fields or ())


def _has_grown(answer: Answer, name: str, before: str) -> bool:
    now = getattr(answer, name)
    if isinstance(answer._meta.get_field(name), models.TextField):
        return only_adds(before, now)
    return before in ("", now)


def _take_place_of_last(form: EntryForm, by: User) -> bool:
    """Write the answer into the last row of its history, if that is a recent autosave by the same person."""
    answer, now = form.instance, timezone.now()
    history: Any = type(answer).history
    # By number and not by date: a clock may have been set back since.
    last = history.filter(id=answer.pk).order_by("-history_id").values("history_id")[:1]
    mine = history.filter(
        history_id=Subquery(last),
        history_user=by,
        history_change_reason=REASON,
        history_date__gte=now - FOLDED_WITHIN,
    )
    written = (*(form._meta.fields or ()), "version", "is_example")
    return bool(mine.update(history_date=now, **{name: getattr(answer, name) for name in written}))
