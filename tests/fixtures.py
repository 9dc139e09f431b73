"""Programmes, years, people and states that tests of every room start from; loaded as a plugin by tests/conftest.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import serializers
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.test import Client
from django.utils import timezone

from followup.database_rules import RULES
from followup.models import DecidedReport, Decision, EntryWords, FollowUp, ProtocolNote, Tick
from organisation.models import Membership, Unit, User
from organisation.roles import ADMINISTRATOR, REVIEWER, SECRETARY, Role
from programmes.models import Framework, FrameworkScale, FrameworkTerm, Programme, ScaleStep
from programmes.models.framework import standard_framework
from programmes.triggers import create, drop

HUDDINGE = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"
PROGRAMME = "/program/huddinge-2018-2021/"


def own_models() -> list[type[models.Model]]:
    """Return the project's models and through tables, referenced ones first.

    Without history tables, tables that triggers write (the change counter and the search index) and the frameworks,
    which `migrate` creates.
    """
    configs = [apps.get_app_config(label) for label in ("organisation", "programmes", "followup")]
    ordered = serializers.sort_dependencies([(config, None) for config in configs])
    created_otherwise = (Tick, EntryWords, Framework, FrameworkTerm, FrameworkScale, ScaleStep)
    own = [
        model
        for model in ordered
        if not (model.__name__.startswith("Historical") or issubclass(model, created_otherwise))
    ]
    between = [field.remote_field.through for model in own for field in model._meta.local_many_to_many]
    return [*own, *(model for model in between if model._meta.auto_created)]


@pytest.fixture(scope="session")
def huddinge_rows(django_db_setup: None, django_db_blocker: Any) -> dict[type[models.Model], list[models.Model]]:
    """The rows of the imported example programme: imported once, copied into each test that asks for them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_programme", str(HUDDINGE), without_pdf=True, verbosity=0)
        rows = {model: list(model._base_manager.all()) for model in own_models()}
        transaction.set_rollback(True)
    return rows


# Triggers refuse rows of decided years, so the copies are decided after all rows are inserted.
OPENED: dict[type[models.Model], dict[str, Any]] = {
    FollowUp: {"state": FollowUp.State.UNDER_REVIEW},
    Decision: {"recorded_at": None},
}


def opened(row: models.Model) -> models.Model:
    copied = copy(row)
    for name, value in OPENED.get(type(row), {}).items():
        setattr(copied, name, value)
    return copied


@pytest.fixture
def huddinge(db: None, huddinge_rows: dict[type[models.Model], list[models.Model]]) -> Programme:
    """The example programme with its four years, as `script/server` loads it."""
    for programme in huddinge_rows[Programme]:
        # A test that flushed the database has left the frameworks with other ids.
        programme.framework_id = standard_framework()
    for model, rows in huddinge_rows.items():
        model._base_manager.bulk_create([opened(row) for row in rows])
    for closed in (Decision, FollowUp):
        closed._base_manager.bulk_update(huddinge_rows[closed], list(OPENED[closed]))
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), own_models()):
            cursor.execute(sql)
    programme = Programme.objects.get()
    # A running server has read the words and scales already, so that tests count the queries of pages only.
    _ = programme.framework.terms, programme.framework.scales
    return Programme.objects.get()


@pytest.fixture
def earlier(db: None) -> Programme:
    """A programme of two goals that goals of other programmes may continue."""
    programme = Programme.objects.create(title="T", slug="tidigare", first_year=2018, last_year=2021)
    area = programme.areas.create(number=1, name="Ett")
    for number in (1, 2):
        area.sub_goals.create(number=number, text=f"Mål {number}")
    return programme


@contextmanager
def without_rules() -> Iterator[None]:
    """Run the block without triggers, as a person with all database rights could."""
    drop(connection, RULES)
    yield
    create(connection, RULES)


