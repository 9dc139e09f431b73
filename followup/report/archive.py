"""Decided reports: frozen into a chain, so that pages show a decided year as the board decided on it.

Every page and file of a decided year takes its report from `report_of`, whatever is changed in the programme later.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile

from followup.models import DecidedReport, Decision, FollowUp
from followup.report.anchor import note_decision
from followup.report.building import build_report
from followup.report.report import DECIDED, BoardCase, Report
from followup.report.serialization import from_json
from followup.report.signing import store_signature
from followup.web.files import open_stored_pdf

FACTS = (
    "number",
    "correction_reason",
    "title",
    "registration_number",
    "statement_date",
    "preparing_committee",
    "preparing_meeting_date",
    "proposal",
    "body",
    "meeting_date",
    "paragraph",
    "outcome",
    "outcome_reason",
    "decision_text",
    "summary",
    "deliberation",
    "propositions",
    "recipients",
    "recorded_at",
    "is_example",
)
SEALED = (
    "number",
    "decision_id",
    "schema",
    "json_sha256",
    "pdf",
    "pdf_sha256",
    "minutes",
    "previous_sha256",
    "by_id",
    "at",
)


def report_of(follow_up: FollowUp) -> Report:
    """Return the approved report of the year, or one of its present entries while nothing is approved."""
    if follow_up.is_before_review:
        return build_report(follow_up)
    decided = DecidedReport.objects.in_force(follow_up).only("json").first()
    return from_json(decided.json) if decided else _with_proposal(build_report(follow_up), follow_up)


def _with_proposal(report: Report, follow_up: FollowUp) -> Report:
    """Return the report with its case, once the year is proposed: before that, the case is the secretary's alone."""
    if follow_up.state != FollowUp.State.PROPOSED:
        return report
    case = follow_up.decisions.filter(recorded_at=None).first()
    return replace(report, case=case_of(case, is_recorded=False)) if case else report


def case_of(decision: Decision, *, is_recorded: bool) -> BoardCase:
    """Return the part of the case that the report's first page shows."""
    return BoardCase(
        body=decision.body,
        text=decision.decision_text if is_recorded else decision.proposal,
        meeting_date=decision.meeting_date,
        paragraph=decision.paragraph,
        preparing_committee=decision.preparing_committee,
        is_recorded=is_recorded,
    )


def stored_file(follow_up: FollowUp, suffix: str) -> bytes:
    """Return the approved report as it was stored, byte for byte, or b"" when there is no such file.

    Raise StoredFileMissingError when the PDF is gone from storage.
    """
    decided = DecidedReport.objects.in_force(follow_up).first()
    if decided and suffix == "json":
        return decided.json.encode()
    if decided and suffix == "pdf" and decided.pdf:
        with open_stored_pdf(decided) as file:
            content: bytes = file.read()
        return content
    return b""


def redrawn(report: Report) -> Report:
    """Return the report marked as made again, for a PDF in place of a lost one."""
    return replace(
        report,
        state=f"{report.state}. Ritad på nytt ur det lagrade beslutet: det här är inte den PDF-fil som lagrades då",
    )


def as_decided(report: Report, decision: Decision) -> Report:
    """Return the report with the decision in its state, and the decision's registration number."""
    word = {
        Decision.Outcome.APPROVED: DECIDED,
        Decision.Outcome.REFERRED_BACK: "Återremitterad",
        Decision.Outcome.REJECTED: "Avslagen",
    }[Decision.Outcome(decision.outcome)]
    return replace(
        report,
        state=f"{word}: {decision.meeting}",
        is_decided=decision.outcome == Decision.Outcome.APPROVED,
        registration_number=decision.registration_number,
        case=case_of(decision, is_recorded=True),
    )


def freeze(decision: Decision, report: str, pdf: bytes) -> DecidedReport:
    """Add a link to the chain: the report as JSON, and as PDF unless `pdf` is empty.

    :param decision: Recorded in the same transaction.

    Raise IntegrityError when another process adds the first link of the chain at the same moment.
    """
    if decision.recorded_at is None:
        raise ValueError("Only a recorded decision is frozen.")
    # Lock the first link of the chain, so that links are added one at a time.
    DecidedReport.objects.select_for_update().order_by("number").values("pk").first()
    last = DecidedReport.objects.only("number", "sha256").order_by("-number").first()
    link = DecidedReport(
        number=last.number + 1 if last else 1,
        previous_sha256=last.sha256 if last else "",
        decision=decision,
        schema=json.loads(report)["schema"],
        json=report,
        json_sha256=sha256_hex(report.encode()),
        pdf_sha256=sha256_hex(pdf) if pdf else "",
        minutes=canonical(minutes_of(decision)),
        by=decision.recorded_by,
        at=decision.recorded_at,
    )
    if pdf:
        link.pdf = _store(pdf, link.pdf_sha256)
    link.sha256 = seal(link)
    link.save()
    store_signature(link)
    transaction.on_commit(lambda: note_decision(link))
    return link


def _store(pdf: bytes, sha256: str) -> str:
    """Store the file under its checksum and return its name. Raise OSError when there is no room for it.

    An attempt that was rolled back leaves a file, which the next attempt finds by the checksum.
    """
    name = f"decided/{sha256}.pdf"
    storage = DecidedReport._meta.get_field("pdf").storage
    if storage.exists(name):
        with storage.open(name) as file:
            if sha256_hex(file.read()) == sha256:
                return name
        storage.delete(name)  # cut short, by a full disk or a killed process
    stored: str = storage.save(name, ContentFile(pdf))
    return stored


def minutes_of(decision: Decision) -> dict[str, Any]:
    """Return the decision with its speakers and notes as plain values."""
    facts = {name: getattr(decision, name) for name in FACTS}
    return {
        **facts,
        "programme": decision.follow_up.programme_id,
        "year": decision.follow_up.year,
        "replaces": decision.replaces.number if decision.replaces else None,
        "recorded_by": decision.recorded_by_id,
        "speakers": [str(speaker) for speaker in decision.speakers.all()],
        "notes": [
            {
                "kind": note.kind,
                "name": note.name,
                "party": note.party,
                "text": note.text,
                "attachment": sha256_of(note.attachment),
                "is_example": note.is_example,
            }
            for note in decision.notes.all()
        ],
    }


def seal(link: DecidedReport) -> str:
    """Return the checksum of a link: of all its columns, with the report and the PDF by their own checksums."""
    columns = {name: getattr(link, name) for name in SEALED}
    return sha256_hex(canonical(columns).encode())


def canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=as_plain)


def as_plain(value: date | datetime | FieldFile) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value.name or ""


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sha256_of(file: FieldFile) -> str:
    """Return the checksum of a stored file, read in pieces. Empty when there is no file."""
    if not file.name or not file.storage.exists(file.name):
        return ""
    digest = hashlib.sha256()
    with file.storage.open(file.name) as stream:
        for piece in stream.chunks():
            digest.update(piece)
    return digest.hexdigest()
