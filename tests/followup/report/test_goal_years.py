"""One goal through the years."""

from datetime import timedelta

from django.db.models import Min

from followup.models import DecidedReport, FollowUp
from followup.report.goal_years import measure_lines, years_of
from programmes.models import Programme, SubGoal
from tests.fixtures import PROGRAMME, client_of
from tests.pages import html_of


def follow_ups():
    return list(FollowUp.objects.order_by("year"))


def first_goal():
    return SubGoal.objects.get(area__number=1, number=1)


def reword(goal, text, at):
    """As an administrator does, at that moment."""
    goal.text = text
    goal._history_date = at
    goal.save()


def test_a_decided_year_has_the_wording_that_was_decided(open_year, official):
    goal = first_goal()
    decided = DecidedReport.objects.aggregate(first=Min("at"))["first"]
    reword(goal, "Så löd det då", decided - timedelta(days=1))
    reword(goal, "Så lyder det nu", decided + timedelta(days=900))
    years = years_of(goal, follow_ups())
    assert [(year.year, year.text, year.is_reworded) for year in years] == [
        (2018, "Så löd det då", True),
        (2019, "Så löd det då", True),
        (2020, "Så löd det då", True),
        (2021, "Så lyder det nu", False),
    ]
    html = html_of(client_of(official).get(f"{PROGRAMME}mal/1.1/"))
    assert '<span class="label">Målets lydelse 2018</span> Så löd det då' in html


def test_where_the_history_begins_later_its_first_wording_is_taken(open_year):
    goal = first_goal()
    latest = DecidedReport.objects.order_by("-at")[0].at
    reword(goal, "Det första som är känt", latest + timedelta(days=1))
    reword(goal, "Omskrivet", latest + timedelta(days=2))
    assert {year.text for year in years_of(goal, follow_ups())[:3]} == {"Det första som är känt"}


def test_how_the_assessment_moved(open_year):
    goal = first_goal()
    open_year.subgoalentry_set.filter(sub_goal=goal).update(assessment="met")
    years = years_of(goal, follow_ups())
    assert [year.entry.assessment for year in years] == ["not_met", "partly", "partly", "met"]
    assert [year.change and year.change.word for year in years] == [None, "Förbättrad", "Oförändrad", "Förbättrad"]


def test_a_measure_has_a_step_for_each_year_that_it_was_followed_up(open_year):
    goal = first_goal()
    for line in measure_lines(goal, follow_ups()):
        followed = {entry.follow_up.year: entry.progress for entry in line.measure.entries.select_related("follow_up")}
        assert [step and step.key for step in line.steps.values()] == [
            followed.get(follow_up.year) for follow_up in follow_ups()
        ]


def test_the_page_draws_the_indicators_with_their_target(open_year, official):
    indicator = first_goal().indicators.get(number=1)
    html = html_of(client_of(official).get(f"{PROGRAMME}mal/1.1/"))
    assert f"<title>{indicator.name}, " in html
    assert '<path class="curve-target"' in html


def test_a_draft_shows_what_is_to_be_measured_before_its_first_year_is_opened(reviewer):
    programme = Programme.objects.create(
        title="Nytt", slug="nytt", first_year=2022, last_year=2025, overarching_goal="Trygghet."
    )
    goal = programme.areas.create(number=1, name="Ute").sub_goals.create(number=1, text="Tryggare torg.")
    goal.indicators.create(number=1, name="Trygga på torget", unit="procent", target=70)
    html = html_of(client_of(reviewer).get("/program/nytt/mal/1.1/"))
    assert "Så utvecklas det som mäts" in html
    assert "Trygga på torget: utfall, källor och Kolada" in html


def test_a_goal_that_was_never_followed_up_says_so(official, open_year):
    SubGoal.objects.create(area=open_year.programme.areas.get(number=1), number=70, text="Nytt mål")
    html = html_of(client_of(official).get(f"{PROGRAMME}mal/1.70/"))
    assert "Målet har inte följts upp ännu." in html
    assert "Målet har inga åtgärder." in html
