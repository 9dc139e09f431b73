"""A connection that is kept between requests, and what has become of it meanwhile."""

import pytest
from django.db import connection

from huddinge_safety.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="It is PostgreSQL's own")


@pytest.fixture
def kept(db):
    """A connection beside the test's own."""
    other = DatabaseWrapper(connection.settings_dict | {"CONN_HEALTH_CHECKS": True}, "kept")
    yield other
    other.close()


def number_of(kept: DatabaseWrapper) -> int:
    """The process of the server that answers."""
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def request_begins(kept: DatabaseWrapper) -> None:
    kept.close_if_unusable_or_obsolete()


def test_is_used_again(kept):
    first = number_of(kept)
    request_begins(kept)
    assert number_of(kept) == first
    assert kept.is_usable()


def test_is_another_one_when_the_server_has_ended_it(kept):
    first = number_of(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [first])
    request_begins(kept)
    assert not kept.is_usable()
    assert number_of(kept) != first


def test_is_not_usable_when_it_is_closed(kept):
    assert not kept.is_usable()
    number_of(kept)
    kept.connection.close()
    assert not kept.is_usable()


def test_nothing_is_asked_to_find_out(kept):
    number = number_of(kept)
    assert kept.is_usable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [number])
        assert cursor.fetchone() == ("SELECT pg_backend_pid()",)
