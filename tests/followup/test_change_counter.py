"""The count of changes."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from followup.change_counter import COUNTS, SHOWN, change_count, compact
from followup.models import FollowUp, SubGoalEntry, Tick
from followup.report.building import build_report
from organisation.models import Unit
from programmes.models import Indicator, Measure, Programme
from programmes.triggers import create, drop
from tests.fixtures import HUDDINGE


def test_every_table_that_a_report_is_built_from_is_counted(open_year):
    Indicator.objects.update(kpi="N07403")
    with CaptureQueriesContext(connection) as queries:
        build_report(open_year)
    read = {table for query in queries for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert len(read) > 10
    assert read <= {model._meta.db_table for model in SHOWN}


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_every_kind_of_change_is_counted(model, db):
    triggers = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT event_manipulation FROM information_schema.triggers WHERE event_object_table = %s",
    }
    with connection.cursor() as cursor:
        cursor.execute(triggers[connection.vendor], [model._meta.db_table])
        names = " ".join(name.lower() for [name] in cursor.fetchall())
    assert all(event in names for event in ("insert", "update", "delete"))


def test_rows_are_counted_when_added_changed_and_deleted(huddinge):
    stamps = [change_count()]
    unit = Unit.objects.create(name="Nämnden för inget", slug="inget", kind="committee")
    stamps.append(change_count())
    Unit.objects.filter(pk=unit.pk).update(name="Nämnden för allt")
    stamps.append(change_count())
    Measure.objects.first().units.add(unit)
    stamps.append(change_count())
    Measure.objects.first().units.remove(unit)
    stamps.append(change_count())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM organisation_unit WHERE slug = 'inget'")
    stamps.append(change_count())
    assert sorted(set(stamps)) == stamps


def test_reading_is_not_counted(huddinge, open_year):
    before = change_count()
    build_report(open_year)
    assert change_count() == before


def test_condensing_keeps_the_number(huddinge):
    before = change_count()
    assert Tick.objects.count() > 1
    compact()
    assert (change_count(), Tick.objects.count()) == (before, 1)
    SubGoalEntry.objects.filter(pk=SubGoalEntry.objects.first().pk).update(comment="Ändrad.")
    assert change_count() == before + 1


def test_without_changes_it_is_nought(db):
    Tick.objects.all().delete()
    assert change_count() == 0


def test_nothing_is_counted_while_a_migration_has_not_made_the_table(db):
    before = change_count()
    drop(connection, COUNTS)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE followup_tick RENAME TO followup_later")
        create(connection, COUNTS)
        Unit.objects.create(name="Nämnden för inget", slug="inget", kind="committee")
        cursor.execute("ALTER TABLE followup_later RENAME TO followup_tick")
    assert change_count() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_two_who_change_at_once_do_not_wait_for_each_other_and_both_are_counted(transactional_db):
    call_command("import_programme", str(HUDDINGE), without_pdf=True, verbosity=0)
    before = change_count()
    first_has_changed, second_is_done = Event(), Event()

    def change_slowly() -> None:
        try:
            with transaction.atomic():
                Programme.objects.update(overarching_goal="Ändrat.")
                first_has_changed.set()
                assert second_is_done.wait(10)
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool:
        slow = pool.submit(change_slowly)
        assert first_has_changed.wait(10)
        FollowUp.objects.filter(year=2021).update(summary="Ändrad.")
        assert change_count() == before + 1
        compact()
        assert change_count() == before + 1
        second_is_done.set()
        slow.result()
    assert change_count() == before + 2
