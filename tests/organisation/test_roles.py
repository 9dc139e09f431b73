"""The roles of the code are the groups of the database, after every `migrate`."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from organisation.models import User
from organisation.roles import ADMINISTRATOR, REVIEWER, ROLES
from tests.fixtures import client_of, group_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db


def permissions_of(group: Group) -> set[str]:
    return {f"{app}.{name}" for app, name in group.permissions.values_list("content_type__app_label", "codename")}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.slug)
def test_the_group_of_a_role_has_its_permissions_and_no_others(role):
    assert permissions_of(group_of(role)) == role.permissions


def test_migrate_gives_missing_permissions_and_takes_surplus_ones_away(caplog):
    group = group_of(REVIEWER)
    group.permissions.remove(Permission.objects.get(codename="review_followup"))
    group.permissions.add(Permission.objects.get(codename="decide_followup"))
    group_of(ADMINISTRATOR).delete()
    with caplog.at_level("INFO", logger="organisation"):
        call_command("migrate", verbosity=0)
    assert {role.name: permissions_of(group_of(role)) for role in ROLES} == {
        role.name: role.permissions for role in ROLES
    }
    assert "Role Granskare: 1 permissions added, 1 removed" in caplog.text


def test_migrate_changes_nothing_the_second_time(caplog):
    before = list(Group.permissions.through.objects.order_by("pk").values_list())
    with caplog.at_level("INFO", logger="organisation"):
        call_command("migrate", verbosity=0)
    assert list(Group.permissions.through.objects.order_by("pk").values_list()) == before
    assert "Role" not in caplog.text


def test_a_group_that_is_no_role_keeps_its_permissions():
    group = Group.objects.create(name="Revisorer")
    group.permissions.add(Permission.objects.get(codename="view_followup"))
    call_command("migrate", verbosity=0)
    assert permissions_of(group) == {"followup.view_followup"}


def test_members_keep_their_role():
    greta = make_user("greta", role=REVIEWER)
    call_command("migrate", verbosity=0)
    assert User.objects.get(pk=greta.pk).has_perm("followup.review_followup")


def test_the_documentation_lists_the_roles():
    rows = re.findall(r"^\| \*(.+?)\* \| (.+?) \|$", (settings.BASE_DIR / "README.md").read_text(), re.MULTILINE)
    assert [row for row in rows if row[0] in {role.name for role in ROLES}] == [
        (role.name, role.duties) for role in ROLES
    ]


def test_the_help_for_administrators_lists_the_roles(client):
    html = html_of(client.get("/hjalp/administrator/"))
    assert [role.duties for role in ROLES if role.duties not in html] == []


def test_a_user_reads_about_their_own_roles():
    html = html_of(client_of(make_user("greta", role=REVIEWER)).get("/inloggning/"))
    assert REVIEWER.duties in html
    assert ADMINISTRATOR.duties not in html
    assert "Du har ingen roll." in html_of(client_of(make_user("hanna")).get("/inloggning/"))


class TestAdministration:
    @pytest.fixture
    def root(self):
        return client_of(User.objects.create_superuser("root"))

    def test_a_role_is_shown_but_neither_changed_nor_deleted(self, root):
        group = group_of(REVIEWER)
        html = html_of(root.get(f"/admin/auth/group/{group.pk}/change/"))
        assert REVIEWER.duties in html
        assert root.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Annat"}).status_code == 403
        deletion = html_of(root.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"}))
        assert "Granskare är en roll som hör till programmet." in deletion
        assert permissions_of(group_of(REVIEWER)) == REVIEWER.permissions

    def test_a_group_of_the_municipality_is_changed(self, root):
        group = Group.objects.create(name="Revisorer")
        assert root.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Revision"}).status_code == 302
        assert Group.objects.get(pk=group.pk).name == "Revision"

    def test_the_duties_are_shown_where_a_role_is_given(self, root):
        user = make_user("greta")
        html = html_of(root.get(f"/admin/organisation/user/{user.pk}/change/"))
        assert [role.duties for role in ROLES if role.duties not in html] == []
