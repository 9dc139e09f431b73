"""The admin as reviewers and administrators use it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from followup.models import AreaEntry, FollowUp, MeasureEntry, SubGoalEntry
from organisation.models import Unit, User
from programmes.models import (
    Guideline,
    Indicator,
    IndicatorValue,
    Measure,
    Perspective,
    Programme,
    ResponsibilityArea,
    SubGoal,
)
from tests.admin_pages import form_of
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

PROGRAMME_MODELS = (Programme, ResponsibilityArea, SubGoal, Measure, Guideline, Perspective)
FOLLOW_UP_MODELS = (FollowUp, SubGoalEntry, MeasureEntry)


def url(model, page, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("model", [*PROGRAMME_MODELS, *FOLLOW_UP_MODELS])
def test_lists_and_pages_open_for_a_reviewer(model, reviewer):
    client = client_of(reviewer)
    assert client.get(url(model, "changelist")).status_code == 200
    assert client.get(url(model, "changelist"), {"q": "trygg"}).status_code == 200
    obj = model.objects.first()
    assert client.get(url(model, "change", obj.pk)).status_code == 200
    assert client.get(url(model, "history", obj.pk)).status_code == 200


@pytest.mark.parametrize("model", [*PROGRAMME_MODELS, *FOLLOW_UP_MODELS])
@pytest.mark.parametrize("role", ["official", "reader", "outsider"])
def test_officials_are_sent_away(model, role, request):
    user = request.getfixturevalue(role)
    assert client_of(user).get(url(model, "changelist")).status_code == 302


@pytest.mark.parametrize(
    ("role", "model", "add", "change", "delete"),
    [
        ("reviewer", Measure, True, True, True),
        ("reviewer", FollowUp, True, True, False),
        ("reviewer", SubGoalEntry, False, False, False),
        ("reviewer", Unit, False, False, False),
        ("reviewer", User, False, False, False),
        ("secretary", Measure, False, False, False),
        ("secretary", FollowUp, False, False, False),
        ("administrator", User, True, True, True),
        ("administrator", Unit, True, True, True),
        ("administrator", Measure, False, False, False),
    ],
)
def test_who_may_what(role, model, add, change, delete, request):
    user = request.getfixturevalue(role)
    client = client_of(user)
    obj = model.objects.first()
    assert (client.get(url(model, "add")).status_code == 200) is add
    assert (client.post(url(model, "change", obj.pk), {}).status_code == 200) is change
    assert (client.get(url(model, "delete", obj.pk)).status_code == 200) is delete


@pytest.mark.parametrize(
    "model", [Programme, ResponsibilityArea, SubGoal, Measure, SubGoalEntry, MeasureEntry, FollowUp]
)
def test_a_list_costs_the_same_with_one_row_and_with_many(model, reviewer, django_assert_max_num_queries):
    client = client_of(reviewer)
    client.get(url(model, "changelist"))
    with django_assert_max_num_queries(20) as one:
        client.get(url(model, "changelist"), {"pk": model.objects.first().pk})
    with django_assert_max_num_queries(20) as many:
        client.get(url(model, "changelist"))
    assert len(many) <= len(one)


def test_history_says_who_when_why_and_what(reviewer):
    client = client_of(reviewer)
    measure = Measure.objects.get(sub_goal__area__number=1, sub_goal__number=2, number=1)
    measure.save()  # the row was copied into the test without its history
    data = form_of(client.get(url(Measure, "change", measure.pk)))
    data |= {"text": "En ny lydelse", "first_year": 2019, "history_reason": "Beslut i beredningen"}
    response = client.post(url(Measure, "change", measure.pk), data)
    assert response.status_code == 302, response.context["errors"]
    html = html_of(client.get(url(Measure, "history", measure.pk)))
    assert f"<li><strong>Åtgärd:</strong> från ”{measure.text}” till ”En ny lydelse”</li>" in html
    assert "<li><strong>Första år:</strong> från ”2018” till ”2019”</li>" in html
    assert "<td>Reviewer</td>" in html
    assert "<td>Beslut i beredningen</td>" in html
    assert f"Historik: {measure.code} En ny lydelse" in html


def test_adding_a_follow_up_opens_the_year(huddinge, reviewer):
    huddinge.last_year = 2022
    huddinge.save()
    data = {"programme": huddinge.pk, "year": 2022, "state": "open", "opens_on": "2022-11-01", "due_on": "2023-01-15"}
    response = client_of(reviewer).post(url(FollowUp, "add"), data)
    assert response.status_code == 302
    follow_up = FollowUp.objects.get(year=2022)
    assert SubGoalEntry.objects.filter(follow_up=follow_up).count() == 24
    assert AreaEntry.objects.filter(follow_up=follow_up).count() == 5
    assert follow_up.history.first().history_user == reviewer
    assert SubGoalEntry.history.filter(follow_up=follow_up).first().history_user == reviewer


@pytest.mark.parametrize(
    ("year", "message"),
    [
        (2021, "Uppföljningen för det året är redan öppnad."),
        (2030, "2030 ligger utanför programmets period 2018–2021."),
    ],
)
def test_a_year_that_cannot_be_opened(year, message, huddinge, reviewer):
    before = (FollowUp.objects.count(), SubGoalEntry.objects.count())
    data = {"programme": huddinge.pk, "year": year, "state": "open", "opens_on": "2022-11-01", "due_on": "2023-01-15"}
    response = client_of(reviewer).post(url(FollowUp, "add"), data)
    assert response.status_code == 200
    assert message in html_of(response)
    assert (FollowUp.objects.count(), SubGoalEntry.objects.count()) == before


def test_a_period_cannot_be_cut_below_what_stands_in_it(huddinge, reviewer):
    client = client_of(reviewer)
    data = form_of(client.get(url(Programme, "change", huddinge.pk))) | {"last_year": 2020}
    response = client.post(url(Programme, "change", huddinge.pk), data, follow=True)
    (message,) = messages_of(response)
    assert message.startswith("Inget sparades. Perioden kan inte kortas: programmet har ")
    huddinge.refresh_from_db()
    assert huddinge.last_year == 2021


def test_a_measure_outside_the_period_is_refused_at_its_field(huddinge, reviewer):
    measure = Measure.objects.first()
    client = client_of(reviewer)
    data = form_of(client.get(url(Measure, "change", measure.pk))) | {"last_year": 2025}
    response = client.post(url(Measure, "change", measure.pk), data)
    assert response.context["adminform"].form.errors == {
        "last_year": ["2025 ligger utanför programmets period 2018–2021."]
    }


NO_RESPONSIBLE_PERSON = {"responsible_person-TOTAL_FORMS": 0, "responsible_person-INITIAL_FORMS": 0}


def test_a_measure_added_while_the_year_is_open_gets_its_entry(huddinge, reviewer):
    goal = SubGoal.objects.get(area__number=1, number=1)
    data = {"sub_goal": goal.pk, "number": 40, "text": "Ny åtgärd", "first_year": 2021, "last_year": 2021}
    data |= NO_RESPONSIBLE_PERSON
    response = client_of(reviewer).post(url(Measure, "add"), data, follow=True)
    entry = MeasureEntry.objects.get(measure__text="Ny åtgärd")
    assert entry.follow_up.year == 2021
    assert "Uppföljningen för 2021 fick 1 ny rad att fylla i." in messages_of(response)


def test_a_measure_that_is_stopped_keeps_its_entry_and_its_reason(open_year, reviewer):
    measure = Measure.objects.get(sub_goal__area__number=1, sub_goal__number=1, number=1)
    entry = MeasureEntry.objects.get(follow_up=open_year, measure=measure)
    MeasureEntry.objects.filter(pk=entry.pk).update(progress="stopped", stop_reason="Pengarna tog slut.")
    client = client_of(reviewer)
    data = form_of(client.get(url(Measure, "change", measure.pk))) | {
        "last_year": 2020,
        "change": "changed",
        "change_year": 2021,
        "change_reason": "Avbröts av nämnden",
    }
    response = client.post(url(Measure, "change", measure.pk), data)
    assert response.status_code == 302, response.context["errors"]
    measure.refresh_from_db()
    entry.refresh_from_db()
    assert (measure.last_year, measure.change_reason) == (2020, "Avbröts av nämnden")
    assert (entry.progress, entry.stop_reason) == ("stopped", "Pengarna tog slut.")
    assert MeasureEntry.objects.filter(follow_up=open_year, measure=measure).count() == 1
    report = html_of(client.get("/program/huddinge-2018-2021/2021/omrade/1/"))
    assert "Pengarna tog slut." in report


def test_the_action_brings_in_what_is_new(huddinge, reviewer):
    SubGoal.objects.create(area=huddinge.areas.first(), number=40, text="Nytt mål")
    data = {"action": "bring_in", "_selected_action": list(FollowUp.objects.values_list("pk", flat=True))}
    response = client_of(reviewer).post(url(FollowUp, "changelist"), data, follow=True)
    assert messages_of(response) == [
        "2021: 1 ny rad att fylla i.",
        *(f"{year} är inte öppen och ändrades inte." for year in (2020, 2019, 2018)),
    ]


def test_a_changed_date_gives_the_year_its_next_version(open_year, reviewer):
    client = client_of(reviewer)
    data = form_of(client.get(url(FollowUp, "change", open_year.pk))) | {"due_on": "2022-02-01"}
    response = client.post(url(FollowUp, "change", open_year.pk), data)
    assert response.status_code == 302, response.context["errors"]
    version = open_year.version
    open_year.refresh_from_db()
    assert (open_year.version, str(open_year.due_on)) == (version + 1, "2022-02-01")


def test_what_is_followed_up_cannot_be_deleted(reviewer):
    measure = Measure.objects.first()
    response = client_of(reviewer).post(url(Measure, "delete", measure.pk), {"post": "yes"})
    assert "Kan inte ta bort åtgärd" in html_of(response)
    assert Measure.objects.filter(pk=measure.pk).exists()


def test_an_administrator_makes_nobody_superuser(administrator, official):
    client = client_of(administrator)
    response = client.get(url(User, "change", official.pk))
    assert "is_superuser" not in response.context["adminform"].form.fields
    assert "user_permissions" not in response.context["adminform"].form.fields
    data = form_of(response) | {"is_superuser": "on", "first_name": "Nytt"}
    client.post(url(User, "change", official.pk), data)
    official.refresh_from_db()
    assert not official.is_superuser


def test_an_administrator_does_not_take_over_a_superuser(administrator):
    root = make_user("root")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    client = client_of(administrator)
    assert client.post(url(User, "change", root.pk), {}).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 403


@pytest.fixture
def outcome(huddinge) -> IndicatorValue:
    return IndicatorValue.objects.get(indicator__sub_goal__area__number=1, indicator__number=1, value=67)


def test_an_outcome_that_was_saved_meanwhile_is_not_written_over(reviewer, outcome):
    client = client_of(reviewer)
    page = url(Indicator, "change", outcome.indicator_id)
    row = f"outcomes-{list(outcome.indicator.outcomes.order_by('year')).index(outcome)}"
    sent = form_of(client.get(page)) | {f"{row}-value": "68,5"}
    assert client.post(page, sent).status_code == 302
    outcome.refresh_from_db()
    assert (outcome.value, outcome.version) == (Decimal("68.5"), 2)
    response = client.post(page, sent | {f"{row}-value": "69", "name": "Annat namn"})
    assert "Någon annan har ändrat utfallet sedan sidan hämtades." in html_of(response)
    outcome.refresh_from_db()
    assert (outcome.value, outcome.indicator.name) == (Decimal("68.5"), sent["name"])


def test_measures_of_a_goal_without_area_do_not_hide_the_error_of_the_goal(admin_client):
    measures = {"measures-TOTAL_FORMS": "1", "measures-INITIAL_FORMS": "0", "measures-0-number": "1"}
    indicators = {"indicators-TOTAL_FORMS": "0", "indicators-INITIAL_FORMS": "0"}
    sent = {"area": "NaN", "number": "1", "text": "Mål", "measures-0-text": "Åtgärd", "measures-0-first_year": "2018"}
    page = admin_client.post("/admin/programmes/subgoal/add/", NO_RESPONSIBLE_PERSON | measures | indicators | sent)
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == ["area"]


def test_characters_that_pdf_files_cannot_show_are_named_and_the_texts_are_saved(huddinge, reviewer):
    client = client_of(reviewer)
    goal = SubGoal.objects.get(area__number=1, number=1)
    data = form_of(client.get(url(SubGoal, "change", goal.pk)))
    data |= {"text": "Mål 𒀀", "measures-0-text": "Åtgärd 𒀁"}
    response = client.post(url(SubGoal, "change", goal.pk), data, follow=True)
    ending = "finns inte i typsnitten och blir en tom ruta i PDF-filen. Texten är sparad."
    assert messages_of(response)[:2] == [
        f"1.1 Mål 𒀀, mål: tecknet 𒀀 (U+12000) {ending}",
        f"1.1.1 Åtgärd 𒀁, åtgärd: tecknet 𒀁 (U+12001) {ending}",
    ]
    goal.refresh_from_db()
    assert goal.text == "Mål 𒀀"
    assert goal.measures.get(number=1).text == "Åtgärd 𒀁"
