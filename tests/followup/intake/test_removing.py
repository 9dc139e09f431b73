"""Removal of items that a file no longer has: only on request, and never with texts that people wrote."""

import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from followup.intake.removal import REASON, remove_surplus, surplus_of
from followup.intake.workbook import read_workbook
from followup.intake.years import import_source
from followup.models import Comment, FollowUp, MeasureEntry, SubGoalEntry, Workbook
from organisation.models import User
from organisation.roles import REVIEWER
from programmes.exporting import export_programme
from programmes.importing import ImportLog, name_with_kind
from programmes.models import Indicator, IndicatorValue, Measure, Programme, SubGoal
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import MappingChoices
from programmes.sheets.writing import programme_workbook
from programmes.shipped_frameworks import STANDARD_FRAMEWORK
from programmes.source import Node, SourceError
from programmes.succession import Continuing, begin_next_period
from tests.fixtures import HUDDINGE, client_of, make_user
from tests.followup.intake.test_workbooks import page, upload
from tests.followup.intake.workbooks import FACTS, content_of, workbook
from tests.pages import html_of
from tests.programmes.test_exporting import PROGRAMMES, read, written

pytestmark = pytest.mark.usefixtures("reads_at_once")


@pytest.fixture
def grown(huddinge) -> Measure:
    """Add a measure that the programme's file lacks, with an entry in the open year."""
    goal = SubGoal.objects.get(area__number=1, number=1)
    measure = Measure.objects.create(sub_goal=goal, number=9, text="Ny åtgärd", first_year=2021, last_year=2021)
    SubGoalEntry.objects.filter(follow_up__year=2021).update(comment="")
    MeasureEntry.objects.create(follow_up=FollowUp.objects.get(year=2021), measure=measure)
    return measure


def load(source: dict[str, Any], tmp_path, capsys, **options: Any) -> list[str]:
    """Return the output of the import command."""
    file = tmp_path / "programme.json"
    file.write_text(json.dumps(source))
    capsys.readouterr()
    call_command("import_programme", str(file), without_pdf=True, **options)
    return [line for line in capsys.readouterr().out.splitlines() if "finns redan" not in line]


def source_without_first_measure() -> dict[str, Any]:
    source: dict[str, Any] = json.loads(HUDDINGE.read_text())
    del source["areas"][0]["sub_goals"][0]["measures"][0]
    return source


def test_the_command_removes_only_with_the_option(grown, tmp_path, capsys):
    source = json.loads(HUDDINGE.read_text())
    told = load(source, tmp_path, capsys)
    assert told[-2:] == [
        "Finns inte i filen och lämnades som det är; --remove-missing tar bort det:",
        "  åtgärd 1.1.9 Ny åtgärd",
    ]
    assert Measure.objects.filter(pk=grown.pk).exists()
    assert load(source, tmp_path, capsys, remove_missing=True)[-1] == "Borttagna: 1 åtgärder."
    assert not Measure.objects.filter(pk=grown.pk).exists()
    assert not MeasureEntry.objects.filter(measure=grown.pk).exists()
    record = Measure.history.filter(id=grown.pk).first()
    assert (record.history_type, record.history_change_reason) == ("-", REASON)
    assert load(source, tmp_path, capsys, remove_missing=True)[-1].startswith("Inget ändrades")


def test_items_of_decided_years_stay(huddinge, tmp_path, capsys):
    before = written(huddinge)
    measure = Measure.objects.get(sub_goal__area__number=1, sub_goal__number=1, number=1)
    told = load(source_without_first_measure(), tmp_path, capsys, remove_missing=True)
    assert told[-1] == (
        f"Finns inte i filen och kan inte tas bort: åtgärd {measure}, som ingår i uppföljningen för 2020, som är "
        "beslutad."
    )
    assert written(huddinge) == before


def bound(programme: Programme, *missing: Any) -> list[tuple[str, str]]:
    with transaction.atomic():
        found = surplus_of(programme, missing)
    assert len(found.removable) + len(found.bound) == len(missing)
    return [(name_with_kind(row), reason) for row, reason in found.bound]


def answer(grown: Measure, official: User) -> None:
    MeasureEntry.objects.filter(measure=grown).update(done="Påbörjad.")


