"""Pickers, filters and lists of the admin tell two programmes of the same name apart."""

import pytest
from django.urls import reverse

from organisation.roles import REVIEWER
from tests.factories import make_area, make_goal, make_measure, make_programme
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return client_of(make_user("reviewer", role=REVIEWER))


@pytest.fixture
def namesakes():
    """Two programmes of the same title, each with an area, a goal and a measure of the same words."""
    programmes = [make_programme("Trygghet", slug=slug) for slug in ("trygghet-a", "trygghet-b")]
    for programme in programmes:
        make_measure(make_goal(make_area(programme)))
    return programmes


PICKED = {
    ("responsibilityarea", "programme"): "Trygghet ({})",
    ("subgoal", "area"): "1. Trygga platser, Trygghet ({})",
    ("subgoal", "predecessor"): "1.1 Torgen är trygga., Trygghet ({})",
    ("measure", "sub_goal"): "1.1 Torgen är trygga., Trygghet ({})",
}


@pytest.mark.parametrize(("picker", "label"), PICKED.items(), ids=lambda value: "-".join(value[:2]))
def test_a_picker_names_the_programme(picker, label, client, namesakes):
    model, field = picker
    choice = {"app_label": "programmes", "model_name": model, "field_name": field, "term": "trygg"}
    results = client.get(reverse("admin:autocomplete"), choice).json()["results"]
    assert {result["text"] for result in results} == {label.format(slug) for slug in ("trygghet-a", "trygghet-b")}


def test_the_chosen_goal_of_a_measure_names_the_programme(client, namesakes):
    measure = namesakes[1].areas.get().sub_goals.get().measures.get()
    html = html_of(client.get(reverse("admin:programmes_measure_change", args=[measure.pk])))
    assert "selected>1.1 Torgen är trygga., Trygghet (trygghet-b)</option>" in html


@pytest.mark.parametrize("model", ["programmes_subgoal", "programmes_measure", "programmes_responsibilityarea"])
def test_lists_and_filters_name_the_programme(model, client, namesakes):
    html = html_of(client.get(reverse(f"admin:{model}_changelist")))
    for programme in namesakes:
        assert f">Trygghet ({programme.slug})</a>" in html  # the filter
        assert f'<td class="field-of_programme">Trygghet ({programme.slug})</td>' in html
