"""Work list by unit and by goal, its number of queries, and the links between goals."""

from datetime import date

import pytest
from django.urls import reverse

from followup.answers.worklist import neighbours, work_of
from followup.models import Contribution, MeasureEntry, SubGoalEntry
from followup.permissions import answering_units
from followup.workflow import perform, perform_all
from organisation.models import Membership, Unit
from programmes.models import Measure, SubGoal
from tests.fixtures import client_of
from tests.pages import html_of

TODAY = date(2021, 12, 1)
LIST = "/mina-uppfoljningar/"


@pytest.fixture
def second_unit(official) -> Unit:
    """The official reports for socialnämnden too."""
    unit = Unit.objects.get(slug="socialnamnden")
    Membership.objects.create(user=official, unit=unit)
    return unit


def entry_of(year, code: str) -> SubGoalEntry:
    area, number = code.split(".")
    return SubGoalEntry.objects.select_related("follow_up", "sub_goal__area").get(
        follow_up=year, sub_goal__area__number=area, sub_goal__number=number
    )


def test_the_list_shows_the_progress_of_each_unit(official, second_unit, open_year):
    [year] = work_of(official, TODAY)
    assert [work.unit.slug for work in year.units] == ["kommunstyrelsen", "socialnamnden"]
    for work in year.units:
        answers = [
            answer
            for model in (SubGoalEntry, MeasureEntry, Contribution)
            for answer in model.objects.filter(follow_up=open_year)
            if work.unit in answering_units(answer)
        ]
        assert work.total == len(answers)
        assert work.filled_in == sum(not answer.missing for answer in answers)
        assert (work.handed_in, len(work.ready)) == (0, work.filled_in)
    html = html_of(client_of(official).get(LIST))
    work = year.units[0]
    assert f"{work.filled_in} av {work.total} svar ifyllda, 0 inlämnade" in html
    assert f'<progress max="{work.total}" value="{work.filled_in}"' in html


def test_one_unit_is_handed_in_at_a_time(official, second_unit, open_year):
    ready = {work.unit.slug: set(work.ready) for work in work_of(official, TODAY)[0].units}
    url = reverse("followup:work_submit", args=["huddinge-2018-2021", 2021, "socialnamnden"])
    client_of(official).post(url)
    handed_in = {
        *SubGoalEntry.objects.filter(follow_up=open_year, state="submitted"),
        *MeasureEntry.objects.filter(follow_up=open_year, state="submitted"),
    }
    assert handed_in == ready["socialnamnden"]
    assert ready["kommunstyrelsen"] - handed_in


@pytest.mark.parametrize("unit", ["aldreomsorgsnamnden", "finns-inte"])
def test_answers_of_another_unit_are_not_handed_in(official, open_year, unit):
    url = reverse("followup:work_submit", args=["huddinge-2018-2021", 2021, unit])
    assert client_of(official).post(url).status_code == 403
    assert not SubGoalEntry.objects.filter(follow_up=open_year, state="submitted").exists()


def test_a_reader_hands_in_nothing(reader, open_year):
    [year] = work_of(reader, TODAY)
    assert [work.ready for work in year.units] == [()]
    url = reverse("followup:work_submit", args=["huddinge-2018-2021", 2021, "kommunstyrelsen"])
    assert client_of(reader).post(url).status_code == 403


def test_the_reason_of_a_return_is_shown_until_it_is_handed_in_again(official, reviewer, open_year):
    entry = entry_of(open_year, "3.1")
    perform(entry, "submit", by=official)
    perform(entry, "return", by=reviewer, comment="Hur många nåddes?")
    html = html_of(client_of(official).get(LIST))
    assert "Hur många nåddes?" in html
    assert "av Reviewer" in html
    perform_all([entry], "submit", by=official)
    assert "Hur många nåddes?" not in html_of(client_of(official).get(LIST))


def test_a_measure_of_another_year_adds_no_goal_to_the_list(official, open_year):
    unit = official.memberships.get().unit
    goal = SubGoal.objects.exclude(units=unit).exclude(measures__units=unit).first()
    number = goal.measures.count() + 1
    measure = Measure.objects.create(sub_goal=goal, number=number, text="Förr", first_year=2018, last_year=2018)
    measure.units.add(unit)
    assert goal not in [task.entry.sub_goal for task in work_of(official, TODAY)[0].tasks]


def test_neighbours_follow_the_order_of_the_list(official, open_year):
    goals = [task.entry for task in work_of(official, TODAY)[0].tasks]
    around = [neighbours(official, goal, TODAY) for goal in goals]
    assert [near.previous for near in around] == [None, *goals[:-1]]
    assert [near.next for near in around] == [*goals[1:], None]
    html = html_of(client_of(official).get(goals[1].get_absolute_url()))
    assert f'<a rel="prev" href="{goals[0].get_absolute_url()}">Föregående mål: 1.1</a>' in html
    assert f'<a rel="next" href="{goals[2].get_absolute_url()}">' in html


def test_the_number_of_queries_does_not_grow_with_the_goals(official, reviewer, open_year, django_assert_num_queries):
    client = client_of(official)
    unit = official.memberships.get().unit
    mine = SubGoal.objects.filter(area__programme=open_year.programme)
    kept = list(mine.filter(units=unit).order_by("pk")[:5])
    for goal in mine:
        goal.units.set([unit] if goal in kept else [])
    for measure in Measure.objects.filter(sub_goal__area__programme=open_year.programme):
        measure.units.set([unit] if measure.sub_goal in kept else [])
    returned = entry_of(open_year, kept[0].code)
    SubGoalEntry.objects.filter(pk=returned.pk).update(assessment="met", forecast="will", comment="Klart.")
    perform(returned, "submit", by=official)
    perform(returned, "return", by=reviewer, comment="Mer")
    # Three queries are for the returned goal: history, outcomes and attachments since the return. One is for the
    # contributions.
    with django_assert_num_queries(17):
        assert len(client.get(LIST).context["work"][0].tasks) == 5
    area = open_year.programme.areas.get(number=1)
    goals = SubGoal.objects.bulk_create(SubGoal(area=area, number=100 + n, text="Mål") for n in range(495))
    SubGoal.units.through.objects.bulk_create(SubGoal.units.through(item=goal, unit_id=unit.pk) for goal in goals)
    SubGoalEntry.objects.bulk_create(SubGoalEntry(follow_up=open_year, sub_goal=goal) for goal in goals)
    with django_assert_num_queries(17):
        assert len(client.get(LIST).context["work"][0].tasks) == 500
