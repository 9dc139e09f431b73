"""Deletion of what is in use: refused on every way in, with its uses and a way to proceed instead."""

import pytest
from django.contrib.auth.models import Group
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.html import strip_tags

from followup.models import FollowUp
from organisation.models import ProviderGroup, Unit, User
from organisation.roles import ADMINISTRATOR, REVIEWER
from programmes.models import (
    Guideline,
    Indicator,
    Measure,
    Perspective,
    Programme,
    ResponsibilityArea,
    SubGoal,
)
from tests.fixtures import client_of, group_of, make_user
from tests.followup.test_admin import url
from tests.pages import html_of

pytestmark = pytest.mark.django_db

IN_USE = {
    Programme: "Ansvarsområde: 1. ",
    ResponsibilityArea: "Mål: 1.1 ",
    SubGoal: "Åtgärd: 1.1.1 ",
    Measure: "Åtgärdens status: ",
    Guideline: "Klotterrelaterad skadegörelse, 2021",
    Indicator: "Utfall: ",
    Perspective: "Åtgärd: ",
    Unit: "Mål: 1.1 ",
    FollowUp: "Målets status: ",
}


def delete(client, model, rows) -> list[str]:
    """Confirm deletion on the row's page and by the action of the list; return both pages."""
    one = client.post(url(model, "delete", rows[0].pk), {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    return [html_of(one), html_of(client.post(url(model, "changelist"), action))]


def text_of(html: str) -> str:
    """Return the page's text on one line, without tags."""
    return " ".join(strip_tags(html).split())


@pytest.mark.parametrize("model", IN_USE)
def test_a_row_in_use_is_refused_with_its_uses(model, huddinge):
    client = client_of(User.objects.create_superuser("root"))
    rows = [model.objects.order_by("pk").first()]
    if model is Unit:
        rows = [Unit.objects.get(slug="kommunstyrelsen")]
    if model is FollowUp:
        rows = [FollowUp.objects.get(year=2021)]
    for page in delete(client, model, rows):
        text = text_of(page)
        assert "Inget har tagits bort" in text
        assert IN_USE[model] in text
        assert "Gör så här i stället" in text
    assert model.objects.filter(pk=rows[0].pk).exists()


@pytest.mark.parametrize("model", [Unit, Perspective])
def test_many_to_many_uses_protect_in_code_too(model, huddinge):
    used = model.objects.filter(measures__isnull=False).first()
    goals = set(Measure.objects.filter(**{f"{'units' if model is Unit else 'perspectives'}": used}))
    for delete_it in (used.delete, model.objects.filter(pk=used.pk).delete):
        with pytest.raises(ProtectedError) as refusal:
            delete_it()
        assert goals <= set(refusal.value.protected_objects)
    assert model.objects.filter(pk=used.pk).exists()


@pytest.mark.parametrize("model", [Unit, Perspective])
def test_an_unused_row_is_deleted(model, huddinge):
    row = model.objects.create(name="Fel", slug="fel", **({"kind": "committee"} if model is Unit else {}))
    client = client_of(User.objects.create_superuser("root"))
    client.post(url(model, "delete", row.pk), {"post": "yes"})
    assert not model.objects.filter(pk=row.pk).exists()


def test_one_row_in_use_stops_the_whole_selection(huddinge):
    unused = Unit.objects.create(name="Fel", slug="fel", kind="committee")
    client = client_of(make_user("anders", role=ADMINISTRATOR))
    _, page = delete(client, Unit, [Unit.objects.get(slug="kommunstyrelsen"), unused])
    assert "En enhet som har upphört tas inte bort." in page
    assert Unit.objects.filter(pk=unused.pk).exists()


def test_an_administrator_deletes_neither_own_account_nor_a_superuser_nor_a_used_account(administrator):
    client = client_of(administrator)
    root = User.objects.create_superuser("root")
    used = make_user("kalle")
    used.last_login = timezone.now()
    used.save()
    reasons = {
        administrator: "Administrator är ditt eget konto.",
        root: "root har alla rättigheter. Kontot tas bara bort av någon annan som har det.",
        used: "Kalle har loggat in eller står i historiken.",
    }
    for user, reason in reasons.items():
        for page in delete(client, User, [user]):
            assert reason in text_of(page)
            assert "Ta bort krysset Aktiv" in page
        assert User.objects.filter(pk=user.pk).exists()


def test_an_account_that_was_never_used_is_deleted(administrator):
    mistake = make_user("fel")
    client_of(administrator).post(url(User, "delete", mistake.pk), {"post": "yes"})
    assert not User.objects.filter(pk=mistake.pk).exists()


def test_an_account_in_the_history_is_kept_in_code_too(administrator, huddinge):
    writer = make_user("skrev")
    unit = Unit.objects.first()
    unit._history_user = writer
    unit.save()
    with pytest.raises(ProtectedError, match="Stäng det i stället"):
        writer.delete()


def test_a_role_in_use_is_kept(reviewer):
    root = client_of(User.objects.create_superuser("root"))
    group = group_of(REVIEWER)
    ProviderGroup.objects.create(name="g", role=group)
    for page in delete(root, Group, [group]):
        assert "Användare: Reviewer" in text_of(page)
        assert "Grupp vid inloggning: g" in text_of(page)
    assert Group.objects.filter(pk=group.pk).exists()


def test_a_reviewer_may_not_delete_a_unit(reviewer):
    unit = Unit.objects.create(name="Fel", slug="fel", kind="committee")
    assert client_of(reviewer).post(url(Unit, "delete", unit.pk), {"post": "yes"}).status_code == 403
    assert Unit.objects.filter(pk=unit.pk).exists()
