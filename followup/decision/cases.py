"""Taking a year to the board: preparing the case, recording what the board decided, and correcting a mistake, or not.

Recording freezes the report (`archive`) and moves the year on (`workflow.perform`) in one transaction. The slow step,
having the PDF drawn, comes before any lock is taken.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from followup.decision.notes import copy_notes, remove_note
from followup.documents.minutes.extract import proposed_summary, proposed_title
from followup.documents.report import pdf
from followup.models import (
    AreaEntry,
    DecidedReport,
    Decision,
    Event,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    ProtocolNote,
    Rendering,
    Speaker,
    SubGoalEntry,
)
from followup.permissions import can_decide
from followup.queue.wait_for_pdf import finished_pdf, pdf_if_finished
from followup.report.archive import as_decided, freeze
from followup.report.report import Report, build_report, to_json
from followup.workflow import NotAllowed, Refused, StaleEntry, perform
from organisation.history import delete_as, save_as

if TYPE_CHECKING:
    from followup.decision.forms import DecisionForm
    from organisation.models import User

logger = logging.getLogger(__name__)

ACTIONS = {
    Decision.Outcome.APPROVED: "decide",
    Decision.Outcome.REFERRED_BACK: "refer_back",
    Decision.Outcome.REJECTED: "reject",
}
# What a case that comes again begins with: all but what the board does with it.
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
ALL_BUT_THE_MEETING = (*CARRIED_OVER, "decision_text", "deliberation", "propositions")


@dataclass(frozen=True)
class Name:
    """Somebody who spoke, with party."""

    name: str
    party: str


@transaction.atomic
def open_case(follow_up: FollowUp, *, by: User) -> Decision:
    """A new case for a year that is on its way to the board. Refused when it has one, or is not on its way."""
    _may_decide(by, follow_up)
    stored = FollowUp.objects.select_for_update().select_related("programme").get(pk=follow_up.pk)
    if stored.state in (FollowUp.State.PLANNED, FollowUp.State.DECIDED):
        raise Refused(f"Ärendet kan inte läggas upp: läget är {stored.get_state_display().lower()}.")
    if stored.decisions.filter(recorded_at=None).exists():
        raise Refused("Ärendet är redan upplagt.")
    last = stored.decisions.order_by("number").last()
    if last is None:
        first = {"registration_number": stored.registration_number, "statement_date": stored.report_date}
        return _add_case(stored, None, first | _proposed(stored), by)
    if last.outcome == Decision.Outcome.REFERRED_BACK:
        return _add_next_case(stored, last, _facts(last, CARRIED_OVER), by)
    # A rejected case is closed: the next one has its own registration number and papers.
    return _add_next_case(stored, last, _proposed(stored), by)


@transaction.atomic
def start_correction(follow_up: FollowUp, reason: str, *, by: User) -> Decision:
    """Open a decided year again, with a case that is to replace the decision in force. Refused without a reason.

    Until the board has decided anew, the decided report stays in force.
    """
    _may_decide(by, follow_up)
    current = follow_up.decisions.approving().first()
    if current is None:
        raise Refused("Det finns inget beslut att rätta.")
    perform(follow_up, "correct", by=by, comment=reason, decision=current)
    facts = _facts(current, ALL_BUT_THE_MEETING) | {"replaces": current, "correction_reason": reason.strip()}
    last = follow_up.decisions.order_by("number").last()
    case = _add_case(follow_up, last, facts, by)
    _put_speakers(case, [Name(speaker.name, speaker.party) for speaker in current.speakers.all()], by)
    copy_notes(current, case, by=by)
    return case


@transaction.atomic
def cancel_correction(follow_up: FollowUp, reason: str, *, by: User) -> Decision:
    """Give a correction up: its case is taken away, what was written for it gives way to what stood when it was begun,
    and the decision in force, which is returned, goes on as if nothing had been. The history keeps all of it.

    Refused without a reason, or when no correction is under way.
    """
    _may_decide(by, follow_up)
    stored = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    current = stored.decisions.approving().first()
    begun = stored.events.filter(action=Event.Action.CORRECT).last()
    if current is None or begun is None or stored.state == FollowUp.State.DECIDED:
        raise Refused("Det pågår ingen rättelse.")
    _put_back(stored, begun.at, by)
    for case in stored.decisions.filter(recorded_at=None):
        _take_away(case, by)
    perform(follow_up, "cancel_correction", by=by, comment=reason, decision=current)
    return current


def _put_back(follow_up: FollowUp, moment: datetime, by: User) -> None:
    """Make the year's texts and answers what they were at `moment`."""
    _make_as_it_was(follow_up, moment, by, but=("state",))
    for model in (AreaEntry, SubGoalEntry, MeasureEntry, GuidelineEntry):
        since = model.history.filter(follow_up=follow_up, history_date__gt=moment).values("id")
        for entry in model.objects.select_for_update().filter(pk__in=since):
            _make_as_it_was(entry, moment, by)


