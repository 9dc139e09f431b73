"""Numbers within a parent: exchanged in one save, and a duplicate reported at the number."""

import pytest
from django.urls import reverse

from organisation.roles import REVIEWER
from programmes.models import Guideline, Indicator, IndicatorValue, Measure, ResponsibilityArea, SubGoal
from tests.admin_pages import form_of
from tests.factories import make_area, make_goal, make_measure, make_programme
from tests.fixtures import client_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return client_of(make_user("reviewer", role=REVIEWER))


def address_of(row) -> str:
    return reverse(f"admin:programmes_{row._meta.model_name}_change", args=[row.pk])


def make_rows(kind: str):
    """Return a parent, its two rows numbered 1 and 2 (or 2022 and 2023), the field and the prefix of its inline."""
    programme = make_programme()
    if kind == "area":
        return programme, [make_area(programme, "Ett"), make_area(programme, "Två")], "number", "areas"
    if kind == "guideline":
        rows = [programme.guidelines.create(number=number, title=f"Riktlinje {number}") for number in (1, 2)]
        return programme, rows, "number", "guidelines"
    area = make_area(programme)
    goal = make_goal(area)
    if kind == "goal":
        return area, [goal, make_goal(area, "Parkerna är trygga.")], "number", "sub_goals"
    if kind == "measure":
        return goal, [make_measure(goal), make_measure(goal, "Röj buskar.")], "number", "measures"
    rows = [goal.indicators.create(number=n, name=f"Andel {n}", unit="procent", direction="up") for n in (1, 2)]
    if kind == "indicator":
        return goal, rows, "number", "indicators"
    outcomes = [rows[0].outcomes.create(year=year, value=value) for year, value in ((2022, 1), (2023, 2))]
    return rows[0], outcomes, "year", "outcomes"


MODELS = {
    "area": ResponsibilityArea,
    "guideline": Guideline,
    "goal": SubGoal,
    "measure": Measure,
    "indicator": Indicator,
    "outcome": IndicatorValue,
}
KINDS = pytest.mark.parametrize("kind", MODELS)


def prefix_by_row(data: dict[str, object], prefix: str) -> dict[int, str]:
    """Return the prefix of each row's form on the page."""
    return {
        int(str(value)): name.removesuffix("-id")
        for name, value in data.items()
        if name.startswith(f"{prefix}-") and name.endswith("-id")
    }


@KINDS
def test_two_rows_exchange_numbers_in_one_save(kind, client):
    parent, (first, second), field, inline = make_rows(kind)
    data = form_of(client.get(address_of(parent)))
    rows = prefix_by_row(data, inline)
    one, two = getattr(first, field), getattr(second, field)
    data |= {f"{rows[first.pk]}-{field}": two, f"{rows[second.pk]}-{field}": one}
    response = client.post(address_of(parent), data)
    assert response.status_code == 302
    numbers = dict(MODELS[kind].objects.filter(pk__in=[first.pk, second.pk]).values_list("pk", field))
    assert numbers == {first.pk: two, second.pk: one}
    # The temporary numbers leave no trace.
    history = MODELS[kind].history.filter(id=first.pk).order_by("history_id").values_list(field, flat=True)
    assert list(history) == [one, two]


@KINDS
def test_a_duplicate_is_an_error_at_the_number(kind, client):
    parent, (first, second), field, inline = make_rows(kind)
    data = form_of(client.get(address_of(parent)))
    rows = prefix_by_row(data, inline)
    data[f"{rows[second.pk]}-{field}"] = getattr(first, field)
    response = client.post(address_of(parent), data)
    assert response.status_code == 200
    [formset] = [page.formset for page in response.context["inline_admin_formsets"] if page.formset.prefix == inline]
    message = MODELS[kind]._meta.constraints[0].violation_error_message
    assert [dict(errors) for errors in formset.errors] == [{field: [message]}, {field: [message]}]
    assert formset.non_form_errors() == []


def test_a_row_takes_the_number_of_a_deleted_one(client):
    goal = make_goal(make_area(make_programme()))
    first, second = make_measure(goal), make_measure(goal, "Röj buskar.")
    data = form_of(client.get(address_of(goal)))
    rows = prefix_by_row(data, "measures")
    data |= {f"{rows[second.pk]}-number": 1, f"{rows[first.pk]}-DELETE": "on"}
    assert client.post(address_of(goal), data).status_code == 302
    assert list(Measure.objects.values_list("pk", "number")) == [(second.pk, 1)]


def test_a_new_row_takes_the_number_that_another_leaves(client):
    area = make_area(make_programme())
    goal = make_goal(area)
    data = form_of(client.get(address_of(area)))
    data |= {
        "sub_goals-TOTAL_FORMS": 2,
        "sub_goals-0-number": 2,
        "sub_goals-1-number": 1,
        "sub_goals-1-text": "Parkerna är trygga.",
    }
    assert client.post(address_of(area), data).status_code == 302
    assert dict(SubGoal.objects.values_list("text", "number")) == {goal.text: 2, "Parkerna är trygga.": 1}


def test_a_duplicate_on_a_page_of_one_row_is_an_error_at_the_number(client):
    goal = make_goal(make_area(make_programme()))
    make_measure(goal)
    second = make_measure(goal, "Röj buskar.")
    response = client.post(address_of(second), form_of(client.get(address_of(second))) | {"number": 1})
    assert response.context["adminform"].form.errors == {"number": ["Målet har redan en åtgärd med det numret."]}


def test_a_number_given_meanwhile_is_refused_in_swedish(client, monkeypatch):
    """Two people who add the same number at once: only the database notices."""
    goal = make_goal(make_area(make_programme()))
    make_measure(goal)
    second = make_measure(goal, "Röj buskar.")
    monkeypatch.setattr("programmes.numbering.UniqueWithin.validate", lambda *args, **kwargs: None)
    response = client.post(address_of(second), form_of(client.get(address_of(second))) | {"number": 1}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "Inget sparades. Målet har redan en åtgärd med det numret."
    ]