def save_and_empty(grown: Measure, official: User) -> None:
    MeasureEntry.objects.filter(measure=grown).update(version=2)


@pytest.mark.parametrize("write", [answer, save_and_empty])
def test_items_with_answers_or_comments_stay(grown, official, write):
    assert bound(grown.sub_goal.area.programme, grown) == []
    write(grown, official)
    assert bound(grown.sub_goal.area.programme, grown) == [
        ("åtgärd 1.1.9 Ny åtgärd", "har svar eller kommentarer i uppföljningen för 2021")
    ]


def test_a_goal_with_bound_parts_or_a_successor_stays(huddinge, official):
    area = huddinge.areas.get(number=1)
    goal = SubGoal.objects.create(area=area, number=9, text="Nytt mål")
    entry = SubGoalEntry.objects.create(follow_up=huddinge.follow_ups.get(year=2021), sub_goal=goal)
    assert bound(huddinge, goal) == []
    Measure.objects.create(sub_goal=goal, number=1, text="Ny", first_year=2021, last_year=2021)
    # The file says nothing of measures.
    assert bound(huddinge, goal) == [("mål 1.9 Nytt mål", "har åtgärder som inte tas bort")]
    assert bound(huddinge, goal, goal.measures.get()) == []
    comment = Comment.objects.create(entry=entry, by=official, comment="Vad menas?")
    assert bound(huddinge, goal, goal.measures.get()) == [
        ("mål 1.9 Nytt mål", "har svar eller kommentarer i uppföljningen för 2021")
    ]
    assert comment.entry == entry
    other = SubGoal.objects.create(area=area, number=8, text="Ett till")
    facts = {"title": "Nästa", "slug": "nasta", "first_year": 2022, "last_year": 2025, "overarching_goal": "Trygghet."}
    begin_next_period(huddinge, Programme(**facts), Continuing(goals=[other.pk]))
    assert bound(huddinge, other) == [("mål 1.8 Ett till", "fortsätter som mål 1.8 i Nästa")]


def test_figures_of_decided_years_stay_with_their_indicator(huddinge):
    indicator = Indicator.objects.filter(outcomes__year=2020).first()
    outcomes = list(indicator.outcomes.all())
    reasons = dict(bound(huddinge, indicator, *indicator.targets.all(), *outcomes))
    assert reasons[name_with_kind(indicator)] == "har utfall som inte tas bort"
    later = IndicatorValue.objects.create(indicator=indicator, year=2021, value=7)
    assert bound(huddinge, later) == []
    later.version = 2
    assert bound(huddinge, later) == [(name_with_kind(later), "är skrivet i uppföljningen för 2021")]


def test_a_workbook_without_a_sheet_for_something_says_nothing_of_it(huddinge):
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", "Ett mål"]])
    source, _ = read_workbook(content_of(made), FACTS, MappingChoices())
    assert source["silent_about"].value == ["measures", "indicators", "targets", "outcomes", "guidelines"]
    made = workbook(Indikatorer=[["Nr", "Indikator", "Utfall 2022"], ["1.1.1", "Trygghet", 7]])
    source, _ = read_workbook(content_of(made), FACTS, MappingChoices())
    assert source["silent_about"].value == ["areas", "sub_goals", "measures", "targets", "guidelines"]


def test_something_that_came_in_between_stops_the_removal(huddinge):
    goal = SubGoal.objects.get(area__number=1, number=1)
    indicator = Indicator.objects.create(sub_goal=goal, number=9, name="Ny", unit="st", direction="up")
    with transaction.atomic():
        surplus = surplus_of(huddinge, [indicator])
        indicator.outcomes.create(year=2021, value=1)
        with pytest.raises(SourceError, match="har börjat användas"):
            remove_surplus(surplus, ImportLog(), by=None)
    assert Indicator.objects.filter(pk=indicator.pk).exists()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=PROGRAMMES, second=PROGRAMMES)
