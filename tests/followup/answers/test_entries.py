"""Work list and answer page of an official."""

import pytest

from followup.models import MeasureEntry, SubGoalEntry
from programmes.models import SubGoal
from tests.fixtures import client_of, make_user, reopened, undecided
from tests.pages import html_of

URL = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


@pytest.fixture
def measure(open_year) -> MeasureEntry:
    """Measure 1.1.1 of kommunstyrelsen."""
    return open_year.measureentry_set.get(
        measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=1
    )


@pytest.fixture
def others_measure(open_year) -> MeasureEntry:
    """Measure 1.1.2 of only natur- och byggnadsnämnden."""
    return open_year.measureentry_set.get(
        measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=2
    )


@pytest.fixture
def answers(entry, measure) -> dict[str, object]:
    prefix = f"measure-{measure.pk}"
    return {
        "goal-version": entry.version,
        "goal-assessment": "met",
        "goal-forecast": "will",
        "goal-comment": "Fler känner sig trygga.",
        f"{prefix}-version": measure.version,
        f"{prefix}-progress": "done",
        f"{prefix}-done": "Åtta vandringar.",
        f"{prefix}-stop_reason": "",
    }


def stored(entry: SubGoalEntry) -> tuple[str, str, str, int]:
    entry.refresh_from_db()
    return (entry.assessment, entry.forecast, entry.comment, entry.version)


def test_a_post_saves_the_goal_and_its_measures(official, entry, measure, answers):
    response = client_of(official).post(URL, answers, follow=True)
    measure.refresh_from_db()
    assert response.redirect_chain == [(URL, 302)]
    assert "Sparad " in html_of(response)
    assert "Allt som din enhet ska svara på är ifyllt." in html_of(response)
    assert stored(entry) == ("met", "will", "Fler känner sig trygga.", 2)
    assert (measure.progress, measure.done, measure.version) == ("done", "Åtta vandringar.", 2)


def test_history_has_the_user(official, entry, answers):
    client_of(official).post(URL, answers)
    assert entry.history.first().history_user == official


def test_a_partial_answer_is_saved_and_the_missing_fields_are_listed(official, entry, answers):
    answers |= {"goal-assessment": "", "goal-comment": ""}
    html = html_of(client_of(official).post(URL, answers, follow=True))
    assert '<a href="#id_goal-assessment_0">Mål 1.1</a> saknar bedömning, kommentar' in html
    assert stored(entry) == ("", "will", "", 2)


def test_an_unchanged_answer_is_not_saved_again(official, entry, measure, answers):
    client = client_of(official)
    client.post(URL, answers)
    answers |= {"goal-version": 2, f"measure-{measure.pk}-version": 2, "goal-comment": "Ny text."}
    client.post(URL, answers)
    measure.refresh_from_db()
    assert stored(entry)[3] == 3
    assert measure.version == 2


def test_a_rewritten_example_is_no_longer_an_example(official, entry, answers):
    SubGoalEntry.objects.filter(pk=entry.pk).update(is_example=True)
    client_of(official).post(URL, answers)
    entry.refresh_from_db()
    assert not entry.is_example


def test_a_save_by_another_user_is_not_overwritten(official, entry, measure, answers):
    colleague = make_user("colleague", unit="kommunstyrelsen")
    client_of(colleague).post(URL, answers | {"goal-comment": "Den förstas text."})
    response = client_of(official).post(URL, answers | {"goal-comment": "Den andras text."})
    html = html_of(response)
    assert response.status_code == 409
    assert "Någon annan har sparat under tiden" in html
    assert "Den andras text." in html
    assert stored(entry)[2] == "Den förstas text."


def test_a_forged_measure_of_another_unit_is_ignored(official, others_measure, answers):
    prefix = f"measure-{others_measure.pk}"
    answers |= {
        f"{prefix}-version": 1,
        f"{prefix}-progress": "done",
        f"{prefix}-done": "Intrång",
        f"{prefix}-stop_reason": "",
    }
    client_of(official).post(URL, answers)
    others_measure.refresh_from_db()
    assert (others_measure.progress, others_measure.done, others_measure.version) == ("", "", 1)


