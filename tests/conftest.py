import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection

from followup.database_rules import RULES
from followup.intake import jobs as intake
from followup.queue.pdf_jobs import store, take_next
from followup.worker import DRAW, read_files
from programmes.triggers import drop

pytest_plugins = ["tests.fixtures"]

# Playwright's event loop lives in the test's thread; the tests themselves are ordinary synchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep the SQLite test database in a file, so that each thread has its own connection.

    With an in-memory database, all threads of a live server share the test's connection and its transactions.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def may_be_emptied(request: pytest.FixtureRequest, _django_db_marker: None) -> Iterator[None]:
    """The database is emptied after a test with transactions of its own, on SQLite by a DELETE that rules refuse.

    They go before that; Django's `flush` announces a migration when it is done, which brings them back.
    """
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        drop(connection, RULES)


def draw_here(now: datetime) -> None:
    while rendering := take_next(now):
        store(rendering, DRAW[rendering.document](rendering.source), now)


@pytest.fixture(autouse=True)
def no_worker_of_its_own(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that a page starts would open the developer's database, not the test's: tests run it themselves.

    What is waited for in order to be stored or sent is drawn in this process, where WeasyPrint is loaded once.
    """
    settings.RENDER_ON_DEMAND = False
    monkeypatch.setattr("followup.queue.wait_for_pdf.call_worker", draw_here)
    # A child process would not see the rows of the test's transaction.
    monkeypatch.setattr("followup.worker.read_in_child", intake.work)
    monkeypatch.setattr("followup.intake.jobs.WAIT", 0)


@pytest.fixture
def reads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that waits for a file reads it in this process, as a worker that is quick enough."""
    monkeypatch.setattr("followup.intake.jobs.call_worker", lambda now: read_files())


@pytest.fixture(autouse=True)
def no_anchor_file(settings: Any) -> None:
    """Keep the decisions of tests out of the developer's own anchor file."""
    settings.ARCHIVE_ANCHOR_FILE = ""


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Each test's database counts its changes from nought, so the same count may mean something else in the next."""
    caches["pages"].clear()