def _make_as_it_was(item: Any, moment: datetime, by: User, but: Iterable[str] = ()) -> None:
    then = item.history.filter(history_date__lte=moment).first()
    names = [
        field.attname for field in item._meta.concrete_fields if field.name not in ("id", "version", "page_save", *but)
    ]
    if then is None or all(getattr(item, name) == getattr(then, name) for name in names):
        return
    for name in names:
        setattr(item, name, getattr(then, name))
    item.version += 1  # so that a form open elsewhere notices
    save_as(item, by=by, reason="Rättelsen avbröts")


def _take_away(case: Decision, by: User) -> None:
    for note in case.notes.all():
        remove_note(note, by=by)
    _put_speakers(case, [], by)
    delete_as(case, by=by, reason="Rättelsen avbröts")


def _facts(decision: Decision, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(decision, name) for name in names}


def _proposed(follow_up: FollowUp) -> dict[str, Any]:
    """The words that the application can propose, for the secretary to edit."""
    return {"title": proposed_title(follow_up), "summary": proposed_summary(build_report(follow_up))}


def _add_next_case(follow_up: FollowUp, last: Decision, facts: dict[str, Any], by: User) -> Decision:
    """Add the case after `last`, which was referred back or rejected; a correction goes on as a correction."""
    facts |= {"replaces": last.replaces, "correction_reason": last.correction_reason}
    case = _add_case(follow_up, last, facts, by)
    if last.replaces:
        copy_notes(last.replaces, case, by=by)
    return case


def _add_case(follow_up: FollowUp, last: Decision | None, facts: dict[str, Any], by: User) -> Decision:
    case = Decision(follow_up=follow_up, number=last.number + 1 if last else 1, **facts)
    save_as(case, by=by)
    return case


def _may_decide(user: User, follow_up: FollowUp) -> None:
    if not can_decide(user, follow_up):
        raise NotAllowed("Du har inte behörighet att föra in kommunstyrelsens beslut.")


@transaction.atomic
def save_case(form: DecisionForm, *, by: User) -> None:
    """Save the valid `form` of a case, with who spoke.

    StaleEntry when somebody else saved the case, or recorded the decision, since the form was fetched.
    """
    case = form.instance
    _may_decide(by, case.follow_up)
    FollowUp.objects.select_for_update().get(pk=case.follow_up_id)
    stored = Decision.objects.select_for_update().get(pk=case.pk)
    if stored.is_recorded or stored.version != form.cleaned_data["version"]:
        raise StaleEntry
    case.version = stored.version + 1
    case.is_example = False
    save_as(case, by=by)
    _put_speakers(case, form.cleaned_data["speakers"], by)


def _put_speakers(case: Decision, names: list[Name], by: User | None) -> None:
    """Make the case's speakers those of `names`, in order; nothing is written when they are that already."""
    present = list(case.speakers.all())
    if [Name(speaker.name, speaker.party) for speaker in present] == names:
        return
    for speaker in present:
        delete_as(speaker, by=by)
    for order, name in enumerate(names, start=1):
        save_as(Speaker(decision=case, order=order, name=name.name, party=name.party), by=by)


def record(case: Decision, *, by: User, today: date) -> DecidedReport:
    """Record what the board decided: freeze the report that it had before it, and move the year on.

    Everything or nothing. ValidationError names the fields that are wrong; Refused when the year is not proposed, or
    was changed meanwhile; NoPdfError when the PDF of the report cannot be made: see `record_without_pdf`.
    """
    case, report = _to_record(case, by=by, today=today)
    content = finished_pdf(case.follow_up, report, Rendering.Document.REPORT)
    return _record(case, report, content, by=by, today=today)


