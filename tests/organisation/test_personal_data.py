"""Export and anonymisation of the personal data of a user."""

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
    """Return an official with a full name, a comment, a second factor and an account at the provider."""
    User.objects.filter(pk=official.pk).update(
        username="hanna.ask", first_name="Hanna", last_name="Ask", email="hanna.ask@example.se"
    )
    hanna = User.objects.get(pk=official.pk)
    hanna.save()  # writes the name to the history
    client_of(hanna).post(THREAD, {"comment": "Skrivet av mig."})
    Authenticator.objects.create(user=hanna, type="totp", data={"secret": "hemligt"})
    SocialAccount.objects.create(user=hanna, provider="kommunen", uid="00u1")
    return hanna


def database_text() -> str:
    """Return all values of all tables, except sessions."""
    return "\n".join(
        str(values)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label != "sessions.Session"
        for values in model._base_manager.values_list()
    )


def test_personal_data_covers_all_tables_without_secrets(hanna):
    data = personal_data(hanna)
    assert data["konto"]["e-postadress"] == "hanna.ask@example.se"
    assert "lösenord" not in data["konto"]
    tables = data["uppgifter"]
    assert [row["kommentar"] for name, rows in tables.items() if name.startswith("kommentarer") for row in rows] == [
        "Skrivet av mig."
    ]
    assert any(name.startswith("medlemskap") for name in tables)
    assert "hemligt" not in json.dumps(data, default=str)


def test_the_command_writes_a_file_and_refuses_an_unknown_name(hanna, tmp_path):
    file = tmp_path / "hanna.json"
    call_command("export_person", "hanna.ask", output=file)
    assert json.loads(file.read_text())["konto"]["användarnamn"] == "hanna.ask"
    with pytest.raises(CommandError, match="Det finns ingen användare som heter ”finns-ej”"):
        call_command("export_person", "finns-ej")


def test_an_administrator_downloads_the_data_of_one_person(hanna, reviewer):
    administrator = client_of(make_user("administrator", role=ADMINISTRATOR))
    action = {"action": "export_person", "_selected_action": [hanna.pk]}
    response = administrator.post("/admin/organisation/user/", action)
    assert response["Content-Disposition"] == f'attachment; filename="personuppgifter-{hanna.pk}.json"'
    assert response.json()["konto"]["förnamn"] == "Hanna"
    both = administrator.post("/admin/organisation/user/", action | {"_selected_action": [hanna.pk, reviewer.pk]})
    assert both.status_code == 302
    assert client_of(reviewer).post("/admin/organisation/user/", action).status_code == 403


def test_anonymisation_removes_the_name_everywhere_and_keeps_the_work(hanna, open_year):
    decided = list(DecidedReport.objects.order_by("pk").values_list("sha256", "json"))
    number = Comment.objects.get(by=hanna).pk
    assert "hanna.ask" in database_text()
    anonymise(hanna, DAY)
    left = User.objects.get(pk=hanna.pk)
    name = f"Tidigare användare {hanna.pk}"
    assert (str(left), left.is_active, left.has_usable_password()) == (name, False, False)
    text = database_text()
    for trace in ("hanna.ask", "Hanna", "Ask'", "00u1"):
        assert trace not in text
    assert str(Comment.objects.get(pk=number).by) == name
    assert left.memberships.get().valid_to == DAY - timedelta(days=1)
    assert left.reported_unit_ids == frozenset()
    assert not left.authenticator_set.exists()
    assert list(DecidedReport.objects.order_by("pk").values_list("sha256", "json")) == decided
    call_command("verify_reports", verbosity=0)


def test_anonymisation_ends_the_sessions(hanna):
    client = client_of(hanna)
    assert client.get("/mina-uppfoljningar/").status_code == 200
    anonymise(hanna, DAY)
    assert client.get("/mina-uppfoljningar/").status_code == 302


def test_a_comment_of_an_anonymised_person_shows_the_new_name(huddinge, reviewer, open_year, official):
    event_count = Event.objects.count()
    client_of(official).post(THREAD, {"comment": "Text"})
    anonymise(official, DAY)
    page = html_of(client_of(reviewer).get(THREAD))
    assert f"Tidigare användare {official.pk}" in page
    assert "Official" not in page
    assert Event.objects.count() == event_count


def test_the_command_has_a_dry_run_and_refuses_a_second_run(hanna, capsys):
    call_command("anonymise_person", "hanna.ask", dry_run=True)
    assert capsys.readouterr().out == "Hanna Ask (hanna.ask) skulle avidentifieras. Inget har ändrats.\n"
    assert User.objects.filter(username="hanna.ask").exists()
    call_command("anonymise_person", "hanna.ask")
    with pytest.raises(CommandError, match="är redan avidentifierad"):
        call_command("anonymise_person", f"tidigare-{hanna.pk}")
    assert not Client().login(username=f"tidigare-{hanna.pk}", password="")
    assert timezone.now() > User.objects.get(pk=hanna.pk).date_joined
