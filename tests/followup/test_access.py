"""Every page for every role, from one table."""

import pytest

from tests.followup.conftest import PROGRAMME, client_of

pytestmark = pytest.mark.django_db

LOGIN = 302
ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
CLOSED_ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2020/1.1/"
ROLES = ("anonymous", "outsider", "reader", "official", "other_official", "reviewer", "secretary", "administrator")
EVERYBODY = {role: 200 for role in ROLES if role != "anonymous"} | {"anonymous": LOGIN}
NOBODY = {role: 403 for role in ROLES if role != "anonymous"} | {"anonymous": LOGIN}
GONE = {role: 404 for role in ROLES if role != "anonymous"} | {"anonymous": LOGIN}

PAGES = {
    "/": EVERYBODY,
    "/mina-uppfoljningar/": EVERYBODY,
    "/mina-uppfoljningar/e-post/": EVERYBODY,
    PROGRAMME: EVERYBODY,
    f"{PROGRAMME}2021/": EVERYBODY,
    f"{PROGRAMME}2020/": EVERYBODY,
    f"{PROGRAMME}2020/omrade/1/": EVERYBODY,
    f"{PROGRAMME}mal/1.1/": EVERYBODY,
    f"{PROGRAMME}mal/1.1/historik/": EVERYBODY,
    f"{PROGRAMME}mal/9.9/historik/": GONE,
    f"{PROGRAMME}2020/rapport/": EVERYBODY,
    "/arenden/": EVERYBODY,
    "/enheter/": EVERYBODY,
    "/enheter/kommunstyrelsen/": EVERYBODY,
    "/enheter/finns-inte/": GONE,
    "/utskick/finns-inte/": dict.fromkeys(ROLES, 404),
    "/losenord/": EVERYBODY,
    "/favicon.ico": dict.fromkeys(ROLES, 302),
    ENTRY: NOBODY | {"official": 200},
    CLOSED_ENTRY: NOBODY,
    "/beslut/": NOBODY | {"reviewer": 200, "secretary": 200},
    "/beslut/huddinge-2018-2021/2020/rattelse/": NOBODY | {"secretary": 200},
    "/beslut/huddinge-2018-2021/2021/": NOBODY | {"secretary": 404},
    f"{PROGRAMME}2020/beslut/1/": EVERYBODY,
    f"{PROGRAMME}2020/beslut/1/rapport/": EVERYBODY,
    f"{PROGRAMME}2020/beslut/1/rapport.json": EVERYBODY,
    f"{PROGRAMME}2020/beslut/1/protokollsutdrag/": EVERYBODY,
    f"{PROGRAMME}2020/beslut/1/protokollsutdrag/text/": EVERYBODY,
    f"{PROGRAMME}2020/beslut/1/protokollsutdrag.docx": EVERYBODY,
    f"{PROGRAMME}2020/beslut/2/protokollsutdrag/": GONE,
    f"{PROGRAMME}2020/beslut/2/protokollsutdrag.pdf": GONE,
    f"{PROGRAMME}2020/beslut/1/utskick/": NOBODY | {"reviewer": 200, "secretary": 200},
    f"{PROGRAMME}2020/beslut/1/anteckningar/": NOBODY,
    f"{PROGRAMME}2020/beslut/2/": GONE,
    f"{PROGRAMME}2021/beslut/1/rapport.pdf": GONE,
    "/program/finns-inte/": GONE,
    f"{PROGRAMME}2030/": GONE,
    f"{PROGRAMME}2030/rapport/": GONE,
    f"{PROGRAMME}2030/rapport.pdf": GONE,
    f"{PROGRAMME}2020/rapport.pdf": {role: 202 for role in ROLES if role != "anonymous"} | {"anonymous": LOGIN},
    f"{PROGRAMME}2020/rapport.pdf/0/": dict.fromkeys(ROLES, 302),
    f"{PROGRAMME}2030/rapport.pdf/0/": GONE,
    f"{PROGRAMME}2020/omrade/9/": GONE,
    f"{PROGRAMME}mal/9.9/": GONE,
    "/mina-uppfoljningar/huddinge-2018-2021/2021/9.9/": GONE,
    "/mina-uppfoljningar/finns-inte/2021/1.1/": GONE,
}


@pytest.mark.parametrize("role", ROLES)
def test_get(role, request):
    request.getfixturevalue("huddinge")
    user = None if role == "anonymous" else request.getfixturevalue(role)
    client = client_of(user)
    expected = {url: statuses[role] for url, statuses in PAGES.items()}
    assert {url: client.get(url).status_code for url in PAGES} == expected


@pytest.mark.parametrize("role", ROLES)
def test_post_writes_only_for_an_official_of_the_unit(role, request, open_year):
    user = None if role == "anonymous" else request.getfixturevalue(role)
    entry = open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)
    response = client_of(user).post(ENTRY, {"goal-comment": "Inkräktare", "goal-version": entry.version})
    entry.refresh_from_db()
    if role == "official":
        # Their own measure's form is missing from the post, so nothing at all is saved.
        assert response.status_code == 422
    else:
        assert response.status_code == (LOGIN if role == "anonymous" else 403)
    assert (entry.comment, entry.version) == ("", 1)


def test_an_anonymous_visitor_is_sent_to_the_login_page(huddinge):
    response = client_of(None).get(f"{PROGRAMME}2020/")
    assert response.url == f"/logga-in/?next={PROGRAMME}2020/"


def test_a_draft_programme_is_seen_by_reviewers_only(huddinge, reviewer, official):
    huddinge.state = "draft"
    huddinge.save()
    for url in (PROGRAMME, f"{PROGRAMME}2020/", f"{PROGRAMME}2020/rapport/", ENTRY):
        assert client_of(official).get(url).status_code == 404
    assert client_of(reviewer).get(f"{PROGRAMME}2020/").status_code == 200


def test_a_planned_year_is_seen_by_reviewers_only(open_year, reviewer, official):
    open_year.state = "planned"
    open_year.save()
    response = client_of(official).get(f"{PROGRAMME}2021/")
    assert response.status_code == 404
    assert "Uppföljningen för 2021 har inte öppnats." in response.content.decode()
    assert client_of(reviewer).get(f"{PROGRAMME}2021/").status_code == 200


def test_nothing_on_a_page_is_inline_or_from_elsewhere(official):
    response = client_of(official).get(ENTRY)
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    html = response.content.decode()
    assert "<style" not in html
    assert "style=" not in html
    assert "onclick" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_the_refusal_says_why(other_official):
    assert "Du rapporterar inte för någon enhet som ansvarar för mål 1.1." in (
        client_of(other_official).get(ENTRY).content.decode()
    )


def test_a_closed_year_says_why(official):
    html = client_of(official).get(CLOSED_ENTRY).content.decode()
    assert "Uppföljningen för 2020 är inte öppen för ändringar. Läget är: Beslutad." in html


def test_an_unknown_year_says_the_period(official):
    html = client_of(official).get(f"{PROGRAMME}2030/").content.decode()
    assert "Programmet gäller 2018–2021, så det finns ingen uppföljning för 2030." in html
