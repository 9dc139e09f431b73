"""Cases: one for each time that a year goes to the board, prepared by the secretary until its decision is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from followup.decision.notes import copy_notes
from followup.documents.minutes.extract import proposed_summary, proposed_title
from followup.models import Decision, FollowUp, Speaker
from followup.permissions import can_decide
from followup.report.building import build_report
from followup.workflow import NotAllowedError, RefusedError, StaleEntryError
from organisation.history import delete_as, save_as

if TYPE_CHECKING:
    from followup.decision.forms import DecisionForm
    from organisation.models import User

# Fields that a case after a referral back takes from the one before: all except the board's handling of it.
CARRIED_OVER = (
    "title",
    "registration_number",
    "statement_date",
    "preparing_committee",
    "preparing_meeting_date",
    "proposal",
    "body",
    "summary",
    "recipients",
)


@dataclass(frozen=True)
class Name:
    """A person who spoke at the meeting, with party."""

    name: str
    party: str


@transaction.atomic
def open_case(follow_up: FollowUp, *, by: User) -> Decision:
    """Add a case for a year that is open, under review or proposed.

    Raise RefusedError when the year has an open case already.
    """
    require_right_to_decide(by, follow_up)
    stored = FollowUp.objects.select_for_update().select_related("programme").get(pk=follow_up.pk)
    if stored.state in (FollowUp.State.PLANNED, FollowUp.State.DECIDED):
        raise RefusedError(f"Ärendet kan inte läggas upp: läget är {stored.state_in_text}.")
    if stored.decisions.filter(recorded_at=None).exists():
        raise RefusedError("Ärendet är redan upplagt.")
    last = stored.decisions.order_by("number").last()
    if last is None:
        values_of_year = {"registration_number": stored.registration_number, "statement_date": stored.report_date}
        return add_case(stored, None, values_of_year | _proposed_texts(stored), by)
    if last.outcome == Decision.Outcome.REFERRED_BACK:
        return _add_next_case(stored, last, values_of(last, CARRIED_OVER), by)
    # A rejected case is closed: the next one has its own registration number and papers.
    return _add_next_case(stored, last, _proposed_texts(stored), by)


def values_of(decision: Decision, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(decision, name) for name in names}


def _proposed_texts(follow_up: FollowUp) -> dict[str, Any]:
    """Return a title, a summary and the deciding body, which the secretary can edit."""
    return {
        "title": proposed_title(follow_up),
        "summary": proposed_summary(build_report(follow_up)),
        "body": follow_up.body.name,
    }


def _add_next_case(follow_up: FollowUp, last: Decision, values: dict[str, Any], by: User) -> Decision:
    """Add the case after `last`, which was referred back or rejected. A correction continues as a correction."""
    values |= {"replaces": last.replaces, "correction_reason": last.correction_reason}
    case = add_case(follow_up, last, values, by)
    if last.replaces:
        copy_notes(last.replaces, case, by=by)
    return case


def add_case(follow_up: FollowUp, last: Decision | None, values: dict[str, Any], by: User) -> Decision:
    """Add a case with the number after `last`."""
    case = Decision(follow_up=follow_up, number=last.number + 1 if last else 1, **values)
    save_as(case, by=by)
    return case


def require_right_to_decide(user: User, follow_up: FollowUp) -> None:
    """Raise NotAllowedError unless `user` is a secretary of the board."""
    if not can_decide(user, follow_up):
        raise NotAllowedError(f"Du har inte behörighet att föra in {follow_up.body.genitive} beslut.")


@transaction.atomic
def save_case(form: DecisionForm, *, by: User) -> None:
    """Save the valid `form` of a case, with its speakers.

    Raise StaleEntryError when another user has saved the case, or recorded its decision, since the form was opened.
    """
    case = form.instance
    require_right_to_decide(by, case.follow_up)
    FollowUp.objects.select_for_update().get(pk=case.follow_up_id)
    stored = Decision.objects.select_for_update().get(pk=case.pk)
    if stored.is_recorded or stored.version != form.cleaned_data["version"]:
        raise StaleEntryError
    case.version = stored.version + 1
    case.is_example = False
    save_as(case, by=by)
    set_speakers(case, form.cleaned_data["speakers"], by)


def set_speakers(case: Decision, names: list[Name], by: User | None) -> None:
    """Replace the speakers of the case by `names`, in order. Write nothing when they are the same."""
    present = list(case.speakers.all())
    if [Name(speaker.name, speaker.party) for speaker in present] == names:
        return
    for speaker in present:
        delete_as(speaker, by=by)
    for order, name in enumerate(names, start=1):
        save_as(Speaker(decision=case, order=order, name=name.name, party=name.party), by=by)
