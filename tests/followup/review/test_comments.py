"""The thread between official and reviewer: writing, reading, and no comment lost."""

import pytest

from followup.answers.goal_year import measures_of
from followup.answers.thread import remarks_of, thread_of
from followup.models import Comment, SubGoalEntry
from followup.workflow import perform, perform_all
from tests.fixtures import after_the_session, client_of, put_in_state
from tests.pages import html_of

pytestmark = pytest.mark.django_db

SLUG = "huddinge-2018-2021"
THREAD = f"/kommentarer/{SLUG}/2021/1.1/"
ENTRY = f"/mina-uppfoljningar/{SLUG}/2021/1.1/"
REVIEW = f"/granskning/{SLUG}/2021/1.1/"


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    entry = open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)
    SubGoalEntry.objects.filter(pk=entry.pk).update(assessment="met", forecast="will", comment="Klart.")
    return SubGoalEntry.objects.select_related("follow_up", "sub_goal__area").get(pk=entry.pk)


def test_each_reads_what_the_other_wrote_where_they_work(official, reviewer, entry):
    granskare, handlaggare = client_of(reviewer), client_of(official)
    response = granskare.post(THREAD, {"comment": "Vad menas med trygg?", "review": "1"})
    assert response.url == REVIEW
    assert "Vad menas med trygg?" in html_of(handlaggare.get(ENTRY))
    response = handlaggare.post(THREAD, {"comment": "Se enkäten."})
    assert response.url == ENTRY
    html = html_of(granskare.get(REVIEW))
    assert html.index("Vad menas med trygg?") < html.index("Se enkäten.")
    assert [(comment.by, comment.entry) for comment in Comment.objects.all()] == [
        (reviewer, entry),
        (official, entry),
    ]


def test_comments_and_steps_stand_in_order_of_time(official, reviewer, entry):
    Comment.objects.create(entry=entry, comment="Först", by=reviewer)
    perform(entry, "submit", by=official)
    perform(entry, "return", by=reviewer, comment="Sedan")
    Comment.objects.create(entry=entry, comment="Sist", by=official)
    assert [remark.comment for remark in thread_of(entry, measures_of(entry))] == ["Först", "", "Sedan", "Sist"]
    html = html_of(client_of(official).get(THREAD))
    assert [html.index(word) for word in ("Först", "Sedan", "Sist")] == sorted(
        html.index(word) for word in ("Först", "Sedan", "Sist")
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Skriv något innan du skickar."),
        ("   ", "Skriv något innan du skickar."),
        ("x" * 10_001, "Säkerställ att detta värde har som mest 10000 tecken (den har 10001)."),
    ],
)
def test_nothing_and_too_much_are_refused(text, error, official, entry):
    response = client_of(official).post(THREAD, {"comment": text})
    assert response.status_code == 422
    assert error in html_of(response)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("state", ["proposed", "decided"])
def test_a_closed_year_takes_no_comment_and_gives_the_text_back(state, official, entry):
    put_in_state(entry.follow_up, state)
    response = client_of(official).post(THREAD, {"comment": "En sen tanke"})
    assert response.status_code == 422
    html = html_of(response)
    assert "Uppföljningen för 2021 är inte öppen för ändringar." in html
    assert "En sen tanke" in html
    assert not Comment.objects.exists()


def test_a_comment_outlives_a_session_that_ran_out(official, entry):
    client = after_the_session(official, THREAD)
    assert client.post(THREAD, {"comment": "Skrivet länge."}).url == f"/logga-in/?next={THREAD}"
    client.force_login(official)
    html = html_of(client.get(THREAD))
    assert "Skrivet länge." in html
    assert "inte skickat" in html
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        ("outsider", 403, 403),
        ("reader", 403, 403),
        ("other_official", 403, 403),
        ("official", 200, 302),
        ("reviewer", 200, 302),
        ("secretary", 200, 403),
        ("administrator", 403, 403),
    ],
)
def test_who_reads_and_who_writes(role, reads, writes, request, entry):
    client = client_of(request.getfixturevalue(role))
    assert client.get(THREAD).status_code == reads
    assert client.post(THREAD, {"comment": "Hej"}).status_code == writes
    assert Comment.objects.count() == (1 if writes == 302 else 0)


def test_a_comment_is_written_once(official, entry):
    comment = Comment.objects.create(entry=entry, comment="Hej", by=official)
    with pytest.raises(TypeError):
        comment.save()
    with pytest.raises(TypeError):
        comment.delete()


def test_what_is_written_is_shown_as_text(official, entry):
    client_of(official).post(THREAD, {"comment": "<script>alert(1)</script>"})
    assert "<script>alert" not in html_of(client_of(official).get(ENTRY))


def test_one_return_of_several_answers_is_one_remark(official, reviewer, open_year):
    entry = open_year.subgoalentry_set.select_related("sub_goal__area", "follow_up").get(
        sub_goal__area__number=1, sub_goal__number=1
    )
    SubGoalEntry.objects.filter(pk=entry.pk).update(state="submitted")
    open_year.measureentry_set.filter(measure__sub_goal=entry.sub_goal).update(state="submitted")
    entry.refresh_from_db()
    answers = [entry, *measures_of(entry)]
    perform_all(answers, "return", by=reviewer, comment="Hur många nåddes?")
    url = "huddinge-2018-2021/2021/1.1/"
    pages = {
        reviewer: (f"/granskning/{url}", f"/kommentarer/{url}", "/program/huddinge-2018-2021/2021/mal/1.1/historik/"),
        official: (f"/mina-uppfoljningar/{url}", f"/kommentarer/{url}", "/mina-uppfoljningar/"),
    }
    for user, addresses in pages.items():
        for address in addresses:
            html = html_of(client_of(user).get(address))
            assert html.count("Hur många nåddes?") == 1, address
    [remark] = remarks_of(thread_of(entry, answers[1:]))
    codes = ", ".join(f"åtgärd 1.1.{number}" for number in range(1, len(answers) - 1))
    assert (remark.action, remark.about) == ("återlämnade", f"mål 1.1, {codes} och åtgärd 1.1.{len(answers) - 1}")
