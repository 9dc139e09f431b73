"""What is stored about a person as data, and what is left of them when they have left."""

import json
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from followup.models import Comment, DecidedReport, Event
from organisation.models import User
from organisation.personal_data import anonymise, personal_data
from organisation.roles import ADMINISTRATOR
from tests.fixtures import client_of, make_user
from tests.followup.review.test_comments import THREAD
from tests.pages import html_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture
def hanna(official) -> User:
    """An official with a name, who has written a comment and handed in."""
    User.objects.filter(pk=official.pk).update(
        username="hanna.ask", first_name="Hanna", last_name="Ask", email="hanna.ask@example.se"
    )
    hanna = User.objects.get(pk=official.pk)
    hanna.save()  # into the history
    client_of(hanna).post(THREAD, {"comment": "Skrivet av mig."})
    Authenticator.objects.create(user=hanna, type="totp", data={"secret": "hemligt"})
    SocialAccount.objects.create(user=hanna, provider="kommunen", uid="00u1")
    return hanna


def everywhere() -> str:
    """All text of all rows of the database, but for sessions."""
    return "\n".join(
        str(values)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label != "sessions.Session"
        for values in model._base_manager.values_list()
    )


def test_all_of_a_person_as_data(hanna):
    data = personal_data(hanna)
    assert data["konto"]["e-postadress"] == "hanna.ask@example.se"
    assert "lösenord" not in data["konto"]
    tables = data["uppgifter"]
    assert [row["kommentar"] for name, rows in tables.items() if name.startswith("kommentarer") for row in rows] == [
        "Skrivet av mig."
    ]
    assert any(name.startswith("medlemskap") for name in tables)
    assert "hemligt" not in json.dumps(data, default=str)


def test_the_command_writes_it_and_knows_who_there_is(hanna, tmp_path):
    file = tmp_path / "hanna.json"
    call_command("export_person", "hanna.ask", output=file)
    assert json.loads(file.read_text())["konto"]["användarnamn"] == "hanna.ask"
    with pytest.raises(CommandError, match="Det finns ingen användare som heter ”finns-ej”"):
        call_command("export_person", "finns-ej")


def test_an_administrator_downloads_it_for_one_person(hanna, reviewer):
    administrator = client_of(make_user("administrator", role=ADMINISTRATOR))
    action = {"action": "export_person", "_selected_action": [hanna.pk]}
    response = administrator.post("/admin/organisation/user/", action)
    assert response["Content-Disposition"] == f'attachment; filename="personuppgifter-{hanna.pk}.json"'
    assert response.json()["konto"]["förnamn"] == "Hanna"
    both = administrator.post("/admin/organisation/user/", action | {"_selected_action": [hanna.pk, reviewer.pk]})
    assert both.status_code == 302
    assert client_of(reviewer).post("/admin/organisation/user/", action).status_code == 403


def test_one_who_has_left_is_nameless_everywhere_and_what_they_did_remains(hanna, open_year):
    decided = list(DecidedReport.objects.order_by("pk").values_list("sha256", "json"))
    number = Comment.objects.get(by=hanna).pk
    assert "hanna.ask" in everywhere()
    anonymise(hanna, DAY)
    left = User.objects.get(pk=hanna.pk)
    name = f"Tidigare användare {hanna.pk}"
    assert (str(left), left.is_active, left.has_usable_password()) == (name, False, False)
    text = everywhere()
    for trace in ("hanna.ask", "Hanna", "Ask'", "00u1"):
        assert trace not in text
    assert str(Comment.objects.get(pk=number).by) == name
    assert left.memberships.get().valid_to == DAY - timedelta(days=1)
    assert left.reported_unit_ids == frozenset()
    assert not left.authenticator_set.exists()
    assert list(DecidedReport.objects.order_by("pk").values_list("sha256", "json")) == decided
    call_command("verify_reports", verbosity=0)


def test_their_sessions_end_at_once(hanna):
    client = client_of(hanna)
    assert client.get("/mina-uppfoljningar/").status_code == 200
    anonymise(hanna, DAY)
    assert client.get("/mina-uppfoljningar/").status_code == 302


def test_a_decision_in_the_history_is_by_somebody_nameless(huddinge, reviewer, open_year, official):
    event_count = Event.objects.count()
    client_of(official).post(THREAD, {"comment": "Text"})
    anonymise(official, DAY)
    page = html_of(client_of(reviewer).get(THREAD))
    assert f"Tidigare användare {official.pk}" in page
    assert "Official" not in page
    assert Event.objects.count() == event_count


def test_the_command_shows_first_and_does_it_once(hanna, capsys):
    call_command("anonymise_person", "hanna.ask", dry_run=True)
    assert capsys.readouterr().out == "Hanna Ask (hanna.ask) skulle avidentifieras. Inget har ändrats.\n"
    assert User.objects.filter(username="hanna.ask").exists()
    call_command("anonymise_person", "hanna.ask")
    with pytest.raises(CommandError, match="är redan avidentifierad"):
        call_command("anonymise_person", f"tidigare-{hanna.pk}")
    assert not Client().login(username=f"tidigare-{hanna.pk}", password="")
    assert timezone.now() > User.objects.get(pk=hanna.pk).date_joined
