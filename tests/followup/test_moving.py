"""Goals and areas moved in the admin take what is theirs along, unless there are answers about them."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from organisation.roles import REVIEWER
from programmes.models import Measure, SubGoal
from tests.admin_pages import form_of
from tests.factories import make_area, make_goal, make_measure, make_programme, open_year
from tests.fixtures import client_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return client_of(make_user("reviewer", role=REVIEWER))


def move(client, row, **to):
    """Save the admin page of `row` with a new parent, and return the response."""
    address = reverse(f"admin:programmes_{row._meta.model_name}_change", args=[row.pk])
    return client.post(address, form_of(client.get(address)) | {name: value.pk for name, value in to.items()})


def errors_of(response):
    return response.context["adminform"].form.errors


@pytest.fixture
def goal():
    """Goal 1.2 of an active programme, with two measures and an indicator."""
    area = make_area(make_programme())
    make_goal(area, "Parkerna är trygga.")
    goal = make_goal(area)
    make_measure(goal)
    make_measure(goal, "Röj buskar.")
    goal.indicators.create(number=1, name="Andel trygga", unit="procent", direction="up")
    return goal


def test_a_goal_takes_its_measures_and_their_history_to_another_area(goal, client):
    other = make_area(goal.area.programme, "Trygga hem")
    response = move(client, goal, area=other)
    assert response.status_code == 302
    assert [measure.code for measure in Measure.objects.order_by("number")] == ["2.2.1", "2.2.2"]
    for item in (*goal.measures.all(), *goal.indicators.all()):
        latest = item.history.latest()
        assert latest.history_change_reason == "Målet flyttades från 1.2 till 2.2"
        assert latest.history_user.username == "reviewer"


def test_a_goal_with_answers_moves_within_its_programme(goal, client):
    year = open_year(goal.area.programme)
    assert move(client, goal, area=make_area(goal.area.programme, "Trygga hem")).status_code == 302
    assert year.measureentry_set.filter(measure__sub_goal__area__number=2).count() == 2


def test_a_taken_number_is_refused_with_a_free_one(goal, client):
    other = make_area(goal.area.programme, "Trygga hem")
    for text in ("Ett", "Två", "Tre"):
        make_goal(other, text)
    response = move(client, goal, area=other)
    assert errors_of(response) == {
        "number": ["Ansvarsområdet har redan ett mål med det numret. Nästa lediga nummer är 4."]
    }


def test_a_goal_moves_to_another_programme_before_it_has_answers(goal, client):
    area = make_area(make_programme("Nästa program"), "Ett område")
    assert move(client, goal, area=area).status_code == 302
    assert Measure.objects.filter(sub_goal__area=area).count() == 2


def test_a_goal_moves_to_no_programme_of_another_period(goal, client):
    area = make_area(make_programme("Nästa program", first_year=2026, last_year=2029))
    assert errors_of(move(client, goal, area=area)) == {
        "area": ["Åtgärd 1.2.1 gäller 2022–2025, utanför programmets period 2026–2029. Ändra först åtgärdens år."]
    }
    with pytest.raises(IntegrityError, match="utanför det nya programmets period"), transaction.atomic():
        SubGoal.objects.filter(pk=goal.pk).update(area=area)


def test_a_target_outside_the_new_period_is_named(goal, client):
    goal.measures.all().delete()
    goal.indicators.get().targets.create(year=2023, value=80)
    area = make_area(make_programme("Nästa program", first_year=2026, last_year=2029))
    [message] = errors_of(move(client, goal, area=area))["area"]
    assert message.startswith("Indikatorn Andel trygga har ett målvärde för 2023, utanför")


def part_of(goal, kind):
    """Return the part of the programme, the field of its parent, and the parent in another programme."""
    other = make_programme("Nästa program")
    match kind:
        case "area":
            return goal.area, "programme", other
        case "goal":
            return goal, "area", make_area(other)
        case "measure":
            return goal.measures.first(), "sub_goal", make_goal(make_area(other))
        case "guideline":
            return goal.area.programme.guidelines.get(), "programme", other


@pytest.mark.parametrize("kind", ["area", "goal", "measure", "guideline"])
def test_what_has_been_followed_up_stays_in_its_programme(kind, goal, client):
    goal.area.programme.guidelines.create(number=1, title="Klotter")
    open_year(goal.area.programme)
    part, field, parent = part_of(goal, kind)
    response = move(client, part, **{field: parent})
    assert response.status_code == 200
    assert errors_of(response) == {
        field: [
            f"{part} följs redan upp i Program för trygghet 2022–2025 (2022) och kan inte flyttas till ett annat "
            "program. Lägg till en kopia där i stället."
        ]
    }
    with pytest.raises(IntegrityError, match="kan inte flyttas till ett annat program"), transaction.atomic():
        type(part).objects.filter(pk=part.pk).update(**{field: parent})


@pytest.mark.parametrize("kind", ["area", "goal", "measure", "guideline"])
def test_a_part_without_answers_moves_to_another_programme(kind, goal, client):
    goal.area.programme.guidelines.create(number=1, title="Klotter")
    part, field, parent = part_of(goal, kind)
    assert move(client, part, **{field: parent}).status_code == 302
    part.refresh_from_db()
    assert getattr(part, field) == parent


def test_an_area_records_its_move_in_the_history_of_its_goals(goal, client):
    assert move(client, goal.area, programme=make_programme("Nästa program")).status_code == 302
    for item in (goal, *goal.measures.all(), *goal.indicators.all()):
        reason = item.history.latest().history_change_reason
        assert reason == "Området flyttades från Program för trygghet 2022–2025"
