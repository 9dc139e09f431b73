"""No text is lost with two users, two tabs or an ended session."""

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from followup.models import SubGoalEntry
from followup.writing.kept_texts import KEPT, TEXTS_PER_HOUR, WRITER_COOKIE
from organisation.models import User
from tests.fixtures import after_the_session, as_fetched, client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

URL = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


@pytest.fixture
def colleague(huddinge) -> User:
    return make_user("colleague", unit="kommunstyrelsen")


@pytest.fixture
def fetched(official, entry) -> dict[str, object]:
    """Fields of the page when both users opened it."""
    forms = client_of(official).get(URL).context["forms"]
    return as_fetched(forms)


def sent_back(response, **picks: str) -> dict[str, object]:
    """Return the fields that the conflict page posts with the given choices."""
    data: dict[str, object] = dict(response.context["unchanged"])
    for conflict in response.context["conflicts"]:
        data |= {conflict.name: conflict.mine, f"theirs-{conflict.name}": conflict.theirs}
    return data | {f"pick-goal-{name}": pick for name, pick in picks.items()}


@pytest.fixture
def conflict(official, colleague, entry, fetched):
    """Response to the official's post after a save by the colleague."""
    client_of(colleague).post(
        URL, fetched | {"goal-comment": "Kollegans ord.", "goal-assessment": "met", "goal-forecast": "will"}
    )
    return client_of(official).post(
        URL, fetched | {"goal-comment": "Mina ord.", "goal-assessment": "partly", "goal-forecast": "will"}
    )


def test_both_texts_are_shown_with_the_difference(conflict, entry):
    html = html_of(conflict)
    assert conflict.status_code == 409
    assert [(c.label, c.mine, c.theirs) for c in conflict.context["conflicts"]] == [
        ("Bedömning av året", "partly", "met"),
        ("Kommentar", "Mina ord.", "Kollegans ord."),
    ]
    assert "Kollegans<span" in html
    assert "Mitt svar: Delvis uppfyllt" in html
    assert "Det sparade svaret: Uppfyllt" in html
    entry.refresh_from_db()
    assert entry.comment == "Kollegans ord."


@pytest.mark.parametrize(
    ("picks", "stored"),
    [
        ({"comment": "mine", "assessment": "mine"}, ("Mina ord.", "partly")),
        ({"comment": "theirs", "assessment": "theirs"}, ("Kollegans ord.", "met")),
        ({"comment": "mine", "assessment": "theirs"}, ("Mina ord.", "met")),
    ],
)
def test_the_chosen_values_are_saved(picks, stored, conflict, official, entry):
    response = client_of(official).post(URL, sent_back(conflict, **picks))
    entry.refresh_from_db()
    assert response.status_code == 302
    assert (entry.comment, entry.assessment) == stored


def test_a_merged_text_is_saved(conflict, official, entry):
    data = sent_back(conflict, comment="mine") | {"goal-comment": "Kollegans ord. Mina ord."}
    client_of(official).post(URL, data)
    entry.refresh_from_db()
    assert entry.comment == "Kollegans ord. Mina ord."


def test_a_third_save_is_a_new_conflict(conflict, official, colleague, entry):
    data = sent_back(conflict, comment="mine")
    fresh = client_of(colleague).get(URL).context["forms"]
    again = as_fetched(fresh)
    client_of(colleague).post(URL, again | {"goal-comment": "Kollegans nya ord."})
    response = client_of(official).post(URL, data)
    assert response.status_code == 409
    assert response.context["conflicts"][-1].theirs == "Kollegans nya ord."


def test_history_keeps_every_text(conflict, official, entry):
    client_of(official).post(URL, sent_back(conflict, comment="mine"))
    assert {record.comment for record in entry.history.all()} >= {"Kollegans ord.", "Mina ord."}


def test_a_text_is_kept_when_its_session_ends(official, entry, fetched):
    client = after_the_session(official, URL)
    response = client.post(URL, fetched | {"goal-comment": "Skrivet i en gammal session."})
    assert response.url == f"/logga-in/?next={URL}"
    client.force_login(official)
    page = client.get(URL)
    html = html_of(page)
    assert "Du blev utloggad medan du skrev" in html
    assert page.context["forms"].goal["comment"].value() == "Skrivet i en gammal session."
    entry.refresh_from_db()
    assert entry.comment == ""
    assert client.get(URL).context["forms"].goal["comment"].value() == ""


def with_an_old_key(user: User, origin: str):
    client = Client(enforce_csrf_checks=True, headers={"Origin": origin})
    client.force_login(user)
    client.get(URL)
    return client


def test_a_text_is_kept_after_a_login_in_another_tab(official, fetched):
    client = with_an_old_key(official, "http://testserver")
    response = client.post(URL, fetched | {"goal-comment": "Skrivet med en gammal nyckel."})
    assert response.url == f"/logga-in/?next={URL}"
    forms = client.get(URL).context["forms"]
    assert forms.goal["comment"].value() == "Skrivet med en gammal nyckel."


def test_a_post_from_another_site_is_not_kept(official, fetched):
    client = with_an_old_key(official, "http://annan.example")
    response = client.post(URL, fetched | {"goal-comment": "Inkräktare"})
    assert response.status_code == 403
    assert "Sidan hade blivit för gammal" in html_of(response)
    assert client.get(URL).context["forms"].goal["comment"].value() == ""


def test_a_password_is_never_kept(official):
    client = with_an_old_key(official, "http://testserver")
    assert client.post("/losenord/", {"old_password": "hemligt"}).status_code == 403
    assert "unsaved_entry" not in client.session


def test_a_kept_text_is_only_shown_to_its_writer(official, reader, fetched):
    colleague = make_user("kollega", unit="kommunstyrelsen")
    client = after_the_session(official, URL)
    client.post(URL, fetched | {"goal-comment": "Skrivet av den första."})
    client.force_login(colleague)
    assert client.get(URL).context["forms"].goal["comment"].value() == ""
    client.force_login(official)
    assert client.get(URL).context["forms"].goal["comment"].value() == ""  # gone with the other's visit


@pytest.mark.parametrize("proof", [None, "1", "1:abc", "1:1abcde:forged"])
def test_a_stranger_cannot_fill_the_sessions_table(db, fetched, proof):
    before = Session.objects.count()
    client = client_of(None)
    if proof:
        client.cookies[WRITER_COOKIE] = proof
    assert client.post(URL, {"goal-comment": "a" * 100_000}).status_code == 302
    assert Session.objects.count() == before


def test_a_browser_can_store_a_few_texts_an_hour(official, fetched):
    cache.clear()
    client = after_the_session(official, URL)
    for _ in range(TEXTS_PER_HOUR + 5):
        client.cookies.pop("sessionid", None)
        client.post(URL, fetched | {"goal-comment": "Om och om igen"})
    kept = [row for row in Session.objects.all() if KEPT in row.get_decoded()]
    assert len(kept) == TEXTS_PER_HOUR


def test_a_kept_text_is_not_shown_without_permission_to_write(official, other_official, fetched):
    client = after_the_session(official, URL)
    client.post(URL, fetched | {"goal-comment": "Hemligt"})
    client.force_login(other_official)
    response = client.get(URL)
    assert response.status_code == 403
    assert "Hemligt" not in html_of(response)
