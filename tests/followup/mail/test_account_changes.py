"""Mails about changes of roles, passwords, second steps and API keys: to the person and to all administrators."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from followup.mail.account_changes import queue_account_changes
from followup.models import ApiToken, OutgoingMail
from organisation.models import AccountChange, ProviderGroup, User
from organisation.roles import ADMINISTRATOR, REVIEWER, Role
from organisation.signin.provider_groups import apply_provider_groups
from tests.admin_pages import form_of
from tests.fixtures import client_of, group_of, make_user
from tests.followup.test_admin import url
from tests.organisation.signin.test_signin import code_of

pytestmark = pytest.mark.django_db

PASSWORD = "en-lång-lösenfras"


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def with_address(name: str, **options) -> User:
    user = make_user(name, **options)
    User.objects.filter(pk=user.pk).update(email=f"{name}@example.se")
    user.email = f"{name}@example.se"
    return user


@pytest.fixture
def anders(db) -> User:
    return with_address("anders", role=ADMINISTRATOR)


@pytest.fixture
def berit(db) -> User:
    """A second administrator."""
    return with_address("berit", role=ADMINISTRATOR)


@pytest.fixture
def hanna(db) -> User:
    user = with_address("hanna")
    user.set_password(PASSWORD)
    User.objects.filter(pk=user.pk).update(password=user.password)
    return User.objects.get(pk=user.pk)


def changes() -> list[tuple[str, str, str]]:
    return [(change.user.username, change.change, str(change.by)) for change in AccountChange.objects.all()]


def mails() -> dict[str, str]:
    """Queue the mails of all changes and return the bodies by address."""
    queue_account_changes(timezone.now())
    return dict(OutgoingMail.objects.filter(kind="account").values_list("address", "body"))


def give_roles(by: User, user: User, *roles: Role) -> None:
    page = url(User, "change", user.pk)
    data = form_of(client_of(by).get(page))
    data["groups"] = [group_of(role).pk for role in roles]
    assert client_of(by).post(page, data).status_code == 302


def test_a_role_that_an_administrator_takes_is_mailed_to_every_administrator(anders, berit, hanna):
    give_roles(anders, anders, ADMINISTRATOR, REVIEWER)
    assert changes() == [("anders", "Kontot fick rollen Granskare", "Anders")]
    sent = mails()
    assert set(sent) == {"anders@example.se", "berit@example.se"}
    assert "Gjord av: Anders, på sitt eget konto" in sent["berit@example.se"]
    assert sent["berit@example.se"].startswith("Kontot för Anders (anders) i Huddinge kommuns")
    assert sent["anders@example.se"].startswith("Ditt konto (anders)")
    # Once only.
    assert queue_account_changes(timezone.now()) == 0
    assert OutgoingMail.objects.count() == 2


def test_who_loses_the_role_of_administrator_is_told_too(anders, berit):
    give_roles(anders, berit)
    assert changes() == [("berit", "Kontot förlorade rollen Administratör", "Anders")]
    assert set(mails()) == {"anders@example.se", "berit@example.se"}


def test_a_page_that_is_saved_unchanged_mails_nothing(anders, hanna):
    give_roles(anders, hanna)
    client_of(hanna).get("/")
    assert changes() == []
    assert mails() == {}


def test_roles_of_the_provider_are_mailed(anders, hanna):
    ProviderGroup.objects.create(name="g", role=group_of(REVIEWER))
    apply_provider_groups(hanna, ["g"], timezone.localdate())
    apply_provider_groups(hanna, ["g"], timezone.localdate())
    apply_provider_groups(hanna, [], timezone.localdate())
    assert changes() == [
        ("hanna", "Kontot fick rollen Granskare genom en grupp vid inloggningen", "None"),
        ("hanna", "Kontot förlorade rollen Granskare genom en grupp vid inloggningen", "None"),
    ]
    assert "Gjord av: systemet, utan inloggad person" in mails()["hanna@example.se"]


def test_a_password_changed_on_the_page_by_an_administrator_or_by_a_command(anders, hanna, monkeypatch):
    client = Client()
    client.post("/logga-in/", {"login": "hanna", "password": PASSWORD})
    new = "en-annan-lång-fras"
    answer = client.post("/losenord/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert answer.status_code == 302
    data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert client_of(anders).post(f"/admin/organisation/user/{hanna.pk}/password/", data).status_code == 302
    monkeypatch.setattr("getpass.getpass", lambda prompt="": new)
    call_command("changepassword", "hanna", verbosity=0)
    assert changes() == [("hanna", "Lösenordet byttes", by) for by in ("Hanna", "Anders", "None")]


def test_signing_in_with_an_older_hash_is_no_change(hanna, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    Client().post("/logga-in/", {"login": "hanna", "password": PASSWORD})
    assert User.objects.get(pk=hanna.pk).password.startswith("pbkdf2")
    assert changes() == []


def test_all_rights_given_and_taken(anders, hanna):
    root = User.objects.create_superuser("root", email="root@example.se")
    data = form_of(client_of(root).get(url(User, "change", hanna.pk)))
    client_of(root).post(url(User, "change", hanna.pk), data | {"is_superuser": "on"})
    client_of(root).post(url(User, "change", hanna.pk), data)
    assert changes() == [
        ("root", "Kontot fick alla rättigheter", "None"),
        ("hanna", "Kontot fick alla rättigheter", "root"),
        ("hanna", "Kontot förlorade rätten till allt", "root"),
    ]
    assert set(mails()) == {"root@example.se", "anders@example.se", "hanna@example.se"}


def test_a_second_step_taken_away_by_an_administrator_or_added_and_removed_by_its_person(
    anders, hanna, django_capture_on_commit_callbacks
):
    TOTP.activate(hanna, generate_totp_secret())
    action = {"action": "forget_second_step", "_selected_action": [hanna.pk]}
    client_of(anders).post("/admin/organisation/user/", action)
    client = Client()
    client.post("/logga-in/", {"login": "hanna", "password": PASSWORD})
    client.post("/logga-in/bekrafta/?next=/inloggning/app/", {"password": PASSWORD})
    page = client.get("/inloggning/app/")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/inloggning/app/", {"code": code_of(page.context["form"].secret)})
    client.post("/inloggning/app/ta-bort/")
    assert changes() == [
        ("hanna", "Tvåstegsinloggningen togs bort", "Anders"),
        ("hanna", "En app för tvåstegsinloggning lades till", "Hanna"),
        ("hanna", "Appen för tvåstegsinloggning togs bort", "Hanna"),
    ]


def test_an_api_key_made_and_revoked(anders, hanna):
    token, _ = ApiToken.objects.issue(hanna, "Statistik", timezone.localdate() + timedelta(days=1))
    client_of(anders).post(f"/api-nycklar/{token.pk}/aterkalla/")
    client_of(anders).post(f"/api-nycklar/{token.pk}/aterkalla/")
    made, revoked = changes()
    assert made[1].startswith("API-nyckeln ”Statistik” skapades, och gäller till och med ")
    assert revoked == ("hanna", "API-nyckeln ”Statistik” återkallades", "Anders")


def test_the_command_that_sends_mail_sends_them(anders, hanna, mailoutbox):
    give_roles(anders, hanna, ADMINISTRATOR)
    call_command("send_mail", verbosity=0)
    assert sorted((mail.to[0], mail.subject) for mail in mailoutbox) == [
        ("anders@example.se", "Ändrat konto: Hanna"),
        ("hanna@example.se", "Ändrat konto: Hanna"),
    ]
