"""Draft programmes are listed for the people that work with them; namesakes are told apart."""

import pytest

from organisation.roles import REVIEWER, SECRETARY
from tests.factories import make_area, make_goal, make_programme, make_unit, open_year
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

LINK = '<a href="/program/utkastet/">Nästa program</a>'


@pytest.fixture
def draft():
    return make_programme("Nästa program", slug="utkastet", state="draft", first_year=2026, last_year=2029)


@pytest.fixture
def reviewer():
    return make_user("reviewer", role=REVIEWER)


def test_the_review_page_lists_drafts(draft, reviewer):
    html = html_of(client_of(reviewer).get("/granskning/"))
    assert "<h2>Utkast till program</h2>" in html
    assert f'{LINK}</span> <span class="goal-missing">Utkast · 2026–2029</span>' in html


@pytest.mark.parametrize("has_year", [True, False])
def test_the_start_page_marks_drafts(has_year, draft, reviewer):
    if has_year:
        open_year(make_programme())
    html = html_of(client_of(reviewer).get("/"))
    assert LINK in html
    assert "Utkast" in html


def test_a_secretary_sees_no_drafts(draft):
    client = client_of(make_user("secretary", role=SECRETARY))
    assert "Nästa program" not in html_of(client.get("/granskning/"))
    assert "Nästa program" not in html_of(client.get("/"))
    assert client.get("/program/utkastet/").status_code == 404


def test_an_official_sees_no_drafts(draft):
    make_unit(slug="kommunstyrelsen")
    open_year(make_programme())
    client = client_of(make_user("official", unit="kommunstyrelsen"))
    assert "Nästa program" not in html_of(client.get("/"))
    assert client.get("/granskning/").status_code == 403


@pytest.fixture
def namesakes():
    """Two programmes of the same title and period, each with an open year."""
    for slug in ("trygghet-a", "trygghet-b"):
        programme = make_programme("Trygghet", slug=slug)
        make_goal(make_area(programme))
        open_year(programme)


@pytest.mark.parametrize(
    ("address", "texts"),
    [
        ("/", [">Trygghet (2022–2025, trygghet-"]),
        ("/granskning/", ["Trygghet (2022–2025, trygghet-a): 2022", "Trygghet (2022–2025, trygghet-b): 2022"]),
        ("/beslut/", ["Trygghet (2022–2025, trygghet-a): 2022", "Trygghet (2022–2025, trygghet-b): 2022"]),
        ("/arenden/", ["Trygghet (2022–2025, trygghet-a), uppf", "Trygghet (2022–2025, trygghet-b), uppf"]),
        ("/sok/", [">Trygghet (2022–2025, trygghet-a)</option>", ">Trygghet (2022–2025, trygghet-b)</option>"]),
        ("/program/trygghet-a/jamfor-program/", [">Trygghet (2022–2025, trygghet-b)</option>"]),
    ],
)
def test_pages_tell_namesakes_apart(address, texts, namesakes, reviewer):
    html = html_of(client_of(reviewer).get(address))
    assert [text for text in texts if text not in html] == []


def test_a_title_of_its_own_is_enough(reviewer):
    open_year(make_programme("Trygghet"))
    assert "Trygghet: 2022" in html_of(client_of(reviewer).get("/granskning/"))
