import re

import pytest

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from organisation.roles import ADMINISTRATOR, REVIEWER
from programmes.models import Measure, Programme, SubGoal
from tests.fixtures import PROGRAMME, client_of, make_user, put_in_state
from tests.pages import html_of


def grow(follow_up: FollowUp) -> None:
    """Add fifty goals with a measure each, and fifty measures to goal 1.1."""
    area = follow_up.programme.areas.get(number=1)
    first = area.sub_goals.get(number=1)
    for number in range(50, 100):
        goal = SubGoal.objects.create(area=area, number=number, text="Mål")
        measure = Measure.objects.create(sub_goal=goal, number=1, text="Åtgärd", first_year=2018, last_year=2021)
        another = Measure.objects.create(sub_goal=first, number=number, text="Mer", first_year=2018, last_year=2021)
        MeasureEntry.objects.create(follow_up=follow_up, measure=another)
        SubGoalEntry.objects.create(follow_up=follow_up, sub_goal=goal)
        MeasureEntry.objects.create(follow_up=follow_up, measure=measure)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("2021/", 15),
        ("2021/omrade/1/", 15),
        ("2021/rapport/", 15),
        ("", 20),
        ("2021/perspektiv/", 17),
        ("mal/1.1/", 21),
        # Two reports
        ("jamfor/", 20),
    ],
)
def test_a_bounded_number_of_queries_whatever_the_size(path, most, official, open_year, django_assert_max_num_queries):
    client, url = client_of(official), f"{PROGRAMME}{path}"
    with django_assert_max_num_queries(most) as few:
        client.get(url)
    grow(open_year)
    with django_assert_max_num_queries(most) as many:
        assert client.get(url).status_code == 200
    assert len(few) == len(many)


def test_the_start_page_is_the_open_year(official, open_year):
    response = client_of(official).get("/")
    assert response.context["report"].year == 2021


def test_the_start_page_is_the_latest_year_when_none_is_open(official, open_year):
    put_in_state(open_year, "decided")
    assert client_of(official).get("/").context["report"].year == 2021


@pytest.mark.django_db
def test_an_empty_database_welcomes(django_user_model):
    user = django_user_model.objects.create_user("first")
    html = html_of(client_of(user).get("/"))
    assert "Inga program att följa upp ännu" in html
    assert "Ingen uppföljning är öppen just nu." in html_of(client_of(user).get("/mina-uppfoljningar/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "address", "action"),
    [
        (REVIEWER, "/granskning/las-in/", "Läs in ett program"),
        (ADMINISTRATOR, "/admin/", "Till Administration"),
    ],
)
def test_an_empty_database_leads_to_the_first_step(role, address, action):
    html = html_of(client_of(make_user("first", role=role)).get("/"))
    assert f'<a class="button" href="{address}">{action}</a>' in html
    assert client_of(make_user("second", role=role)).get(address).status_code == 200


@pytest.mark.django_db
def test_a_programme_without_years_is_linked(django_user_model):
    user = django_user_model.objects.create_user("first")
    Programme.objects.create(title="Nytt program", slug="nytt", first_year=2022, last_year=2025, state="active")
    html = html_of(client_of(user).get("/"))
    assert '<a href="/program/nytt/">Nytt program</a>' in html
    assert client_of(user).get("/program/nytt/").status_code == 200


def test_status_is_symbol_word_and_colour(official):
    html = html_of(client_of(official).get(f"{PROGRAMME}2020/"))
    shape = re.search(
        r'<symbol id="([^"]+)" viewBox="0 0 16 16"><path [^>]*d="M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zM7 12', html
    )
    assert (
        '<span class="status status-good"><svg class="status-symbol" aria-hidden="true">'
        f'<use href="#{shape[1]}"/></svg>Kommer att nås</span>'
    ) in html


def test_what_is_overdue_is_listed(official, open_year):
    response = client_of(official).get(f"{PROGRAMME}2021/")
    assert len(response.context["overdue"]) == 16
    assert "Försenat: 16 mål saknar svar" in html_of(response)


def test_nothing_is_overdue_in_a_closed_year(official, open_year):
    assert client_of(official).get(f"{PROGRAMME}2020/").context["overdue"] == []


@pytest.mark.parametrize("path", ["", "2020/", "2020/omrade/1/", "mal/1.1/", "2020/rapport/"])
def test_example_content_is_marked_on_every_page(path, official):
    html = html_of(client_of(official).get(f"{PROGRAMME}{path}"))
    assert "<strong>Exempel.</strong>" in html
    assert html.count('<span class="example-mark">Exempel</span>') > 1


def test_the_goal_page_shows_all_years_in_the_order_of_time(official):
    html = client_of(official).get(f"{PROGRAMME}mal/1.1/").content.decode()
    for entry in SubGoalEntry.objects.filter(sub_goal__area__number=1, sub_goal__number=1):
        assert entry.comment.split("\n")[0] in html
    places = [html.index(f'id="ar-{year}"') for year in (2018, 2019, 2020, 2021)]
    assert places == sorted(places)


def test_text_of_people_is_escaped(official, open_year):
    open_year.subgoalentry_set.update(comment="<script>alert(1)</script>")
    html = html_of(client_of(official).get(f"{PROGRAMME}2021/rapport/"))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
