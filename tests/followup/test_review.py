"""Handing in, review and return, page by page."""

import pytest

from followup.models import Event, FollowUp, MeasureEntry, SubGoalEntry
from programmes.models import SubGoal
from tests.followup.conftest import client_of

pytestmark = pytest.mark.django_db

SLUG = "huddinge-2018-2021"
ENTRY = f"/mina-uppfoljningar/{SLUG}/2021/1.1/"
REVIEW = f"/granskning/{SLUG}/2021/1.1/"
LIST = f"/granskning/{SLUG}/2021/"


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


@pytest.fixture
def measure(open_year) -> MeasureEntry:
    return open_year.measureentry_set.get(
        measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=1
    )


@pytest.fixture
def answers(entry, measure) -> dict[str, object]:
    prefix = f"measure-{measure.pk}"
    return {
        "goal-version": 1,
        "goal-assessment": "met",
        "goal-forecast": "will",
        "goal-comment": "Fler känner sig trygga.",
        f"{prefix}-version": 1,
        f"{prefix}-progress": "done",
        f"{prefix}-done": "",
        f"{prefix}-stop_reason": "",
        "submit": "1",
    }


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_save_and_hand_in(official, entry, measure, answers):
    response = client_of(official).post(ENTRY, answers, follow=True)
    entry.refresh_from_db()
    measure.refresh_from_db()
    assert messages_of(response)[1] == "Mål 1.1 är inlämnat för granskning."
    assert (entry.state, measure.state) == ("submitted", "submitted")


def test_what_is_missing_is_listed_and_jumped_to_and_the_text_is_saved(official, entry, answers):
    response = client_of(official).post(ENTRY, answers | {"goal-forecast": ""})
    assert response.url == f"{ENTRY}#id_goal-forecast_0"
    shown = client_of(official).get(ENTRY)
    assert [item.missing for item in shown.context["checklist"] if item.missing] == [("prognos",)]
    entry.refresh_from_db()
    assert (entry.state, entry.comment) == ("draft", "Fler känner sig trygga.")


def test_what_is_handed_in_cannot_be_written_and_can_be_taken_back(official, entry, answers):
    client = client_of(official)
    client.post(ENTRY, answers)
    html = client.get(ENTRY).content.decode()
    assert "Inlämnad: texten kan inte ändras nu." in html
    refused = client.post(ENTRY, answers | {"goal-comment": "En ändring i en annan flik", "goal-version": 3})
    assert refused.status_code == 409
    assert "En ändring i en annan flik" in refused.content.decode()
    entry.refresh_from_db()
    assert entry.comment == "Fler känner sig trygga."
    client.post(f"{ENTRY}ta-tillbaka/")
    entry.refresh_from_db()
    assert entry.state == "draft"


def test_a_whole_unit_hands_in_what_is_complete(official, open_year):
    client = client_of(official)
    response = client.post(f"/mina-uppfoljningar/{SLUG}/2021/lamna-in/kommunstyrelsen/", follow=True)
    handed_in = SubGoalEntry.objects.filter(follow_up=open_year, state="submitted")
    assert handed_in.count() == 5
    assert all(not entry.missing for entry in handed_in)
    number = handed_in.count() + MeasureEntry.objects.filter(follow_up=open_year, state="submitted").count()
    assert messages_of(response) == [f"{number} svar är inlämnade för granskning."]
    assert client.post(f"/mina-uppfoljningar/{SLUG}/2021/lamna-in/kommunstyrelsen/").status_code == 403


