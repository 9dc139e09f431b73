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

from followup.models import FollowUp, Tick
from organisation.models import Membership, Unit, User
from programmes.models import Programme

HUDDINGE = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"
PROGRAMME = "/program/huddinge-2018-2021/"


def own_models() -> list[type[models.Model]]:
    """The project's models with the tables between them, but for the histories and the count of changes, which the
    database writes; referred-to ones come first."""
    configs = [apps.get_app_config(label) for label in ("organisation", "programmes", "followup")]
    ordered = serializers.sort_dependencies([(config, None) for config in configs])
    own = [model for model in ordered if not model.__name__.startswith("Historical") and model is not Tick]
    between = [field.remote_field.through for model in own for field in model._meta.local_many_to_many]
    return [*own, *(model for model in between if model._meta.auto_created)]


@pytest.fixture(scope="session")
def huddinge_rows(django_db_setup: None, django_db_blocker: Any) -> dict[type[models.Model], list[models.Model]]:
    """The rows that importing the real programme gives: imported once, copied into each test that asks for them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_programme", str(HUDDINGE), verbosity=0)
        rows = {model: list(model._base_manager.all()) for model in own_models()}
        transaction.set_rollback(True)
    return rows


@pytest.fixture
def huddinge(db: None, huddinge_rows: dict[type[models.Model], list[models.Model]]) -> Programme:
    """The real programme with its four years, as `script/server` loads it."""
    for model, rows in huddinge_rows.items():
        model._base_manager.bulk_create(rows)
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), own_models()):
            cursor.execute(sql)
    return Programme.objects.get()


def make_user(username: str, *, unit: str = "", may_report: bool = True, group: str = "") -> User:
    user = User.objects.create_user(username, first_name=username.capitalize(), is_staff=bool(group))
    if unit:
        Membership.objects.create(user=user, unit=Unit.objects.get(slug=unit), may_report=may_report)
    if group:
        user.groups.add(Group.objects.get(name=group))
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
    return make_user("reviewer", group="Granskare")


@pytest.fixture
def secretary(huddinge) -> User:
    return make_user("secretary", group="Nämndsekreterare")


@pytest.fixture
def administrator(huddinge) -> User:
    return make_user("administrator", group="Administratör")


@pytest.fixture
def open_year(huddinge) -> FollowUp:
    return FollowUp.objects.select_related("programme").get(year=2021)


def client_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client
