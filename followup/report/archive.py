"""What the board decided on, kept as it was: reports frozen into one chain, and the check that they still are so.

From the decision on, everything that shows the year draws it from here (`report_of`), whatever is changed in the
programme afterwards.
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
from followup.report.report import DECIDED, Report, build_report, from_json
from followup.report.signing import sign
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
    """The report of the year: what the board approved, where it has, and else its entries as they now stand."""
    if follow_up.is_before_review:
        return build_report(follow_up)
    decided = DecidedReport.objects.in_force(follow_up).only("json").first()
    return from_json(decided.json) if decided else build_report(follow_up)


def stored_file(follow_up: FollowUp, suffix: str) -> bytes:
    """Return what the board approved, byte for byte as stored; empty where that kind was not stored.

    StoredFileMissingError when the PDF is gone from storage.
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
    """Return the decided report marked as drawn again, for a PDF that replaces a lost one without passing for it."""
    return replace(
        report,
        state=f"{report.state}. Ritad på nytt ur det lagrade beslutet: det här är inte den PDF-fil som lagrades då",
    )


def as_decided(report: Report, decision: Decision) -> Report:
    """The report as the board had it, with what the board did about it."""
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
    )


def freeze(decision: Decision, report: str, pdf: bytes) -> DecidedReport:
    """Add the next link of the chain: the `report` as JSON and as `pdf` (empty where none could be made), for a
    `decision` that was recorded in this same transaction.

    IntegrityError when the chain's very first link is made by somebody else at the same moment.
    """
    # Whoever holds the first link may add the next one.
    list(DecidedReport.objects.select_for_update().order_by("number").values("pk")[:1])
    last = DecidedReport.objects.only("number", "sha256").order_by("-number").first()
    if decision.recorded_at is None:
        raise ValueError("Only a recorded decision is frozen.")
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
    sign(link)
    transaction.on_commit(lambda: note_decision(link))
    return link


def _store(pdf: bytes, sha256: str) -> str:
    """The name that the file is stored under, which is that of its content: an attempt that was rolled back leaves a
    file that the next one finds again. OSError when there is no room for it."""
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
    """All that was entered of a decision, with who spoke and the notes to the minutes."""
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
    """The hash over everything that a link holds; the report and the PDF by their own hashes."""
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
    """The hash of a stored file, read piece by piece; empty where there is no file."""
    if not file.name or not file.storage.exists(file.name):
        return ""
    digest = hashlib.sha256()
    with file.storage.open(file.name) as stream:
        for piece in stream.chunks():
            digest.update(piece)
    return digest.hexdigest()
