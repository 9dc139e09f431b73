"""Entries of the main menu: by permission, not by the right to open the administration."""

import re

import pytest

from organisation.models import User
from organisation.roles import ADMINISTRATOR, REVIEWER, SECRETARY
from tests.factories import make_programme
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

FOR_ALL = ["Översikt", "Mina uppföljningar", "Ärenden", "Enheter", "Sök"]
OF_THE_BOARD = ["Granskning", "Att bereda"]


def menu(user: User) -> list[tuple[str, str]]:
    """Address and name of each entry."""
    html = html_of(client_of(user).get("/"))
    [navigation] = re.findall(r'<nav class="frame site-nav".*?</nav>', html, re.DOTALL)
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', navigation)


@pytest.mark.parametrize(
    ("role", "is_staff", "entries"),
    [
        (None, False, FOR_ALL),
        (REVIEWER, False, FOR_ALL + OF_THE_BOARD),
        (REVIEWER, True, [*FOR_ALL, *OF_THE_BOARD, "Administration"]),
        (SECRETARY, False, FOR_ALL + OF_THE_BOARD),
        (ADMINISTRATOR, False, [*FOR_ALL, "Personer"]),
        (ADMINISTRATOR, True, [*FOR_ALL, "Personer", "Administration"]),
    ],
)
def test_the_menu_shows_the_pages_that_the_person_may_use(role, is_staff, entries):
    user = make_user("person", role=role)
    User.objects.filter(pk=user.pk).update(is_staff=is_staff)
    user.refresh_from_db()
    links = menu(user)
    assert [name for _, name in links] == entries
    client = client_of(user)
    assert {address: client.get(address).status_code for address, _ in links} == {address: 200 for address, _ in links}


def test_a_reviewer_without_staff_status_gets_no_link_to_the_administration():
    make_programme()
    user = make_user("greta", role=REVIEWER)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    user.refresh_from_db()
    assert "/admin/" not in html_of(client_of(user).get("/"))
