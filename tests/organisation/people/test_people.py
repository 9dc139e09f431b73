"""Pages of people: lists, invitations, memberships, roles and leaving, with every refusal."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from followup.models import ApiToken
from organisation.models import AccountChange, Membership, PasswordLink, Unit, User
from organisation.people.duties import duties_left_by
from organisation.people.leaving import leave
from organisation.roles import ADMINISTRATOR, REVIEWER
from tests.factories import make_unit
from tests.fixtures import client_of, group_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

NAMES = {"first_name": "Eva", "last_name": "Ek", "email": "eva.ek@example.se"}


@pytest.fixture
def unit(db) -> Unit:
    return make_unit()


@pytest.fixture
def anders(db) -> User:
    return make_user("anders", role=ADMINISTRATOR)


@pytest.fixture
def client(anders) -> Client:
    return client_of(anders)


@pytest.fixture
def per(unit) -> User:
    user = make_user("per", unit=unit.slug)
    User.objects.filter(pk=user.pk).update(email="per@example.se")
    return user


def page(client: Client, address: str = "/personer/", **query: object) -> str:
    return html_of(client.get(address, query))


def test_an_invitation_makes_account_membership_role_and_link(client, anders, unit):
    role = group_of(REVIEWER)
    data = NAMES | {"unit": unit.pk, "part": "deputy", "role": role.pk, "message": "Välkommen!"}
    answer = client.post("/personer/bjud-in/", data, follow=True)
    assert "Eva Ek är inbjuden. Mejlet skickas inom några minuter till eva.ek@example.se." in html_of(answer)
    user = User.objects.get(email="eva.ek@example.se")
    assert (user.username, user.is_staff, user.has_usable_password()) == ("eva.ek@example.se", True, False)
    membership = user.memberships.get()
    assert (membership.unit, membership.may_report, membership.is_deputy) == (unit, True, True)
    assert list(user.groups.all()) == [role]
    link = user.password_links.get()
    assert (link.purpose, link.message, link.by) == ("invitation", "Välkommen!", anders)
    assert AccountChange.objects.get().change == "Kontot fick rollen Granskare"


@pytest.mark.parametrize(
    ("email", "error"),
    [
        ("eva.example.se", "Adressen saknar @. Skriv den som namn@kommun.se."),
        ("eva@", "Det är ingen giltig e-postadress."),
        ("PER@example.se", "Adressen finns redan: Per."),
        ("a@example.se; b@example.se", "Skriv en adress. Flera personer bjuder du in med ”Bjud in flera”."),
    ],
)
def test_an_invitation_to_a_bad_or_taken_address_is_refused(email, error, client, per):
    answer = client.post("/personer/bjud-in/", NAMES | {"email": email})
    assert (answer.status_code, error in html_of(answer)) == (422, True)
    assert User.objects.count() == 2


def test_the_address_of_a_closed_account_is_named_as_such(client, per):
    User.objects.filter(pk=per.pk).update(is_active=False)
    answer = client.post("/personer/bjud-in/", NAMES | {"email": "per@example.se"})
    assert "Adressen finns redan: Per, men kontot är stängt." in html_of(answer)


def test_several_are_shown_before_they_are_invited(client, unit, per):
    data = {"addresses": "Eva Ek <eva@example.se>; per@example.se\nskräp\neva@example.se", "unit": unit.pk}
    shown = html_of(client.post("/personer/bjud-in/flera/", data))
    assert "Bjud in 1 person" in shown
    for text in ("Adressen finns redan:", "Adressen saknar @.", "Adressen står två gånger i listan."):
        assert text in shown
    assert User.objects.count() == 2
    answer = client.post("/personer/bjud-in/flera/", data | {"confirm": "1"}, follow=True)
    assert "1 person är inbjuden. Mejlen skickas inom några minuter." in html_of(answer)
    assert str(User.objects.get(email="eva@example.se").memberships.get()) == "Eva Ek, Kommunstyrelsen"
    assert PasswordLink.objects.count() == 1


def test_too_many_at_once_are_refused(client):
    addresses = "\n".join(f"p{number}@example.se" for number in range(201))
    answer = client.post("/personer/bjud-in/flera/", {"addresses": addresses, "confirm": "1"})
    assert (answer.status_code, "Bjud in högst 200 personer i taget." in html_of(answer)) == (422, True)
    assert User.objects.count() == 1


def test_the_list_shows_what_needs_a_decision(client, unit, per):
    make_unit("Socialnämnden")
    per.memberships.update(valid_to=timezone.localdate() + timedelta(days=60))
    html = page(client)
    assert "En enhet har ingen som rapporterar." in html
    assert "Socialnämnden</a>" in html
    assert '<a href="?state=slutar">1 person</a>slutar i en enhet' in html.replace("</a> ", "</a>")
    per.memberships.update(valid_to=timezone.localdate() + timedelta(days=61))
    assert "slutar i en enhet inom 60 dagar." not in page(client)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Anders", "Hanna", "Per"]),
        ({"q": "per example"}, ["Per"]),
        ({"state": "ersattare"}, ["Hanna"]),
        ({"state": "stangda"}, ["Stina"]),
        ({"state": "utan"}, []),
        ({"state": "påhittat", "unit": "x", "role": "99"}, ["Anders", "Hanna", "Per"]),
    ],
)
def test_filters(query, names, client, per, unit):
    make_user("hanna", unit=unit.slug).memberships.update(is_deputy=True)
    make_user("stina", unit=unit.slug)
    User.objects.filter(username="stina").update(is_active=False)
    found = client.get("/personer/", query).context["page"].object_list
    assert sorted(str(user) for user in found) == names


def test_filters_by_unit_and_role(client, anders, per, unit):
    assert list(client.get("/personer/", {"unit": unit.pk}).context["page"]) == [per]
    assert list(client.get("/personer/", {"role": group_of(ADMINISTRATOR).pk}).context["page"]) == [anders]


def test_one_person_and_fifty_cost_the_same_number_of_queries(client, unit, per, django_assert_max_num_queries):
    for number in range(50):
        make_user(f"p{number}", unit=unit.slug)
    with django_assert_max_num_queries(15):
        client.get("/personer/")


def test_a_person_who_never_signed_in_is_invited_again(client, per):
    address = f"/personer/{per.pk}/bjud-in-igen/"
    assert "En ny inbjudan skickas" in html_of(client.post(address, follow=True))
    User.objects.filter(pk=per.pk).update(last_login=timezone.now())
    assert "Per kan inte bjudas in igen" in html_of(client.post(address, follow=True))
    assert PasswordLink.objects.count() == 1


def test_a_membership_is_added_changed_and_kept_once(client, anders, per, unit):
    other = make_unit("Socialnämnden")
    address = f"/personer/{per.pk}/enhet/"
    client.post(address, {"unit": other.pk, "may_report": "on", "history_reason": "Ny tjänst"})
    membership = per.memberships.get(unit=other)
    assert (membership.history.first().history_user, membership.since) == (anders, timezone.localdate())
    twice = client.post(address, {"unit": other.pk, "may_report": "on"})
    assert (twice.status_code, "Personen är redan knuten till enheten." in html_of(twice)) == (422, True)
    reading = client.post(f"{address}{membership.pk}/", {"is_deputy": "on"})
    assert (reading.status_code, "En ersättare måste få rapportera." in html_of(reading)) == (422, True)
    client.post(f"{address}{membership.pk}/", {"may_report": "on", "valid_to": "2030-12-31"})
    membership.refresh_from_db()
    assert str(membership.valid_to) == "2030-12-31"


def test_only_a_membership_by_mistake_is_removed(client, per):
    address = f"/personer/{per.pk}/enhet/{per.memberships.get().pk}/ta-bort/"
    User.objects.filter(pk=per.pk).update(last_login=timezone.now())
    assert client.post(address).status_code == 403
    User.objects.filter(pk=per.pk).update(last_login=None)
    assert client.post(address).status_code == 302
    assert not per.memberships.exists()


def test_a_role_is_given_with_history_and_mail(client, anders, per):
    client.post(f"/personer/{per.pk}/roller/", {"roles": [group_of(REVIEWER).pk], "history_reason": "Vikarie"})
    per.refresh_from_db()
    assert ([group.name for group in per.groups.all()], per.is_staff) == (["Granskare"], True)
    record = per.history.first()
    assert (record.history_user, record.history_change_reason) == (anders, "Vikarie")
    assert [str(change) for change in AccountChange.objects.all()] == ["Per: Kontot fick rollen Granskare"]


def test_nobody_takes_the_administration_from_themselves(client, anders):
    own = client.post(f"/personer/{anders.pk}/roller/", {})
    assert "Du kan inte ta ifrån dig själv rollen Administratör." in html_of(own)
    assert "Du kan inte avsluta ditt eget konto." in page(client, f"/personer/{anders.pk}/sluta/")
    berit = make_user("berit", role=ADMINISTRATOR)
    assert client.post(f"/personer/{berit.pk}/roller/", {}).status_code == 302
    assert not berit.groups.exists()


def test_an_administrator_does_not_change_a_superuser(client):
    root = User.objects.create_superuser("root")
    for part in ("uppgifter/", "roller/", "sluta/", "enhet/"):
        assert client.get(f"/personer/{root.pk}/{part}").status_code == 403
    assert "Kontot har alla rättigheter." in page(client, f"/personer/{root.pk}/")


def test_an_address_of_another_person_is_refused(client, anders, per):
    data = {"first_name": "A", "last_name": "B", "email": "Per@example.se"}
    assert "En annan person har redan adressen." in html_of(client.post(f"/personer/{anders.pk}/uppgifter/", data))
    client.post(f"/personer/{anders.pk}/uppgifter/", data | {"email": "a@example.se"})
    assert AccountChange.objects.get().change == "Kontots e-postadress ändrades"


def test_leaving_tells_what_is_left_and_ends_everything(client, anders, per, unit):
    per.groups.add(group_of(REVIEWER))
    Unit.objects.filter(pk=unit.pk).update(contact=per)
    _, secret = ApiToken.objects.issue(per, "Statistik", timezone.localdate() + timedelta(days=30))
    signed_in = client_of(per)
    assert duties_left_by(per, timezone.localdate()) == [
        "Ingen annan rapporterar för Kommunstyrelsen.",
        "Ingen annan har rollen Granskare.",
        "Kontaktperson för Kommunstyrelsen.",
    ]
    assert "Ingen annan rapporterar för Kommunstyrelsen." in page(client, f"/personer/{per.pk}/sluta/")
    answer = client.post(f"/personer/{per.pk}/sluta/", {"last_day": str(timezone.localdate())}, follow=True)
    assert "Kontot för Per är stängt." in html_of(answer)
    per.refresh_from_db()
    assert (per.is_active, per.is_staff, per.groups.count()) == (False, False, 0)
    assert per.memberships.get().valid_to == timezone.localdate()
    assert ApiToken.objects.for_secret(secret) is None
    assert signed_in.get("/").status_code == 302
    client.post(f"/personer/{per.pk}/oppna/")
    assert ApiToken.objects.for_secret(secret) is None
    assert signed_in.get("/").status_code == 302


def test_a_last_day_to_come_closes_the_account_after_it(client, anders, per):
    today = timezone.localdate()
    leave(per, today + timedelta(days=5), by=anders, reason="", today=today)
    assert client_of(per).get("/").status_code == 200
    User.objects.filter(pk=per.pk).update(last_day=today - timedelta(days=1))
    assert client_of(per).get("/").status_code == 302
    call_command("purge", verbosity=0)
    per.refresh_from_db()
    assert (per.is_active, per.history.first().history_change_reason) == (False, "Har slutat")


def test_a_last_day_is_needed_and_must_be_a_date(client, per):
    for day in ("", "snart", "0000-00-00"):
        answer = client.post(f"/personer/{per.pk}/sluta/", {"last_day": day})
        assert (answer.status_code, Membership.objects.get().valid_to) == (422, None)


def test_a_units_contact_is_a_person_or_a_name(client, per, unit):
    address = f"/enheter/{unit.slug}/kontakt/"
    both = client.post(address, {"contact": per.pk, "contact_name": "Växeln"})
    assert (both.status_code, "Välj en person eller skriv ett namn, inte båda." in html_of(both)) == (422, True)
    client.post(address, {"contact": per.pk, "contact_phone": "08-535 300 00"})
    unit.refresh_from_db()
    assert (unit.contact_person, unit.contact_address) == ("Per", "per@example.se")
    assert client_of(per).get(address).status_code == 200