def test_return_with_a_comment_and_approve(official, reviewer, entry, answers):
    client_of(official).post(ENTRY, answers)
    granskare = client_of(reviewer)
    response = granskare.post(REVIEW, {"action": "return", "comment": ""}, follow=True)
    assert messages_of(response) == ["Skriv en kommentar som förklarar varför."]
    granskare.post(REVIEW, {"action": "return", "comment": "Hur många fler?"})
    entry.refresh_from_db()
    assert entry.state == "returned"
    official_client = client_of(official)
    work_list = official_client.get("/mina-uppfoljningar/").content.decode()
    assert '<strong class="late">Återlämnad</strong>' in work_list
    assert work_list.count("Hur många fler?") == 1
    html = official_client.get(ENTRY).content.decode()
    assert "Hur många fler?" in html
    versions = {
        f"{form.prefix}-version": form.instance.version for form in official_client.get(ENTRY).context["forms"].all
    }
    official_client.post(ENTRY, answers | versions | {"goal-comment": "Tolv procent fler."})
    response = granskare.post(REVIEW, {"action": "approve"}, follow=True)
    assert messages_of(response)[-1] == "2 svar är godkända."
    entry.refresh_from_db()
    assert (entry.state, entry.comment) == ("approved", "Tolv procent fler.")
    assert [event.action for event in Event.objects.filter(sub_goal_entry=entry)] == [
        "submit",
        "return",
        "submit",
        "approve",
    ]


def test_a_form_fetched_before_review_does_not_overwrite(official, reviewer, entry, answers):
    client = client_of(official)
    stale = answers | {"goal-comment": "Skriven i en gammal flik"}
    client.post(ENTRY, answers)
    client_of(reviewer).post(REVIEW, {"action": "return", "comment": "Mer"})
    response = client.post(ENTRY, stale)
    entry.refresh_from_db()
    assert response.status_code == 409
    assert "Skriven i en gammal flik" in response.content.decode()
    assert entry.comment == "Fler känner sig trygga."


@pytest.mark.parametrize("url", ["/granskning/", LIST, REVIEW])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("outsider", 403),
        ("reader", 403),
        ("official", 403),
        ("secretary", 200),
        ("administrator", 403),
        ("reviewer", 200),
    ],
)
def test_who_sees_the_review(url, role, status, request, open_year):
    assert client_of(request.getfixturevalue(role)).get(url).status_code == status


@pytest.mark.parametrize("role", ["outsider", "reader", "official", "administrator"])
def test_who_may_not_move_the_year(role, request, open_year):
    client = client_of(request.getfixturevalue(role))
    assert client.post(f"{LIST}lage/", {"action": "start_review"}).status_code == 403
    open_year.refresh_from_db()
    assert open_year.state == "open"


def test_the_years_steps(reviewer, open_year):
    client = client_of(reviewer)
    assert messages_of(client.post(f"{LIST}lage/", {"action": "start_review"}, follow=True)) == [
        "Uppföljningen för 2021: under granskning."
    ]
    refused = messages_of(client.post(f"{LIST}lage/", {"action": "propose"}, follow=True))
    assert refused[0].startswith("Föreslå till kommunstyrelsen går inte än: 88 svar är inte godkända")
    assert client.post(f"{LIST}lage/", {"action": "hitta-på"}).status_code == 403


def test_a_proposed_year_takes_no_more_answers(official, open_year, answers):
    FollowUp.objects.filter(pk=open_year.pk).update(state="proposed")
    response = client_of(official).post(ENTRY, answers)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Läget är: Föreslagen till kommunstyrelsen." in html
    assert "Fler känner sig trygga." in html
    assert client_of(official).get(ENTRY).status_code == 403


def test_filters(reviewer, open_year):
    client = client_of(reviewer)
    assert len(client.get(LIST).context["goals"]) == 24
    assert [goal.entry.sub_goal.code for goal in client.get(LIST, {"q": "1.1"}).context["goals"]] == ["1.1"]
    chosen = client.get(LIST, {"unit": "Socialnämnden"}).context["goals"]
    assert 0 < len(chosen) < 24
    assert all("Socialnämnden" in goal.units for goal in chosen)
    assert client.get(LIST, {"state": "approved"}).context["goals"] == []


def test_the_list_takes_a_fixed_number_of_queries(reviewer, open_year, django_assert_max_num_queries):
    client = client_of(reviewer)
    with django_assert_max_num_queries(15) as few:
        client.get(LIST)
    area = open_year.programme.areas.get(number=1)
    for number in range(50, 100):
        goal = SubGoal.objects.create(area=area, number=number, text="Mål")
        SubGoalEntry.objects.create(follow_up=open_year, sub_goal=goal)
    with django_assert_max_num_queries(15) as many:
        client.get(LIST)
    assert len(few) == len(many)