def record_without_pdf(case: Decision, *, by: User, today: date) -> DecidedReport:
    """Record what the board decided although the PDF of the report cannot be made, or not in time.

    The report is frozen as data, and its PDF is drawn from that when somebody asks for it. A PDF that has been finished
    by now is stored all the same. ValidationError and Refused as in `record`.
    """
    case, report = _to_record(case, by=by, today=today)
    content = pdf_if_finished(case.follow_up, report, Rendering.Document.REPORT)
    return _record(case, report, content, by=by, today=today)


def _to_record(case: Decision, *, by: User, today: date) -> tuple[Decision, Report]:
    """Return the case as stored, and the report that is to be frozen. ValidationError, Refused, NotAllowed."""
    _may_decide(by, case.follow_up)
    case = of_proposed_year(Decision.objects.select_related("follow_up__programme").get(pk=case.pk))
    _check(case, today)
    return case, as_decided(build_report(case.follow_up), case)


def _record(case: Decision, report: Report, content: bytes, *, by: User, today: date) -> DecidedReport:
    try:
        with transaction.atomic():
            FollowUp.objects.select_for_update().get(pk=case.follow_up_id)
            locked = Decision.objects.select_for_update(of=("self",)).select_related("follow_up__programme")
            stored = of_proposed_year(locked.get(pk=case.pk))
            _check(stored, today)
            if as_decided(build_report(stored.follow_up), stored) != report:
                raise Refused("Uppföljningen ändrades medan beslutet fördes in. Kontrollera den och försök igen.")
            link = _close(stored, to_json(report), content, by)
            action = ACTIONS[Decision.Outcome(stored.outcome)]
            comment = stored.outcome_reason or stored.meeting
            perform(stored.follow_up, action, by=by, comment=comment, decision=stored)
    except IntegrityError as error:
        raise Refused("Ett annat beslut fördes in i samma stund. Ingenting ändrades; försök igen.") from error
    except OSError as error:
        logger.exception("The decided report could not be stored")
        raise Refused(
            "Rapporten kunde inte sparas, för servern har fel på eller ont om lagringsutrymme. Beslutet är inte infört."
        ) from error
    return link


@transaction.atomic
def record_past(
    decision: Decision, names: list[Name], notes: Iterable[ProtocolNote], *, reason: str, with_pdf: bool
) -> DecidedReport:
    """Record an approval from before the application came into use, read from a file, by people unknown here.

    ValidationError names what is wrong; PdfUnavailable when a PDF is asked for and cannot be made.
    """
    decision.full_clean()
    save_as(decision, reason=reason)
    _put_speakers(decision, names, None)
    for note in notes:
        note.decision = decision
        save_as(note, reason=reason)
    follow_up = decision.follow_up
    report = as_decided(build_report(follow_up), decision)
    link = _close(decision, to_json(report), pdf.render(report) if with_pdf else b"", None)
    follow_up.state = FollowUp.State.DECIDED
    save_as(follow_up, reason=decision.meeting)
    return link


def of_proposed_year(case: Decision) -> Decision:
    """Return the case if it can be recorded, by the states of it and of its year. Refused otherwise."""
    state = case.follow_up.state
    if case.is_recorded or state == FollowUp.State.DECIDED:
        raise Refused("Beslutet är redan infört.")
    if state != FollowUp.State.PROPOSED:
        label = case.follow_up.get_state_display().lower()
        raise Refused(
            f"Beslutet kan inte föras in: uppföljningen är inte föreslagen till kommunstyrelsen. Läget är {label}."
        )
    return case


def _check(case: Decision, today: date) -> None:
    problems = case.obstacles(today)
    if problems:
        raise ValidationError(problems)
    case.full_clean()


def _close(decision: Decision, json: str, content: bytes, by: User | None) -> DecidedReport:
    decision.recorded_at = timezone.now()
    decision.recorded_by = by
    save_as(decision, by=by, reason="Beslutet fördes in" if content else "Beslutet fördes in utan PDF-fil")
    return freeze(decision, json, content)