def test_any_programme_becomes_any_other_when_the_surplus_is_removed(earlier, first, second):
    with transaction.atomic():
        read(second)
        content = programme_workbook(
            export_programme(Programme.objects.get(slug="nytt-program")), STANDARD_FRAMEWORK.terms
        )
        wanted = written(Programme.objects.get(slug="nytt-program"))
        transaction.set_rollback(True)
    with transaction.atomic():
        read(first)
        for source in (Node(wanted, "$"), read_workbook(content, ProgrammeFacts(), MappingChoices())[0]):
            log = ImportLog()
            programme = import_source(source, log, with_pdf=False)
            remove_surplus(surplus_of(programme, log.missing), log, by=None)
            for key in ("programme", "areas", "guidelines"):
                assert written(programme)[key] == wanted[key]
        assert log.nothing_changed
        transaction.set_rollback(True)


# The page


def handed_over(client, programme: Programme) -> tuple[str, str, str]:
    """Upload the exported programme after adding a measure; return the address, page and digest of the preview."""
    content = client.get(f"/program/{programme.slug}/program.xlsx").content
    goal = SubGoal.objects.get(area__number=1, number=1)
    Measure.objects.create(sub_goal=goal, number=9, text="Ny åtgärd", first_year=2021, last_year=2021)
    address = upload(client, content)
    html = page(client, address)
    return address, html, re.search(r'name="digest" value="(\w+)"', html)[1]


def test_the_page_lists_removable_items_and_removes_them_when_ticked(huddinge, reviewer):
    client = client_of(reviewer)
    address, html, digest = handed_over(client, huddinge)
    assert "<li>Åtgärd 1.1.9 Ny åtgärd</li>" in html
    assert "Ta också bort det som saknas i filen (1)" in html
    assert client.post(f"{address}las-in/", {"digest": digest, "remove": "on"}).status_code == 302
    record = Measure.history.filter(number=9, text="Ny åtgärd").first()
    assert (record.history_type, record.history_user, record.history_change_reason) == ("-", reviewer, REASON)
    assert not Measure.objects.filter(text="Ny åtgärd").exists()


def test_missing_items_stay_without_a_tick(huddinge, reviewer):
    client = client_of(reviewer)
    address, _, digest = handed_over(client, huddinge)
    assert client.post(f"{address}las-in/", {"digest": digest}).status_code == 302
    assert Measure.objects.filter(text="Ny åtgärd").exists()


def test_a_page_from_before_something_else_could_go_is_shown_again(huddinge, reviewer):
    client = client_of(reviewer)
    address, _, digest = handed_over(client, huddinge)
    measure = Measure.objects.get(text="Ny åtgärd")
    MeasureEntry.objects.create(follow_up=huddinge.follow_ups.get(year=2021), measure=measure, done="Påbörjad.")
    response = client.post(f"{address}las-in/", {"digest": digest, "remove": "on"})
    assert response.status_code == 409
    assert "har svar eller kommentarer i uppföljningen för 2021" in html_of(response)
    assert Measure.objects.filter(text="Ny åtgärd").exists()


def test_an_item_used_at_the_last_moment_stops_the_import(huddinge, reviewer, monkeypatch):
    client = client_of(reviewer)
    content = client.get(f"/program/{huddinge.slug}/program.xlsx").content
    goal = SubGoal.objects.get(area__number=1, number=1)
    indicator = Indicator.objects.create(sub_goal=goal, number=9, name="Ny", unit="st", direction="up")
    address = upload(client, content)
    digest = re.search(r'name="digest" value="(\w+)"', page(client, address))[1]

    def found_and_then_used(*args):
        surplus = surplus_of(*args)
        indicator.outcomes.create(year=2021, value=1)
        return surplus

    monkeypatch.setattr("followup.intake.preview.surplus_of", found_and_then_used)
    response = client.post(f"{address}las-in/", {"digest": digest, "remove": "on"})
    assert response.status_code == 409
    said = "Inget lästes in. Något som skulle tas bort har börjat användas. Granska filen igen."
    assert said in html_of(response)
    assert Indicator.objects.filter(pk=indicator.pk).exists()
    assert Workbook.objects.get().state == "ready"


def test_a_user_without_the_permission_to_delete_is_refused(huddinge):
    user = make_user("kollega", role=REVIEWER)
    user.groups.get().permissions.filter(codename="delete_measure").delete()
    client = client_of(user)
    address, html, digest = handed_over(client, huddinge)
    assert "Ta också bort" not in html
    assert client.post(f"{address}las-in/", {"digest": digest, "remove": "on"}).status_code == 403
    assert Measure.objects.filter(text="Ny åtgärd").exists()