BAD = {
    "overlong": (
        {"goal-comment": "å" * 10_001},
        "Mål 1.1, kommentar: Säkerställ att detta värde har som mest 10000 tecken (den har 10001).",
    ),
    "unknown step": (
        {"goal-assessment": "bra"},
        "Mål 1.1, bedömning av året: Välj ett giltigt alternativ. bra finns inte bland tillgängliga alternativ.",
    ),
    "no version": ({"goal-version": ""}, "Mål 1.1, version: Detta fält måste fyllas i."),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_bad_input_names_its_field_and_nothing_is_saved(change, message, official, entry, measure, answers):
    response = client_of(official).post(URL, answers | change)
    measure.refresh_from_db()
    assert response.status_code == 422
    assert message in html_of(response)
    assert stored(entry) == ("", "", "", 1)
    assert measure.version == 1


@pytest.mark.parametrize("locked", ["goal", "measure"])
def test_an_answer_without_fields_on_the_page_is_not_changed(locked, official, entry, measure, answers):
    """The answer was returned after the page was fetched, so the page had no fields for it."""
    prefix = "goal" if locked == "goal" else f"measure-{measure.pk}"
    sent = {name: value for name, value in answers.items() if not name.startswith(prefix)}
    response = client_of(official).post(URL, sent)
    assert (response.status_code, response.url) == (302, URL)
    entry.refresh_from_db()
    measure.refresh_from_db()
    assert (entry.comment, measure.done) == (
        ("", answers[f"measure-{measure.pk}-done"]) if locked == "goal" else (answers["goal-comment"], "")
    )
    html = html_of(client_of(official).post(URL, sent | {"start": "last-year"}))
    assert f'name="{prefix}-version" value="1"' in html


def test_a_stopped_measure_requires_a_reason(official, entry, measure, answers):
    response = client_of(official).post(URL, answers | {f"measure-{measure.pk}-progress": "stopped"})
    assert response.status_code == 422
    assert "Åtgärd 1.1.1, skäl till att åtgärden avbröts: Skriv varför åtgärden avbröts." in html_of(response)
    assert stored(entry) == ("", "", "", 1)


def test_last_years_answers_are_shown_next_to_the_fields_and_not_in_them(official, open_year, entry):
    last = SubGoalEntry.objects.get(follow_up__year=2020, sub_goal=entry.sub_goal)
    response = client_of(official).get(URL)
    html = response.content.decode()
    assert "Så skrev ni 2020" in html
    assert last.comment.split("\n")[0] in html
    assert response.context["forms"].goal["comment"].value() == ""


def test_the_work_list_has_the_goals_of_the_users_units(official, other_official, open_year):
    html = html_of(client_of(official).get("/mina-uppfoljningar/"))
    assert URL in html
    assert f'<a href="{URL}#id_goal-assessment_0">Mål 1.1</a>: bedömning, prognos, kommentar' in html
    assert ">Åtgärd 1.1.1</a>: genomförande" in html
    assert URL not in html_of(client_of(other_official).get("/mina-uppfoljningar/"))


def test_an_official_of_a_measure_writes_only_its_answer(open_year, others_measure):
    from tests.fixtures import make_user

    SubGoal.objects.get(area__number=1, number=1).units.set([])
    user = make_user("nature", unit="natur-och-byggnadsnamnden")
    response = client_of(user).get(URL)
    assert response.status_code == 200
    assert response.context["forms"].goal is None
    assert [(item.place, item.missing) for item in response.context["checklist"]] == [
        ("Åtgärd 1.1.2", ("genomförande",)),
        ("Bidrag till åtgärd 1.1.3", ("bidrag",)),
    ]


def test_a_reader_sees_the_list_without_links_to_write(reader):
    html = html_of(client_of(reader).get("/mina-uppfoljningar/"))
    assert URL not in html
    assert "Du läser, någon annan på enheten fyller i." in html


def test_a_user_without_units_sees_what_to_do(outsider):
    assert "Du är inte knuten till någon enhet." in html_of(client_of(outsider).get("/mina-uppfoljningar/"))


def test_the_work_list_takes_a_fixed_number_of_queries(official, open_year, django_assert_max_num_queries):
    client = client_of(official)
    kommunstyrelsen = official.memberships.get().unit
    with django_assert_max_num_queries(15) as few:
        client.get("/mina-uppfoljningar/")
    area = open_year.programme.areas.get(number=1)
    for number in range(50, 100):
        goal = SubGoal.objects.create(area=area, number=number, text="Mål")
        goal.units.add(kommunstyrelsen)
        SubGoalEntry.objects.create(follow_up=open_year, sub_goal=goal)
    with django_assert_max_num_queries(15) as many:
        html = html_of(client.get("/mina-uppfoljningar/"))
    assert "/2021/1.99/" in html
    assert len(few) == len(many)


def test_empty_fields_can_start_from_last_years_texts(official, entry, measure, answers):
    last = SubGoalEntry.objects.get(follow_up__year=2020, sub_goal=entry.sub_goal)
    answers |= {"goal-comment": "", "goal-assessment": "", f"measure-{measure.pk}-done": "Mina egna ord."}
    response = client_of(official).post(URL, answers | {"start": "last-year"})
    forms = response.context["forms"]
    assert response.status_code == 200
    assert "<strong>De är inte sparade:</strong>" in html_of(response)
    assert forms.goal["comment"].value() == last.comment
    assert forms.goal["assessment"].value() == ""
    assert forms.measures[0].form["done"].value() == "Mina egna ord."
    assert forms.measures[0].form["progress"].value() == "done"
    assert stored(entry) == ("", "", "", 1)


def test_the_start_button_needs_texts_from_last_year(official, entry, measure):
    client = client_of(official)
    assert "Utgå från förra årets svar" in html_of(client.get(URL))
    undecided(2020)
    reopened(2020)
    SubGoalEntry.objects.filter(follow_up__year=2020).update(comment="")
    MeasureEntry.objects.filter(follow_up__year=2020).update(done="")
    assert "Utgå från förra årets svar" not in html_of(client.get(URL))
