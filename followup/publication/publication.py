"""Reports for readers without login, where the municipality has chosen so (`PUBLIC_REPORTS`).

Only approved reports are public, without the texts and figures that are marked as secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from followup.models import DecidedReport, FollowUp
from followup.publication.hidden_figures import (
    HiddenFigures,
    MisplacedMarkError,
    hidden_by_other_years,
    number_hidden,
    without_figures,
)
from followup.publication.withholding import masked, misplaced
from followup.report.report import Report
from followup.report.serialization import from_json
from organisation.order import in_swedish_order


@dataclass(frozen=True)
class Publication:
    """A decided report as the public reads it.

    :ivar left_out: Number of texts and outcomes that are withheld.
    :ivar content_hash: Changes whenever the content does.
    """

    follow_up: FollowUp
    decided: DecidedReport
    report: Report
    left_out: int
    content_hash: str

    @property
    def is_whole(self) -> bool:
        return not self.left_out


def publication_of(slug: str, year: int) -> Publication | None:
    """Return the public report of the year. None when there is none, it is secret, or a mark is misplaced."""
    follow_up = (
        FollowUp.objects.published()
        .filter(programme__slug=slug, year=year)
        .select_related("programme__framework")
        .first()
    )
    return _publication(follow_up) if follow_up else None


def publications() -> Iterator[Publication]:
    """Yield the public reports, latest year first. Only one report at a time is held in memory."""
    years = (
        FollowUp.objects.published()
        .select_related("programme__framework")
        .order_by("-year", in_swedish_order("programme__title"))
    )
    for follow_up in years:
        publication = _publication(follow_up)
        if publication:
            yield publication


def _publication(follow_up: FollowUp) -> Publication | None:
    """Return the public form of the report in force. None when there is none, or when a mark is misplaced."""
    decided = DecidedReport.objects.in_force(follow_up).select_related("decision").defer("minutes").first()
    if decided is None:
        return None
    marks = list(follow_up.withholdings.all())
    decided_report = from_json(decided.json)
    if misplaced(decided_report, marks):
        return None
    try:
        hidden_figures = hidden_by_other_years(follow_up)
    except MisplacedMarkError:
        return None
    grounds = {mark.place: mark.ground for mark in marks}
    without_marked = masked(decided_report, grounds)
    left_out = len(marks) + number_hidden(without_marked, hidden_figures)
    return Publication(
        follow_up=follow_up,
        decided=decided,
        report=without_figures(without_marked, hidden_figures),
        left_out=left_out,
        content_hash=_content_hash(decided, grounds, hidden_figures),
    )


def _content_hash(decided: DecidedReport, grounds: dict[str, str], hidden: list[HiddenFigures]) -> str:
    parts = [decided.sha256, *(f"{place} {ground}" for place, ground in sorted(grounds.items()))]
    parts += [f"{figures.name} {sorted(figures.figures)} {figures.ground}" for figures in hidden]
    return sha256("\0".join(parts).encode()).hexdigest()
