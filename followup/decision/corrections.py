"""Corrections of a decided year: start one, with a case for the board, or cancel it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from followup.decision.cases import CARRIED_OVER, Name, add_case, require_right_to_decide, set_speakers, values_of
from followup.decision.notes import copy_notes, remove_note
from followup.models import AreaEntry, Decision, Event, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.workflow import RefusedError, perform
from organisation.history import delete_as, save_as

if TYPE_CHECKING:
    from organisation.models import User

# Fields that a correction takes from the decision that it replaces: all except the meeting.
ALL_BUT_THE_MEETING = (*CARRIED_OVER, "decision_text", "deliberation", "propositions")


@transaction.atomic
def start_correction(follow_up: FollowUp, reason: str, *, by: User) -> Decision:
    """Open a decided year again, with a new case that is to replace the decision in force.

    The decided report stays in force until the board has made the new decision. Raise RefusedError without a reason.
    """
    require_right_to_decide(by, follow_up)
    current = follow_up.decisions.approving().first()
    if current is None:
        raise RefusedError("Det finns inget beslut att rätta.")
    perform(follow_up, "correct", by=by, comment=reason, decision=current)
    values = values_of(current, ALL_BUT_THE_MEETING) | {"replaces": current, "correction_reason": reason.strip()}
    last = follow_up.decisions.order_by("number").last()
    case = add_case(follow_up, last, values, by)
    set_speakers(case, [Name(speaker.name, speaker.party) for speaker in current.speakers.all()], by)
    copy_notes(current, case, by=by)
    return case


@transaction.atomic
def cancel_correction(follow_up: FollowUp, reason: str, *, by: User) -> Decision:
    """Cancel a correction: delete its case and restore the texts and answers from before it began.

    Return the decision that stays in force. The history keeps everything. Raise RefusedError without a reason, or when
    no correction is under way.
    """
    require_right_to_decide(by, follow_up)
    stored = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    current = stored.decisions.approving().first()
    start = stored.events.filter(action=Event.Action.CORRECT).last()
    if current is None or start is None or stored.state == FollowUp.State.DECIDED:
        raise RefusedError("Det pågår ingen rättelse.")
    _restore_year(stored, start.at, by)
    for case in stored.decisions.filter(recorded_at=None):
        _delete_case(case, by)
    perform(follow_up, "cancel_correction", by=by, comment=reason, decision=current)
    return current


def _restore_year(follow_up: FollowUp, moment: datetime, by: User) -> None:
    """Give the year's texts and answers the values that they had at `moment`."""
    _restore(follow_up, moment, by, except_fields=("state",))
    for model in (AreaEntry, SubGoalEntry, MeasureEntry, GuidelineEntry):
        since = model.history.filter(follow_up=follow_up, history_date__gt=moment).values("id")
        for entry in model.objects.select_for_update().filter(pk__in=since):
            _restore(entry, moment, by)


def _restore(item: Any, moment: datetime, by: User, except_fields: Iterable[str] = ()) -> None:
    """Give one row the values that it had at `moment`, as a new version."""
    then = item.history.filter(history_date__lte=moment).first()
    kept = {"id", "version", "page_save", *except_fields}
    names = [field.attname for field in item._meta.concrete_fields if field.name not in kept]
    if then is None or all(getattr(item, name) == getattr(then, name) for name in names):
        return
    for name in names:
        setattr(item, name, getattr(then, name))
    item.version += 1  # a form that is open in another browser reports a conflict
    save_as(item, by=by, reason="Rättelsen avbröts")


def _delete_case(case: Decision, by: User) -> None:
    for note in case.notes.all():
        remove_note(note, by=by)
    set_speakers(case, [], by)
    delete_as(case, by=by, reason="Rättelsen avbröts")
