"""A draft programme has no open year: officials would not see it."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from followup.models import Event, FollowUp
from followup.workflow import RefusedError, open_follow_up, perform
from organisation.roles import REVIEWER
from programmes.models import Programme
from tests.admin_pages import form_of
from tests.factories import make_area, make_goal, make_programme, open_year
from tests.fixtures import client_of, make_user, without_rules
from tests.pages import html_of

pytestmark = pytest.mark.django_db

DAYS = {"opens_on": date(2022, 11, 1), "due_on": date(2023, 1, 15)}


@pytest.fixture
def draft() -> Programme:
    programme = make_programme(state="draft")
    make_goal(make_area(programme))
    return programme


def test_a_year_of_a_draft_is_planned_but_not_opened(draft):
    with pytest.raises(ValidationError) as error:
        open_follow_up(FollowUp(programme=draft, year=2022, **DAYS), by=None)
    assert error.value.message_dict == {
        "state": [
            "Året kan inte vara öppet: Program för trygghet 2022–2025 är ett utkast, som enheterna inte ser. "
            "Ändra först programmets läge till Gällande."
        ]
    }
    open_follow_up(FollowUp(programme=draft, year=2022, state="planned", **DAYS), by=None)
    assert FollowUp.objects.get().state == "planned"


def test_opening_asks_to_publish_the_programme_first(draft):
    reviewer = make_user("reviewer", role=REVIEWER)
    planned = open_follow_up(FollowUp(programme=draft, year=2022, state="planned", **DAYS), by=None)
    client = client_of(reviewer)
    asked = client.post(reverse("followup:review_year", args=[draft.slug, 2022]), {"action": "open"})
    assert "Uppföljningen kan inte öppnas än" in html_of(asked)
    assert "Programmet är ett utkast, som enheterna inte ser." in html_of(asked)
    response = client.post(reverse("followup:review_open", args=[draft.slug, 2022]))
    assert [str(message) for message in response.context["messages"]] == [
        "Öppna uppföljningen går inte än: programmet är ett utkast, som enheterna inte ser. "
        "Ändra först programmets läge till Gällande."
    ]
    assert not Event.objects.exists()
    Programme.objects.update(state="active")
    planned = FollowUp.objects.get()
    perform(planned, "open", by=reviewer)
    assert planned.state == "open"


def test_a_year_under_review_is_not_reopened_in_a_draft(draft):
    reviewer = make_user("reviewer", role=REVIEWER)
    year = FollowUp.objects.create(programme=draft, year=2022, state="under_review", **DAYS)
    with pytest.raises(RefusedError, match="programmet är ett utkast"):
        perform(year, "reopen", by=reviewer)


def test_the_database_refuses_an_open_year_of_a_draft(draft):
    with pytest.raises(IntegrityError, match="programmet är ett utkast"), transaction.atomic():
        FollowUp.objects.create(programme=draft, year=2022, **DAYS)
    year = FollowUp.objects.create(programme=draft, year=2022, state="planned", **DAYS)
    with pytest.raises(IntegrityError, match="programmet är ett utkast"), transaction.atomic():
        FollowUp.objects.filter(pk=year.pk).update(state="open")


@pytest.mark.parametrize("state", ["open", "under_review", "proposed"])
def test_a_programme_that_is_followed_up_does_not_become_a_draft(state):
    year = open_year(make_programme())
    FollowUp.objects.filter(pk=year.pk).update(state=state)
    with pytest.raises(IntegrityError, match="kan inte bli ett utkast igen"), transaction.atomic():
        Programme.objects.update(state="draft")


def test_a_programme_with_planned_years_becomes_a_draft():
    programme = make_programme()
    FollowUp.objects.create(programme=programme, year=2022, state="planned", **DAYS)
    Programme.objects.update(state="draft")
    assert Programme.objects.get().is_draft


def test_the_admin_names_the_field_of_a_year_opened_in_a_draft(draft):
    client = client_of(make_user("reviewer", role=REVIEWER))
    data = {"programme": draft.pk, "year": 2022, "state": "open", "opens_on": "2022-11-01", "due_on": "2023-01-15"}
    response = client.post(reverse("admin:followup_followup_add"), data)
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["state"]
    assert not FollowUp.objects.exists()


def test_the_admin_names_the_field_when_a_followed_up_programme_is_made_a_draft():
    programme = open_year(make_programme()).programme
    client = client_of(make_user("reviewer", role=REVIEWER))
    address = reverse("admin:programmes_programme_change", args=[programme.pk])
    response = client.post(address, form_of(client.get(address)) | {"state": "draft"})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors == {
        "state": ["Programmet kan inte bli ett utkast igen: det har år som följs upp eller är beslutade (2022)."]
    }
    assert Programme.objects.get().state == "active"


def test_migrating_plans_the_years_that_were_open_in_drafts(draft):
    other = make_programme("Ett gällande program")
    with without_rules():
        for programme in (draft, other):
            FollowUp.objects.create(programme=programme, year=2022, **DAYS)
        FollowUp.history.all().delete()
        migration = import_module("followup.migrations.0030_plan_open_years_of_drafts")
        migration.plan_open_years_of_drafts(apps, None)
    states = dict(FollowUp.objects.values_list("programme__title", "state"))
    assert states == {draft.title: "planned", other.title: "open"}
    [record] = FollowUp.history.filter(history_type="~").exclude(history_change_reason=None)
    assert (record.year, record.state, record.version, record.history_change_reason) == (
        2022,
        "planned",
        2,
        "Året stod öppet i ett utkast, som enheterna inte ser",
    )
