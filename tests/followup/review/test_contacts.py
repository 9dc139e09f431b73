"""The people to ask about a unit, a goal or a measure: seen by reviewers and by the unit, nowhere else."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from followup.review.contacts import responsible_people
from organisation.models import Unit
from organisation.people.duties import duties_left_by
from programmes.models import Measure, Programme, ResponsiblePerson, SubGoal
from tests.fixtures import PROGRAMME, client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

NAME = "Ingegerd Unik"
GOAL = f"{PROGRAMME}mal/1.1/"
UNIT = "/enheter/kommunstyrelsen/"


@pytest.fixture
def goal(huddinge) -> SubGoal:
    """Goal 1.1 and its first measure, each with a person to ask."""
    goal = SubGoal.objects.get(area__number=1, number=1)
    ResponsiblePerson.objects.create(sub_goal=goal, name=NAME)
    ResponsiblePerson.objects.create(measure=goal.measures.get(number=1), name=f"{NAME} den yngre")
    Unit.objects.filter(slug="kommunstyrelsen").update(contact_name=NAME, contact_phone="08-535 300 00")
    return goal


SEES = {
    "official": True,
    "reader": True,
    "reviewer": True,
    "secretary": True,
    "administrator": True,
    "outsider": False,
}


@pytest.mark.parametrize("role", SEES)
@pytest.mark.parametrize("address", [GOAL, UNIT])
def test_reviewers_and_the_unit_see_whom_to_ask(role, address, goal, request):
    html = html_of(client_of(request.getfixturevalue(role)).get(address))
    assert (NAME in html) is SEES[role]


def test_people_of_another_unit_do_not(goal, other_official):
    assert NAME not in html_of(client_of(other_official).get(UNIT))
    goal.units.remove(*Unit.objects.filter(memberships__user=other_official))
    if not goal.measures.filter(units__memberships__user=other_official).exists():
        assert responsible_people(other_official, goal) == []


def test_the_goal_comes_before_its_measures(goal, reviewer):
    assert [str(person) for person in responsible_people(reviewer, goal)] == [NAME, f"{NAME} den yngre"]


@pytest.mark.parametrize("address", ["rapport/", "rapport.json", "rapport.html", "rapport.csv", ""])
def test_no_report_or_page_of_the_year_names_them(address, goal, reviewer):
    response = client_of(reviewer).get(f"{PROGRAMME}2021/{address}")
    assert response.status_code == 200
    assert NAME not in response.content.decode()


def test_no_history_api_or_public_page_names_them(goal, outsider, settings):
    settings.PUBLIC_REPORTS = True
    settings.PUBLIC_CONTACT = "data@example.se"
    client = client_of(outsider)
    addresses = (
        f"{GOAL}historik/",
        f"{GOAL}atgard/1/historik/",
        "/api/v1/programmes/huddinge-2018-2021/goals",
        "/offentligt/huddinge-2018-2021/2020/",
        "/offentligt/huddinge-2018-2021/2020/rapport/",
        "/offentligt/huddinge-2018-2021/2020/enhet/kommunstyrelsen/",
        "/oppna-data/katalog.rdf",
    )
    for address in addresses:
        response = client.get(address)
        content = b"".join(response) if response.streaming else response.content
        assert NAME not in content.decode(), address


def test_a_person_is_a_user_or_a_name_for_a_goal_or_a_measure(goal, reviewer):
    measure = Measure.objects.exclude(sub_goal=goal).first()
    for wrong in (
        {"measure": measure},
        {"measure": measure, "name": "A", "user": reviewer},
        {"name": "A"},
        {"sub_goal": measure.sub_goal, "measure": measure, "name": "A"},
    ):
        with pytest.raises(ValidationError):
            ResponsiblePerson(**wrong).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            ResponsiblePerson.objects.create(**wrong)


def test_leaving_names_the_goals_without_a_person(goal):
    per = make_user("per")
    ResponsiblePerson.objects.filter(sub_goal=goal).update(user=per, name="")
    programme = Programme.objects.get()
    assert duties_left_by(per, timezone.localdate()) == [f"Ansvarig person för 1.1 i {programme}."]


def test_a_reviewer_chooses_the_person_in_the_administration(goal, reviewer):
    page = client_of(reviewer).get(f"/admin/programmes/subgoal/{goal.pk}/change/")
    assert page.status_code == 200
    assert "Ansvariga personer" in html_of(page) or "Ansvarig person" in html_of(page)
