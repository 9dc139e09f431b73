"""A small programme whose year is on its way to the board: quick to lay out as PDF."""

from datetime import date
from functools import cache
from typing import Any

from followup.documents.report import pdf
from followup.models import FollowUp
from organisation.models import Unit
from tests.factories import answer_all, make_area, make_goal, make_measure, make_programme, make_unit, open_year

# Equal reports give equal files, and laying one out takes seconds: each is laid out once for all tests.
laid_out = cache(pdf.render)

TODAY = date(2023, 6, 1)
SLUG = "trygghet-2022-2025"
CASE = f"/beslut/{SLUG}/2022/"
YEAR = f"/program/{SLUG}/2022/"

# What the secretary sends, all of it.
FILLED: dict[str, Any] = {
    "registration_number": "KS-2023/12.173",
    "statement_date": "2023-02-15",
    "preparing_committee": "Trygghetsberedningen",
    "preparing_meeting_date": "2023-04-12",
    "proposal": "Uppföljningen godkänns.",
    "summary": "Målet är trygghet.",
    "body": "Kommunstyrelsen",
    "meeting_date": "2023-05-03",
    "paragraph": "§ 31",
    "outcome": "approved",
    "outcome_reason": "",
    "decision_text": "Uppföljningen enligt bilaga 1 godkänns.",
    "speakers": "Anna Andersson (S)\nBo Berg (M)",
    "deliberation": "",
    "propositions": "Ordföranden frågar om förslaget kan bifallas, och finner att så är fallet.",
    "recipients": "Samtliga nämnder och bolag",
}


def proposed_year(slug: str = SLUG) -> FollowUp:
    """2022, with an area, a goal, a measure and a guideline, all answered and approved, proposed to the board."""
    programme = make_programme(slug=slug)
    unit = Unit.objects.filter(slug="kommunstyrelsen").first() or make_unit()
    area = make_area(programme, overarching_sub_goal="Platserna är trygga.")
    make_measure(make_goal(area, units=[unit]), units=[unit])
    programme.guidelines.create(number=1, title="Klotter").units.add(unit)
    follow_up = open_year(programme)
    answer_all(follow_up)
    FollowUp.objects.filter(pk=follow_up.pk).update(
        state="proposed", forecast="will", summary="Ett bra år.", report_date=date(2023, 2, 15)
    )
    return FollowUp.objects.select_related("programme").get(pk=follow_up.pk)
