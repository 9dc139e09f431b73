"""A small programme whose year is on its way to the board: quick to lay out as PDF."""

from datetime import date
from functools import cache
from typing import Any

from followup.documents.report import pdf
from followup.models import AreaEntry, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.workflow import open_follow_up
from organisation.models import Unit
from programmes.models import Programme

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
    programme = Programme.objects.create(
        title="Program för trygghet 2022–2025",
        slug=slug,
        first_year=2022,
        last_year=2025,
        overarching_goal="Alla är trygga.",
        state="active",
    )
    unit, _ = Unit.objects.get_or_create(
        slug="kommunstyrelsen", defaults={"name": "Kommunstyrelsen", "kind": "committee"}
    )
    area = programme.areas.create(number=1, name="Trygga platser", overarching_sub_goal="Platserna är trygga.")
    goal = area.sub_goals.create(number=1, text="Torgen är trygga.")
    measure = goal.measures.create(number=1, text="Belys torgen.", first_year=2022, last_year=2025)
    guideline = programme.guidelines.create(number=1, title="Klotter")
    for item in (goal, measure, guideline):
        item.units.add(unit)
    days = {"opens_on": date(2022, 11, 1), "due_on": date(2023, 1, 15)}
    follow_up = open_follow_up(FollowUp(programme=programme, year=2022, **days), by=None)
    AreaEntry.objects.filter(follow_up=follow_up).update(assessment="met", summary="Det gick bra.")
    SubGoalEntry.objects.filter(follow_up=follow_up).update(
        assessment="met", forecast="will", comment="Torgen är ljusa.", state="approved"
    )
    MeasureEntry.objects.filter(follow_up=follow_up).update(progress="done", done="Tolv lampor.", state="approved")
    GuidelineEntry.objects.filter(follow_up=follow_up).update(comment="Mindre klotter.")
    FollowUp.objects.filter(pk=follow_up.pk).update(
        state="proposed", forecast="will", summary="Ett bra år.", report_date=date(2023, 2, 15)
    )
    return FollowUp.objects.select_related("programme").get(pk=follow_up.pk)