def make_draft(programme: Programme) -> None:
    """Make a programme with years a draft past the rules, as databases of release 0.2 may have it."""
    with without_rules():
        Programme.objects.filter(pk=programme.pk).update(state=Programme.State.DRAFT)


def undecided(year: int) -> FollowUp:
    """Return a decided year without its decision, for tests that create their own."""
    with without_rules():
        DecidedReport.objects.filter(decision__follow_up__year=year).delete()
        ProtocolNote.objects.filter(decision__follow_up__year=year).delete()
        Decision.objects.filter(follow_up__year=year).delete()
    return FollowUp.objects.select_related("programme__framework").get(year=year)


def reopened(year: int) -> FollowUp:
    """Return a decided year under review, as in a correction, so that a test can change its entries."""
    FollowUp.objects.filter(year=year).update(state=FollowUp.State.UNDER_REVIEW)
    return FollowUp.objects.select_related("programme__framework").get(year=year)


def put_in_state(follow_up: FollowUp, state: str) -> None:
    """Move a year to a state past the workflow; a decided one gets the decision that it must have."""
    if state == FollowUp.State.DECIDED and not follow_up.decisions.exists():
        a_decision(follow_up)
    FollowUp.objects.filter(pk=follow_up.pk).update(state=state)
    follow_up.state = state


def a_decision(follow_up: FollowUp, **facts: Any) -> Decision:
    """Create a recorded approval of the year, without a frozen report."""
    defaults = {
        "registration_number": "KS-2022/1.173",
        "statement_date": date(2022, 2, 16),
        "meeting_date": date(2022, 5, 4),
        "paragraph": "7",
        "outcome": Decision.Outcome.APPROVED,
        "decision_text": "Uppföljningen godkänns.",
        "recorded_at": timezone.now(),
    }
    return Decision.objects.create(follow_up=follow_up, **defaults | facts)


def group_of(role: Role) -> Group:
    return Group.objects.get(name=role.name)


def make_user(username: str, *, unit: str = "", may_report: bool = True, role: Role | None = None) -> User:
    user = User.objects.create_user(username, first_name=username.capitalize(), is_staff=role is not None)
    if unit:
        Membership.objects.create(user=user, unit=Unit.objects.get(slug=unit), may_report=may_report)
    if role:
        user.groups.add(group_of(role))
    return user


@pytest.fixture
def official(huddinge) -> User:
    """Reports for kommunstyrelsen, which is responsible for goal 1.1 and its first measure."""
    return make_user("official", unit="kommunstyrelsen")


@pytest.fixture
def other_official(huddinge) -> User:
    """Reports for äldreomsorgsnämnden, which has no part in goal 1.1."""
    return make_user("other", unit="aldreomsorgsnamnden")


@pytest.fixture
def reader(huddinge) -> User:
    return make_user("reader", unit="kommunstyrelsen", may_report=False)


@pytest.fixture
def outsider(huddinge) -> User:
    return make_user("outsider")


@pytest.fixture
def reviewer(huddinge) -> User:
    return make_user("reviewer", role=REVIEWER)


@pytest.fixture
def secretary(huddinge) -> User:
    return make_user("secretary", role=SECRETARY)


@pytest.fixture
def administrator(huddinge) -> User:
    return make_user("administrator", role=ADMINISTRATOR)


@pytest.fixture
def open_year(huddinge) -> FollowUp:
    return FollowUp.objects.select_related("programme__framework").get(year=2021)


def client_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def after_the_session(user: User, address: str) -> Client:
    """Return the browser of a person who had the page open when the session ran out."""
    client = client_of(user)
    client.get(address)
    del client.cookies["sessionid"]
    return client


def as_fetched(forms: Any) -> dict[str, Any]:
    """Return the data that the page with `forms` would send back unchanged."""
    fields = [(form.add_prefix(name), form[name].value()) for form in forms.all for name in form.fields]
    return {name: "" if value is None else value for name, value in fields}
