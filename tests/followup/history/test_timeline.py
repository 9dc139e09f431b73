"""History in words: its moments, their subjects, and the number of queries."""

import pytest

from followup.history.field_changes import FieldChange
from followup.history.subjects import history_of_goal
from followup.history.timeline import Moment, Timeline
from followup.models import AreaEntry, Comment, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.workflow import perform
from followup.writing.textdiff import Piece
from organisation.models import Unit
from programmes.models import Measure, SubGoal
from tests.fixtures import PROGRAMME, client_of
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    entry = SubGoalEntry.objects.select_related("follow_up", "sub_goal__area__programme__framework").get(
        follow_up=open_year, sub_goal__area__number=1, sub_goal__number=1
    )
    entry.save()  # the rows were copied into the test without their history
    return entry


def latest(entry: SubGoalEntry):
    return history_of_goal(entry.sub_goal, FollowUp.objects.all())[0]


def test_a_text_and_a_choice(entry, official):
    entry.comment, entry.assessment = "Åtta vandringar.", "met"
    entry._history_user = official
    entry._change_reason = "Rättelse"
    entry.save()
    moment = latest(entry)
    assert (moment.by, moment.subject, moment.verb, moment.reason) == (
        "Official",
        "Mål 1.1, svar för 2021",
        "ändrades",
        "Rättelse",
    )
    assert set(moment.changes) == {
        FieldChange("bedömning av året", "–", "Uppfyllt", ()),
        FieldChange("kommentar", "–", "Åtta vandringar.", (Piece("added", "Åtta vandringar."),)),
    }


def test_a_step_of_the_workflow(entry, official):
    SubGoalEntry.objects.filter(pk=entry.pk).update(assessment="met", forecast="will", comment="Klart.")
    entry.refresh_from_db()
    entry.save()
    perform(entry, "submit", by=official)
    moment = latest(entry)
    assert (moment.by, moment.reason, moment.step) == ("Official", "Lämna in", "lämnades in")
    assert moment.changes == (FieldChange("läge", "Utkast", "Inlämnad", ()),)


def test_units_by_their_names(entry):
    measure = Measure.objects.get(sub_goal=entry.sub_goal, number=2)
    measure.save()
    measure.units.add(Unit.objects.get(slug="socialnamnden"))
    change = latest(entry).changes[0]
    assert (change.label, change.old) == ("ansvariga enheter", "Natur- och byggnadsnämnden")
    assert set(change.new.split(", ")) == {"Natur- och byggnadsnämnden", "Socialnämnden"}


def test_a_save_without_a_change_is_not_told(entry):
    before = len(history_of_goal(entry.sub_goal, FollowUp.objects.all()))
    entry.save()
    assert len(history_of_goal(entry.sub_goal, FollowUp.objects.all())) == before


def test_the_page_marks_differences_for_eye_and_ear(entry, official):
    entry.comment = "Ny text."
    entry.save()
    html = html_of(client_of(official).get(f"{PROGRAMME}mal/1.1/historik/"))
    assert '<ins><span class="visually-hidden">tillagt: </span>Ny text.' in html


def test_a_planned_years_answers_are_not_shown_to_others(entry, official, reviewer):
    FollowUp.objects.filter(year=2021).update(state="planned")
    url = f"{PROGRAMME}mal/1.1/historik/"
    assert "svar för 2021" not in html_of(client_of(official).get(url))
    assert "svar för 2021" in html_of(client_of(reviewer).get(url))


def test_a_measure_moved_to_another_goal_is_told_by_the_goals_names(entry):
    measure = Measure.objects.get(sub_goal=entry.sub_goal, number=2)
    measure.save()
    other = SubGoal.objects.select_related("area").get(area__number=1, number=2)
    measure.sub_goal, measure.number = other, 40
    measure.save()
    (moment, _) = history_of_goal(other, FollowUp.objects.all())
    assert moment.subject == "Åtgärd 1.2.40"
    assert FieldChange("mål", str(entry.sub_goal), str(other), ()) in moment.changes


def test_a_deleted_measure_is_told_of(entry):
    measure = Measure.objects.create(
        sub_goal=entry.sub_goal, number=40, text="Kort liv", first_year=2021, last_year=2021
    )
    measure.delete()
    moments = history_of_goal(entry.sub_goal, FollowUp.objects.all())
    assert [(moment.subject, moment.verb) for moment in moments[:2]] == [
        ("Åtgärd 1.1.40", "togs bort"),
        ("Åtgärd 1.1.40", "skapades"),
    ]


