"""Recording a decision: freeze the report (`archive`) and move the year on (`workflow.perform`) in one transaction.

The slow part, making the PDF, comes before any row is locked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from followup.decision.cases import Name, require_right_to_decide, set_speakers
from followup.documents.report import pdf
from followup.models import DecidedReport, Decision, FollowUp, ProtocolNote, Rendering
from followup.queue.wait_for_pdf import finished_pdf, pdf_if_finished
from followup.report.archive import as_decided, freeze
from followup.report.building import build_report
from followup.report.report import Report
from followup.report.serialization import to_json
from followup.workflow import RefusedError, perform
from organisation.history import save_as

if TYPE_CHECKING:
    from organisation.models import User

logger = logging.getLogger(__name__)

ACTIONS = {
    Decision.Outcome.APPROVED: "decide",
    Decision.Outcome.REFERRED_BACK: "refer_back",
    Decision.Outcome.REJECTED: "reject",
}


def record(case: Decision, *, by: User, today: date) -> DecidedReport:
    """Record the board's decision: freeze the report as the board had it, and move the year to its next state.

    All in one transaction. Raise ValidationError when fields are missing or wrong, and RefusedError when the year is
    not proposed or was changed meanwhile. Raise NoPdfError when the PDF of the report cannot be made: see
    `record_without_pdf`.
    """
    case, report = _prepare(case, by=by, today=today)
    content = finished_pdf(case.follow_up, report, Rendering.Document.REPORT)
    return _record_and_freeze(case, report, content, by=by, today=today)


def record_without_pdf(case: Decision, *, by: User, today: date) -> DecidedReport:
    """Record the board's decision although the PDF of the report cannot be made, or not in time.

    The report is frozen as data, and its PDF is made from the data on request. A PDF that is finished by now is stored
    all the same. Raise ValidationError and RefusedError as `record` does.
    """
    case, report = _prepare(case, by=by, today=today)
    content = pdf_if_finished(case.follow_up, report, Rendering.Document.REPORT)
    return _record_and_freeze(case, report, content, by=by, today=today)


def _prepare(case: Decision, *, by: User, today: date) -> tuple[Decision, Report]:
    """Return the stored case and the report to freeze. Raise the errors of `record`, and NotAllowedError."""
    require_right_to_decide(by, case.follow_up)
    case = require_proposed(Decision.objects.select_related("follow_up__programme__framework").get(pk=case.pk))
    _require_complete(case, today)
    return case, as_decided(build_report(case.follow_up), case)


def _record_and_freeze(case: Decision, report: Report, content: bytes, *, by: User, today: date) -> DecidedReport:
    """Record the case, with database and storage errors told as RefusedError."""
    try:
        return _record_under_locks(case, report, content, by=by, today=today)
    except IntegrityError as error:
        raise RefusedError("Ett annat beslut fördes in i samma stund. Ingenting ändrades; försök igen.") from error
    except OSError as error:
        logger.exception("The decided report could not be stored")
        raise RefusedError(
            "Rapporten kunde inte sparas, för servern har fel på eller ont om lagringsutrymme. Beslutet är inte infört."
        ) from error


@transaction.atomic
def _record_under_locks(case: Decision, report: Report, content: bytes, *, by: User, today: date) -> DecidedReport:
    """Check everything again, since the PDF took time to make, then record and freeze."""
    FollowUp.objects.select_for_update().get(pk=case.follow_up_id)
    locked = Decision.objects.select_for_update(of=("self",)).select_related("follow_up__programme__framework")
    stored = require_proposed(locked.get(pk=case.pk))
    _require_complete(stored, today)
    if as_decided(build_report(stored.follow_up), stored) != report:
        raise RefusedError("Uppföljningen ändrades medan beslutet fördes in. Kontrollera den och försök igen.")
    decided = _freeze(stored, to_json(report), content, by)
    action = ACTIONS[Decision.Outcome(stored.outcome)]
    perform(stored.follow_up, action, by=by, comment=stored.outcome_reason or stored.meeting, decision=stored)
    return decided


@transaction.atomic
def record_past(
    decision: Decision, names: list[Name], notes: Iterable[ProtocolNote], *, reason: str, with_pdf: bool
) -> DecidedReport:
    """Record an approval that is older than the application, read from a file.

    Raise ValidationError when fields are wrong, and PdfUnavailableError when a PDF is asked for and cannot be made.
    """
    decision.full_clean()
    save_as(decision, reason=reason)
    set_speakers(decision, names, None)
    for note in notes:
        note.decision = decision
        save_as(note, reason=reason)
    follow_up = decision.follow_up
    report = as_decided(build_report(follow_up), decision)
    decided = _freeze(decision, to_json(report), pdf.render(report) if with_pdf else b"", None)
    follow_up.state = FollowUp.State.DECIDED
    save_as(follow_up, reason=decision.meeting)
    return decided


def require_proposed(case: Decision) -> Decision:
    """Return the case if its year is proposed and its decision is not recorded yet. Raise RefusedError otherwise."""
    state = case.follow_up.state
    if case.is_recorded or state == FollowUp.State.DECIDED:
        raise RefusedError("Beslutet är redan infört.")
    if state != FollowUp.State.PROPOSED:
        follow_up = case.follow_up
        raise RefusedError(
            f"Beslutet kan inte föras in: uppföljningen är inte föreslagen till {follow_up.body.in_text}. "
            f"Läget är {follow_up.state_in_text}."
        )
    return case


def _require_complete(case: Decision, today: date) -> None:
    """Raise ValidationError with a message for each field that a recorded decision needs and the case lacks."""
    problems = case.obstacles(today)
    if problems:
        raise ValidationError(problems)
    case.full_clean()


def _freeze(decision: Decision, json: str, content: bytes, by: User | None) -> DecidedReport:
    """Close the decision and store its report, with the PDF in `content` if there is one."""
    decision.recorded_at = timezone.now()
    decision.recorded_by = by
    save_as(decision, by=by, reason="Beslutet fördes in" if content else "Beslutet fördes in utan PDF-fil")
    return freeze(decision, json, content)
