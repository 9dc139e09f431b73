"""Membership of units and its last day; roles and memberships in the admin, with history."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from followup.models import SubGoalEntry
from organisation.models import Membership, Unit, User
from organisation.roles import REVIEWER
from tests.admin_pages import form_of
from tests.fixtures import client_of, group_of, make_user
from tests.followup.test_admin import messages_of, url
from tests.pages import html_of

pytestmark = pytest.mark.django_db

LAST_DAY = date(2021, 12, 31)


@pytest.fixture
def unit() -> Unit:
    return Unit.objects.create(name="Kommunstyrelsen", slug="ks", kind="committee")


@pytest.fixture
def member(unit) -> User:
    return make_user("member", unit="ks")


def leave(user: User, day: date = LAST_DAY) -> Membership:
    membership = user.memberships.get()
    membership.valid_to = day
    membership.save()
    return membership


def test_a_membership_is_valid_through_its_last_day(unit, member):
    leave(member)
    for units in (Unit.objects.with_member, Unit.objects.reported_by):
        assert list(units(member, LAST_DAY)) == [unit]
        assert list(units(member, date(2022, 1, 1))) == []


def test_a_reader_belongs_but_does_not_report(unit, member):
    member.memberships.update(may_report=False)
    assert list(Unit.objects.with_member(member, LAST_DAY)) == [unit]
    assert list(Unit.objects.reported_by(member, LAST_DAY)) == []


def test_a_person_who_has_left_cannot_write_and_is_still_listed(unit, member):
    assert member.reported_unit_ids == {unit.pk}
    leave(member)
    assert User.objects.get().reported_unit_ids == set()
    assert [str(membership) for membership in unit.memberships.all()] == ["Member, Kommunstyrelsen"]


def test_a_deputy_writes(unit, member):
    member.memberships.update(is_deputy=True)
    assert list(Unit.objects.reported_by(member, LAST_DAY)) == [unit]


def test_a_deputy_may_report(member):
    with pytest.raises(IntegrityError, match="deputy_may_report"), transaction.atomic():
        member.memberships.update(is_deputy=True, may_report=False)


def test_leaving_a_unit_closes_the_entry_page(official):
    entry = SubGoalEntry.objects.get(follow_up__year=2021, sub_goal__area__number=1, sub_goal__number=1)
    client = client_of(official)
    assert client.get(entry.get_absolute_url()).status_code == 200
    leave(official)
    assert client.get(entry.get_absolute_url()).status_code == 403
    assert "Du är inte knuten till någon enhet." in html_of(client.get("/mina-uppfoljningar/"))


def test_an_administrator_ends_a_membership_on_the_units_page(administrator, official):
    client, kommunstyrelsen = client_of(administrator), official.memberships.get().unit
    page = url(Unit, "change", kommunstyrelsen.pk)
    data = form_of(client.get(page)) | {"memberships-0-valid_to": "2021-12-31", "history_reason": "Ny tjänst"}
    assert client.post(page, data).status_code == 302
    membership = official.memberships.get()
    assert membership.valid_to == LAST_DAY
    record = membership.history.first()
    assert (record.history_user, record.history_change_reason) == (administrator, "Ny tjänst")
    html = html_of(client.get(url(Membership, "history", membership.pk)))
    assert "<strong>Till och med:</strong> från ”–” till ”31 december 2021”" in html


def test_a_used_membership_cannot_be_deleted(administrator, official):
    client_of(official).get("/")
    official.last_login = timezone.now()
    official.save()
    client, membership = client_of(administrator), official.memberships.get()
    for model, parent in ((Unit, membership.unit), (User, official)):
        page = url(model, "change", parent.pk)
        data = form_of(client.get(page)) | {"memberships-0-DELETE": "on"}
        assert "Official har loggat in. Ange en sista dag i stället för att ta bort" in (
            html_of(client.post(page, data))
        )
    assert client.post(url(Membership, "delete", membership.pk), {"post": "yes"}).status_code == 403
    refused = html_of(client.post(url(User, "delete", official.pk), {"post": "yes"}))
    assert "Official har loggat in eller står i historiken." in refused
    assert User.objects.filter(pk=official.pk).exists()
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_a_membership_made_by_mistake_can_be_deleted(administrator, unit):
    mistaken = make_user("mistaken", unit="ks")
    client = client_of(administrator)
    page = url(Unit, "change", unit.pk)
    data = form_of(client.get(page)) | {"memberships-0-DELETE": "on"}
    assert client.post(page, data).status_code == 302
    assert not mistaken.memberships.exists()


def test_memberships_are_listed_by_time(administrator, official):
    leave(official)
    client = client_of(administrator)
    for time, there in (("nu", False), ("tidigare", True)):
        html = html_of(client.get(url(Membership, "changelist"), {"tid": time}))
        assert ("Official" in html) is there


def test_a_unit_counts_its_current_officials(administrator, official):
    client = client_of(administrator)
    count = '<td class="field-reporter_count">1</td>'
    assert count in html_of(client.get(url(Unit, "changelist"), {"q": "kommunstyrelsen"}))
    leave(official)
    assert count not in html_of(client.get(url(Unit, "changelist"), {"q": "kommunstyrelsen"}))


def test_a_new_role_is_in_the_history_with_user_and_reason(administrator, official):
    client, page = client_of(administrator), url(User, "change", official.pk)
    reviewer = group_of(REVIEWER)
    data = form_of(client.get(page)) | {"groups": [reviewer.pk], "history_reason": "Ny granskare"}
    assert messages_of(client.post(page, data, follow=True)) != []
    assert list(official.groups.all()) == [reviewer]
    record = official.history.first()
    assert (record.history_user, record.history_change_reason) == (administrator, "Ny granskare")
    html = html_of(client.get(url(User, "history", official.pk)))
    assert "<strong>Grupper:</strong> från ”–” till ”Granskare”" in html


def test_history_stores_no_password_and_no_login(official):
    before = official.history.count()
    assert client_of(official).get("/").status_code == 200
    official.refresh_from_db()
    assert official.last_login is not None
    assert official.history.count() == before
    fields = {field.name for field in official.history.model._meta.get_fields()}
    assert not fields & {"password", "last_login"}