def change_all(goal: SubGoal, times: int) -> None:
    """Change texts, choices, units, perspectives and the goal itself, several times."""
    measure = Measure.objects.get(sub_goal=goal, number=1)
    answer = MeasureEntry.objects.get(follow_up__year=2021, measure=measure)
    units = list(Unit.objects.all())
    elsewhere, _ = SubGoal.objects.get_or_create(area=goal.area, number=90, text="Ett annat mål")
    for number in range(times):
        measure.text = f"Lydelse {number}"
        measure.save()
        measure.sub_goal = elsewhere
        measure.save()
        measure.sub_goal = goal
        measure.save()
        measure.units.set([units[number % len(units)]])
        answer.done = f"Vandring {number}"
        answer.save()


@pytest.mark.parametrize("whole", [False, True])
def test_it_takes_as_many_queries_for_fifty_changes_as_for_one(whole, entry, django_assert_num_queries):
    shown = slice(None) if whole else slice(10)
    change_all(entry.sub_goal, 2)
    with django_assert_num_queries(17):
        few = history_of_goal(entry.sub_goal, FollowUp.objects.all())[shown]
    change_all(entry.sub_goal, 50)
    with django_assert_num_queries(17):
        many = history_of_goal(entry.sub_goal, FollowUp.objects.all())[shown]
    assert len(many) > 200 if whole else len(many) == len(few) == 10


def test_a_long_history_has_pages(entry, official):
    for number in range(40):
        entry.comment = f"version{number}"
        entry.save()
    client = client_of(official)
    url = f"{PROGRAMME}2021/mal/1.1/historik/"
    first = client.get(url)
    assert [len(first.context["moments"]), first.context["page"].paginator.num_pages] == [30, 2]
    assert '<a rel="next" href="?page=2">Nästa</a>' in html_of(first)
    second = client.get(url, {"page": 2})
    assert len(second.context["moments"]) == 11
    assert "version39" in html_of(first)
    assert "version39" not in html_of(second)
    for nonsense in ("noll", "-3", "999", ""):
        assert client.get(url, {"page": nonsense}).status_code == 200


def test_a_single_moment_and_the_last_one(entry):
    entry.comment = "Ny"
    entry.save()
    timeline = history_of_goal(entry.sub_goal, FollowUp.objects.all())
    assert timeline[0].changes[0].new == "Ny"
    assert timeline[-1] == timeline[len(timeline) - 1]
    with pytest.raises(IndexError):
        timeline[len(timeline)]


def test_a_measures_own_history(entry, official):
    change_all(entry.sub_goal, 1)
    html = html_of(client_of(official).get(f"{PROGRAMME}mal/1.1/atgard/1/historik/"))
    assert "Historik för åtgärd 1.1.1" in html
    assert "Lydelse" in html
    assert "svar för 2021" in html
    assert "Mål 1.1</strong>" not in html


def test_what_was_said_is_for_those_who_take_part(entry, official, other_official, reviewer):
    Comment.objects.create(entry=entry, comment="Vad menas med trygg?", by=reviewer)
    url = f"{PROGRAMME}2021/mal/1.1/historik/"
    assert "Vad menas med trygg?" in html_of(client_of(official).get(url))
    assert "Vad menas med trygg?" in html_of(client_of(reviewer).get(url))
    assert "Vad menas med trygg?" not in html_of(client_of(other_official).get(url))


@pytest.mark.parametrize(
    ("model", "field", "url", "subject"),
    [
        (AreaEntry, "summary", "2021/omrade/1/historik/", "Område 1, 2021"),
        (GuidelineEntry, "comment", "2021/riktlinje/1/historik/", "Riktlinje 1, 2021"),
    ],
)
def test_a_reviewers_text(model, field, url, subject, open_year, official):
    text = model.objects.filter(follow_up=open_year).first()
    text.save()
    setattr(text, field, "Nya ord.")
    text.save()
    moments = client_of(official).get(f"{PROGRAMME}{url}").context["moments"]
    assert [(moment.subject, moment.verb) for moment in moments] == [(subject, "ändrades"), (subject, "ändrades")]
    assert moments[0].changes[0].pieces == (Piece("added", "Nya ord."),)


def test_the_years_own_history_with_what_was_said(open_year, reviewer, official):
    open_year.save()
    perform(open_year, "start_review", by=reviewer, comment="Tack alla!")
    moments = client_of(official).get(f"{PROGRAMME}2021/historik/").context["moments"]
    assert [(moment.subject, moment.reason, moment.comment) for moment in moments[:2]] == [
        ("Uppföljningen 2021", "Avsluta ifyllandet", ""),
        ("En kommentar", "", "Tack alla!"),
    ]
    assert moments[0].changes == (FieldChange("läge", "Öppen", "Under granskning", ()),)


def test_what_is_told_stands_in_order_of_time(open_year):
    open_year.save()
    later, earlier = (
        Moment(open_year.history.first().history_date.replace(year=year), "A", "En", "sades") for year in (2090, 2000)
    )
    timeline = Timeline(open_year.scales, {FollowUp: {open_year.pk: "Året"}}, [earlier, later])
    assert (timeline[0], timeline[-1], len(timeline)) == (later, earlier, 3)
