"""Session and user of a request: expired sessions, closed accounts, changed passwords."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from organisation.models import User
from organisation.roles import REVIEWER
from organisation.sessions import Backend, SessionStore
from tests.fixtures import group_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("anna", first_name="Anna")


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    assert client.get("/").status_code == 200
    return client


def test_an_expired_session_is_refused(client):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/").status_code == 302


def test_an_unknown_session_key_is_not_adopted(client):
    key = client.session.session_key
    Session.objects.all().delete()
    session = SessionStore(key)
    session["a"] = 1
    session.save()
    assert session.session_key != key
    assert client.get("/").status_code == 302


def test_closing_an_account_ends_its_sessions(client, user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/").status_code == 302


def test_a_new_password_ends_the_sessions(client, user):
    user.set_password("en-annan-lösenfras")
    user.save()
    assert client.get("/").status_code == 302


def test_the_user_of_a_session_is_loaded_with_has_role(user, django_assert_num_queries):
    known = Backend().get_user(user.pk)
    fields = [field.attname for field in User._meta.concrete_fields]
    same = User.objects.get(pk=user.pk)
    assert [getattr(known, name) for name in fields] == [getattr(same, name) for name in fields]
    with django_assert_num_queries(0):
        assert not known.has_role
    user.groups.add(group_of(REVIEWER))
    known = Backend().get_user(user.pk)
    with django_assert_num_queries(0):
        assert known.has_role
    assert User.objects.get(pk=user.pk).has_role
    assert Backend().get_user(0) is None
