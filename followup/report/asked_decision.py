"""The decision that a report asks the board for, or the one that the board has made."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format

from followup.report.excerpts import shortened
from followup.report.report import Report
from organisation.sentences import with_small_initial
from programmes.terms import genitive

DECISION_LENGTH = 330
COMMITTEE_LENGTH = 110


@dataclass(frozen=True)
class AskedDecision:
    """The decision that the board is asked for, or has made, with a line about the meeting."""

    heading: str
    text: str
    note: str


def asked_decision(report: Report) -> AskedDecision | None:
    """Return the decision; None for a part of the report, since the board decides on the whole."""
    if report.selection:
        return None
    case = report.case
    if case is None:
        return _decision_without_case(report)
    text = shortened(case.text, DECISION_LENGTH) or _usual_decision(report, "godkänns")
    if case.is_recorded:
        heading = f"{genitive(case.body)} beslut {_meeting(report)}".strip()
        return AskedDecision(heading, text, _prepared_by(case.preparing_committee))
    meeting = f"Sammanträde {date_format(case.meeting_date, 'j F Y')}. " if case.meeting_date else ""
    heading = f"Förslag till beslut i {with_small_initial(case.body)}"
    return AskedDecision(heading, text, f"{meeting}{_prepared_by(case.preparing_committee)}".strip())


def _decision_without_case(report: Report) -> AskedDecision:
    """Return the decision of a report of an earlier schema, named in its state, or the usual proposal."""
    if report.state_label == "Beslut":
        return AskedDecision(f"Beslut: {report.state_text}", _usual_decision(report, "är godkänd"), "")
    heading = f"Förslag till beslut i {report.deciding_body.in_text}"
    return AskedDecision(heading, _usual_decision(report, "godkänns"), "")


def _usual_decision(report: Report, verb: str) -> str:
    programme = shortened(report.programme, DECISION_LENGTH - 60)
    return f"Uppföljningen för {report.year} av ”{programme}” {verb}."


def _meeting(report: Report) -> str:
    """Return the day and paragraph of the recorded decision: "5 maj 2021 § 24"."""
    case = report.case
    if case is None:
        return ""
    day = date_format(case.meeting_date, "j F Y") if case.meeting_date else ""
    return f"{day} § {case.paragraph}" if case.paragraph else day


def _prepared_by(committee: str) -> str:
    name = shortened(with_small_initial(committee), COMMITTEE_LENGTH)
    return f"Ärendet har beretts av {name}." if name else ""
