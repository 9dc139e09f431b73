"""A PostgreSQL server for the whole run, with the example programme and users in a database that each test copies."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings

from tests.installation import DEMO, Installation, Postgres

PEOPLE = """
from django.contrib.auth.models import Group
from organisation.models import Membership, Unit, User
from organisation.roles import REVIEWER, SECRETARY
for username, role, unit in [
    ("official", None, "kommunstyrelsen"), ("reviewer", REVIEWER, ""), ("secretary", SECRETARY, "")
]:
    user = User.objects.create_user(username, email=f"{username}@example.com", is_staff=role is not None)
    if role:
        user.groups.add(Group.objects.get(name=role.name))
    if unit:
        Membership.objects.create(user=user, unit=Unit.objects.get(slug=unit), may_report=True)
from followup.decision.cases import open_case
from tests.followup.board import proposed_year
open_case(proposed_year(), by=User.objects.get(username="secretary"))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("faults")
            if not on_postgresql:
                item.add_marker(pytest.mark.skip("once, in the run on PostgreSQL"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres() as server:
        site = Installation.at(tmp_path_factory.mktemp("template"), server.create("template"))
        site.manage("migrate", "-v0")
        server.create("empty", "template")
        site.manage("import_programme", str(DEMO), "--without-pdf")
        site.python(PEOPLE)
        site.manage("collectstatic", "--no-input", "-v0")
        # Where each installation finds them: collecting takes seconds.
        server.static = site.environment["STATIC_ROOT"]  # type: ignore[attr-defined]
        yield server


def copy_of(template: str, postgres: Postgres, folder: Path, request: pytest.FixtureRequest) -> Installation:
    name = "site_" + sha256(request.node.name.encode()).hexdigest()[:12]
    installation = Installation.at(folder, postgres.create(name, template))
    installation.environment["STATIC_ROOT"] = postgres.static  # type: ignore[attr-defined]
    return installation


@pytest.fixture
def site(postgres: Postgres, tmp_path: Path, request: pytest.FixtureRequest) -> Installation:
    """With the programme, people, and a case that waits for the board's decision."""
    return copy_of("template", postgres, tmp_path, request)


@pytest.fixture
def empty_site(postgres: Postgres, tmp_path: Path, request: pytest.FixtureRequest) -> Installation:
    return copy_of("empty", postgres, tmp_path, request)
