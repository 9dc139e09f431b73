"""A year at a glance."""

from datetime import date

import pytest

from followup.models import FollowUp, SubGoalEntry
from followup.report.archive import report_of
from followup.report.overview import overview_of, period_of, period_position
from followup.scales import Trend, change_between
from programmes.models import Programme
from tests.factories import SCALES
from tests.fixtures import PROGRAMME, client_of, put_in_state
from tests.pages import html_of


def words(tallies):
    return {item.step.word: item.number for item in tallies}


def year(number):
    return FollowUp.objects.select_related("programme").get(year=number)


@pytest.mark.parametrize(
    ("scale", "before", "after", "expected"),
    [
        ("assessment", "partly", "met", Trend.BETTER),
        ("assessment", "met", "not_met", Trend.WORSE),
        ("assessment", "partly", "partly", Trend.SAME),
        ("assessment", "cannot_assess", "met", None),
        ("assessment", "met", "not_applicable", None),
        ("forecast", "will_not", "partly", Trend.BETTER),
    ],
)
def test_better_or_worse(scale, before, after, expected):
    change = change_between(SCALES.of(scale).step(before), SCALES.of(scale).step(after))
    assert (change and change.key) == expected


def test_areas_are_counted(open_year):
    overview = overview_of(report_of(year(2020)))
    assert len(overview.cards) == 5
    first = overview.cards[0]
    goals = SubGoalEntry.objects.filter(follow_up__year=2020, sub_goal__area__number=1)
    assert words(first.assessments) == {
        label: count for value, label in SCALES.assessment.choices if (count := goals.filter(assessment=value).count())
    }
    assert sum(words(first.forecasts).values()) == goals.count() == 6
    assert overview.most_goals == 6


def test_what_moved_since_the_year_before(open_year):
    goals = open_year.subgoalentry_set
    last = {entry.sub_goal_id: entry for entry in SubGoalEntry.objects.filter(follow_up__year=2020)}
    goals.update(assessment="", forecast="")
    same, better = goals.all()[:2]
    SubGoalEntry.objects.filter(pk=same.pk).update(
        assessment=last[same.sub_goal_id].assessment, forecast=last[same.sub_goal_id].forecast
    )
    SubGoalEntry.objects.filter(pk=better.pk).update(assessment="not_met", forecast=last[better.sub_goal_id].forecast)
    overview = overview_of(report_of(open_year))
    assert overview.previous_year == 2020
    # What is not filled in yet has not moved.
    assert [moved.goal.code for moved in overview.moved] == [better.sub_goal.code]
    assert overview.moved[0].forecast.key == Trend.SAME


def test_the_first_year_has_nothing_to_be_compared_with(huddinge):
    overview = overview_of(report_of(year(2018)))
    assert (overview.previous_year, overview.moved, overview.added) == (None, (), ())
    assert all(card.trends == () for card in overview.cards)


def test_the_period():
    programme = Programme(first_year=2018, last_year=2021, framework_id=1)
    follow_up = FollowUp(year=2019)
    steps = period_of(programme, [follow_up], 2020)
    assert [(step.year, step.follow_up, step.is_now) for step in steps] == [
        (2018, None, False),
        (2019, follow_up, False),
        (2020, None, True),
        (2021, None, False),
    ]
    assert period_position(programme, 2020) == "2020 är år 3 av 4 i perioden."
    assert period_position(programme, 2017) == "Perioden börjar 2018."
    assert period_position(programme, 2022) == "Programperioden är avslutad (2018–2021)."


def test_every_figure_leads_to_as_many_rows(official, open_year):
    client = client_of(official)
    html = html_of(client.get(f"{PROGRAMME}2020/"))
    asked = 0
    for card in overview_of(report_of(year(2020))).cards[:2]:
        for name, tallies in (("assessment", card.assessments), ("progress", card.progress)):
            for item in tallies:
                shows = "&show=measures" if name == "progress" else ""
                area = f"programme=huddinge-2018-2021&year=2020&area={card.area.number}"
                address = f"/sok/?{area}&{name}={item.step.key}{shows}"
                assert address.replace("&", "&amp;") in html
                tabs = client.get(address).context["tabs"]
                count = {name: number for name, _, number in tabs}["measures" if shows else "goals"]
                assert count == str(item.number)
                asked += 1
    assert asked > 8


def test_a_decided_year_is_shown_as_it_was_decided(official, huddinge):
    client = client_of(official)
    before = html_of(client.get(f"{PROGRAMME}2020/"))
    name = huddinge.areas.get(number=1).name
    huddinge.areas.filter(number=1).update(name="Omdöpt område")
    after = html_of(client.get(f"{PROGRAMME}2020/"))
    assert f"1. {name}" in before
    assert f"1. {name}" in after
    assert "Omdöpt område" not in after
    assert "Omdöpt område" in html_of(client.get(f"{PROGRAMME}2021/"))


def test_the_collecting_is_shown_to_those_who_follow_it_while_it_lasts(reviewer, official, open_year):
    assert "Så går insamlingen" not in html_of(client_of(official).get(f"{PROGRAMME}2021/"))
    html = html_of(client_of(reviewer).get(f"{PROGRAMME}2021/"))
    assert "Så går insamlingen" in html
    assert "/granskning/huddinge-2018-2021/2021/?unit=kommunstyrelsen&amp;state=incomplete" in html
    put_in_state(open_year, FollowUp.State.DECIDED)
    assert "Så går insamlingen" not in html_of(client_of(reviewer).get(f"{PROGRAMME}2021/"))


def test_the_start_page_names_other_programmes(official, open_year):
    Programme.objects.create(
        title="Program för barnens bästa", slug="barn", first_year=2020, last_year=2023, state="active"
    )
    Programme.objects.create(title="Hemligt utkast", slug="utkast", first_year=2024, last_year=2027, state="draft")
    html = html_of(client_of(official).get("/"))
    assert '<a href="/program/barn/">Program för barnens bästa</a>' in html
    assert "Hemligt utkast" not in html


def test_a_planned_year_is_no_step_for_those_who_do_not_plan_it(official, reviewer, open_year):
    FollowUp.objects.filter(pk=open_year.pk).update(state=FollowUp.State.PLANNED, due_on=date(2030, 1, 1))
    assert f'href="{PROGRAMME}2021/"' not in html_of(client_of(official).get(PROGRAMME))
    assert f'href="{PROGRAMME}2021/"' in html_of(client_of(reviewer).get(PROGRAMME))
