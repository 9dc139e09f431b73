"""The programme of the next period: continuing items, and a goal shown in both periods."""

from datetime import date

import pytest

from organisation.models import Unit
from programmes.exporting import export_programme
from programmes.models import Framework, Indicator, IndicatorValue, Measure, Programme, SubGoal
from programmes.succession import Continuing, begin_next_period
from tests.fixtures import client_of
from tests.pages import html_of

NEXT = "/program/huddinge-2018-2021/nasta-period/"
FACTS = {"title": "Trygghet 2022–2025", "slug": "trygghet-2022", "first_year": 2022, "last_year": 2025,
         "overarching_goal": "En trygg kommun."}  # fmt: skip


def begun(programme: Programme, **chosen: list[int]) -> Programme:
    return begin_next_period(programme, Programme(**FACTS), Continuing(**chosen))


def all_of(programme: Programme) -> dict[str, list[int]]:
    return {
        "goals": list(SubGoal.objects.filter(area__programme=programme).values_list("pk", flat=True)),
        "measures": list(Measure.objects.filter(sub_goal__area__programme=programme).values_list("pk", flat=True)),
        "indicators": list(Indicator.objects.filter(sub_goal__area__programme=programme).values_list("pk", flat=True)),
        "guidelines": list(programme.guidelines.values_list("pk", flat=True)),
    }


def test_the_next_period_keeps_the_words_and_scales(huddinge):
    huddinge.framework = Framework.objects.get(slug="klimat")
    huddinge.save()
    assert begun(huddinge, goals=[]).framework.slug == "klimat"


def test_all_goes_on_and_the_closing_programme_stays(huddinge):
    before = export_programme(huddinge)
    new = begun(huddinge, **all_of(huddinge))
    assert export_programme(huddinge) == before
    assert (new.state, new.areas.count()) == ("draft", 5)
    goals = SubGoal.objects.filter(area__programme=new).select_related("area", "predecessor__area")
    assert goals.count() == SubGoal.objects.filter(area__programme=huddinge).count()
    assert all((goal.code, goal.text) == (goal.predecessor.code, goal.predecessor.text) for goal in goals)
    copied = export_programme(new)
    for area, old_area in zip(copied["areas"], before["areas"], strict=True):
        for goal, old in zip(area["sub_goals"], old_area["sub_goals"], strict=True):
            assert goal["units"] == old["units"]
            assert [(m["text"], m["units"], m["perspectives"]) for m in goal["measures"]] == [
                (m["text"], m["units"], m["perspectives"]) for m in old["measures"]
            ]
    assert set(
        Measure.objects.filter(sub_goal__area__programme=new).values_list("first_year", "last_year", "change")
    ) == {(2022, 2025, "")}
    record = goals[0].history.get()
    assert record.history_change_reason == "Fortsätter från Program för trygghet och säkerhet 2018–2021"
    assert record.units.count() == goals[0].units.count()


def test_an_indicator_begins_at_its_latest_outcome_without_the_old_target(huddinge):
    indicator = Indicator.objects.filter(outcomes__isnull=False).exclude(target=None).first()
    latest = IndicatorValue.objects.filter(indicator=indicator).exclude(value=None).order_by("-year").first()
    new = begun(huddinge, goals=[indicator.sub_goal_id], indicators=[indicator.pk])
    copied = Indicator.objects.get(sub_goal__area__programme=new)
    assert (copied.name, copied.baseline, copied.baseline_year) == (indicator.name, latest.value, latest.year)
    assert copied.target is None
    assert not copied.outcomes.exists()


def test_a_unit_that_has_ended_is_replaced_by_its_successors(huddinge):
    goal = SubGoal.objects.get(area__number=1, number=1)
    gone = goal.units.get(slug="huge-fastigheter")
    gone.valid_to = date(2021, 12, 31)
    gone.save()
    parts = [Unit.objects.create(name=name, slug=name.lower(), kind="company") for name in ("Bostäder", "Lokaler")]
    gone.successors.set(parts)
    new = begun(huddinge, goals=[goal.pk])
    units = SubGoal.objects.get(area__programme=new).units.values_list("slug", flat=True)
    assert set(units) == {"kommunstyrelsen", "natur-och-byggnadsnamnden", "bostäder", "lokaler"}


def test_ticked_items_continue(huddinge, reviewer):
    client = client_of(reviewer)
    goal = SubGoal.objects.get(area__number=1, number=2)
    measure = goal.measures.order_by("number").first()
    other = Measure.objects.exclude(sub_goal=goal).first()
    html = html_of(client.get(NEXT))
    assert html.count("checked") == sum(len(ids) for ids in all_of(huddinge).values())
    response = client.post(NEXT, {**FACTS, "goals": [goal.pk], "measures": [measure.pk, other.pk]})
    assert response.url == "/program/trygghet-2022/"
    new = Programme.objects.get(slug="trygghet-2022")
    copied = SubGoal.objects.get(area__programme=new)
    assert (copied.text, copied.predecessor) == (goal.text, goal)
    assert [m.text for m in copied.measures.all()] == [measure.text]
    assert new.history.get().history_user == reviewer


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"goals": []}, "Välj minst ett mål som går vidare."),
        ({"first_year": 2018}, "Nästa period börjar efter 2018."),
        ({"last_year": 2021}, "Programmets sista år kan inte ligga före det första."),
        ({"slug": "huddinge-2018-2021"}, "Program med detta Kortnamn finns redan."),
    ],
)
def test_an_impossible_period_is_refused(huddinge, reviewer, wrong, message):
    goal = SubGoal.objects.first()
    response = client_of(reviewer).post(NEXT, {**FACTS, "goals": [goal.pk], **wrong})
    assert response.status_code == 422
    assert message in html_of(response)
    assert Programme.objects.count() == 1


def test_the_goals_page_shows_both_periods_to_those_who_may_see_them(huddinge, reviewer, outsider):
    goal = SubGoal.objects.get(area__number=1, number=1)
    begun(huddinge, goals=[goal.pk])
    old, new = "/program/huddinge-2018-2021/mal/1.1/", "/program/trygghet-2022/mal/1.1/"
    html = html_of(client_of(reviewer).get(new))
    assert "Föregångare" in html
    assert old in html
    assert "Fortsätter som" in html_of(client_of(reviewer).get(old))
    assert "Fortsätter som" not in html_of(client_of(outsider).get(old))
    Programme.objects.filter(slug="trygghet-2022").update(state="active")
    assert "Fortsätter som" in html_of(client_of(outsider).get(old))


def test_an_id_that_no_database_holds_is_refused_at_its_field(huddinge, reviewer):
    response = client_of(reviewer).post(f"{huddinge.get_absolute_url()}nasta-period/", {"goals": ["9" * 30]})
    assert response.status_code == 422
    assert "goals" in response.context["form"].errors
