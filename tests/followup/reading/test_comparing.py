"""Comparison of years and of programmes, and the page of perspectives."""

import pytest

from followup.models import FollowUp, MeasureEntry
from followup.report.archive import report_of
from followup.report.building import build_report
from followup.report.side_by_side import pair_years, perspectives_of
from programmes.models import SubGoal
from tests.fixtures import PROGRAMME, client_of, make_draft
from tests.followup.board import proposed_year
from tests.pages import html_of

YEARS = f"{PROGRAMME}jamfor/"
PROGRAMMES = f"{PROGRAMME}jamfor-program/"


def year(number):
    return FollowUp.objects.select_related("programme").get(year=number)


def test_two_years_goal_by_goal_each_in_its_own_words(open_year):
    SubGoal.objects.filter(area__number=1, number=1).update(text="Omformulerat mål")
    new = SubGoal.objects.create(area=open_year.programme.areas.get(number=1), number=9, text="Nytt mål")
    open_year.subgoalentry_set.create(sub_goal=new, assessment="met")
    areas = pair_years(report_of(year(2020)), report_of(open_year))
    assert len(areas) == 5
    first, *_, last = areas[0].goals
    assert first.is_reworded
    assert (first.goal.text, first.earlier.text == "Omformulerat mål") == ("Omformulerat mål", False)
    assert (last.goal.text, last.earlier, last.trend) == ("Nytt mål", None, None)


def test_the_page_compares_the_years_of_the_address(official, open_year):
    response = client_of(official).get(YEARS, {"fran": "2020", "till": "2018"})
    assert (response.context["earlier"].year, response.context["later"].year) == (2018, 2020)
    assert "2018 och 2020 sida vid sida" in html_of(response)


@pytest.mark.parametrize("query", ["", "?fran=1066", "?fran=%01&till=x", "?till=" + "9" * 10_000, "?fran=&till="])
def test_nonsense_compares_the_two_latest_years(query, official, open_year):
    response = client_of(official).get(YEARS + query)
    assert response.status_code == 200
    assert (response.context["earlier"].year, response.context["later"].year) == (2020, 2021)


def test_a_year_that_is_not_there_is_told_of(official, open_year):
    html = html_of(client_of(official).get(YEARS, {"fran": "2017"}))
    assert "Programmet har ingen uppföljning för ”2017”." in html


def test_one_year_cannot_be_compared(official, huddinge):
    proposed_year()
    response = client_of(official).get("/program/trygghet-2022-2025/jamfor/")
    assert response.status_code == 404
    assert "inga år att jämföra ännu" in html_of(response)


def test_two_programmes_side_by_side(official, huddinge):
    proposed_year()
    response = client_of(official).get(PROGRAMMES, {"med": "trygghet-2022-2025"})
    sides = response.context["sides"]
    assert [side.report.period for side in sides] == ["2018–2021", "2022–2025"]
    assert [len(side.years) for side in sides] == [4, 1]
    assert [(item.step.word, item.number) for item in sides[1].years[0].assessments] == [("Uppfyllt", 1)]
    assert "/sok/?programme=huddinge-2018-2021&amp;year=2019&amp;assessment=met" in html_of(response)


def test_a_programme_that_is_not_seen_cannot_be_compared_with(official, huddinge):
    hidden = proposed_year().programme
    make_draft(hidden)
    response = client_of(official).get(PROGRAMMES, {"med": hidden.slug})
    assert response.status_code == 200
    assert hidden.title not in html_of(response)


def test_without_another_programme_it_says_so(official, huddinge):
    assert "Inget annat program att jämföra med ännu" in html_of(client_of(official).get(PROGRAMMES))


def test_what_came_of_the_measures_of_a_perspective(official, open_year):
    children = perspectives_of(build_report(open_year))[0]
    assert children.account.name == "Barnperspektiv"
    marked = MeasureEntry.objects.filter(follow_up=open_year, measure__perspectives__name="Barnperspektiv")
    assert [row.measure.code for row in children.measures] == [
        entry.measure.code
        for entry in marked.order_by("measure__sub_goal__area", "measure__sub_goal__number", "measure__number")
    ]
    assert all(row.measure.code.startswith(f"{row.goal.code}.") for row in children.measures)
    response = client_of(official).get(f"{PROGRAMME}2021/perspektiv/")
    for item in children.progress:
        if item.step.key:
            query = f"programme=huddinge-2018-2021&year=2021&perspective=barnperspektiv&progress={item.step.key}"
            assert query.replace("&", "&amp;") in html_of(response)
            found = client_of(official).get(f"/sok/?{query}&show=measures")
            assert {name: count for name, _, count in found.context["tabs"]}["measures"] == str(item.number)
