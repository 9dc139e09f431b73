"""Lead and contributing units: constraint, history, admin and the programme as a file."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from organisation.models import Unit
from programmes.exporting import export_programme
from programmes.importing import ImportLog, import_programme
from programmes.models import Programme, SubGoal, SubGoalResponsibility, set_responsible
from programmes.source import Node
from programmes.succession import Continuing, begin_next_period
from tests.factories import make_area, make_goal, make_measure, make_programme, make_unit
from tests.fixtures import client_of


@pytest.fixture
def units(db) -> list[Unit]:
    return [make_unit(name) for name in ("Kommunstyrelsen", "Socialnämnden", "Äldrenämnden")]


@pytest.fixture
def goal(units) -> SubGoal:
    return make_goal(make_area(make_programme()), units=units, lead=units[1])


def roles_of(item: Any) -> dict[str, str]:
    return {one.unit.name: one.role for one in item.responsibilities.all()}


ROLES = {"Kommunstyrelsen": "contributing", "Socialnämnden": "lead", "Äldrenämnden": "contributing"}


def test_an_item_has_one_lead_and_contributing_units(goal, units):
    assert roles_of(goal) == ROLES
    assert (goal.lead, goal.contributing_units) == (units[1], [units[0], units[2]])
    assert list(goal.units.all()) == units


def test_a_second_lead_is_refused_by_the_database_and_in_swedish_by_the_form(goal, units):
    with pytest.raises(IntegrityError), transaction.atomic():
        SubGoalResponsibility.objects.filter(item=goal, unit=units[0]).update(role="lead")
    second = SubGoalResponsibility.objects.get(item=goal, unit=units[0])
    second.role = "lead"
    with pytest.raises(ValidationError, match="Det finns redan en huvudansvarig"):
        second.full_clean()


def test_the_lead_counts_as_responsible(goal, units):
    set_responsible(goal, [units[0]], lead=units[2])
    assert roles_of(goal) == {"Kommunstyrelsen": "contributing", "Äldrenämnden": "lead"}


def test_the_history_keeps_the_roles_and_no_version_without_a_change(goal, units):
    rows = goal.history.count()
    set_responsible(goal, units, lead=units[1])
    assert goal.history.count() == rows
    set_responsible(goal, units, lead=units[0])
    newest, before = goal.history.all()[:2]
    assert {row.unit.name for row in newest.units.filter(role="lead")} == {"Kommunstyrelsen"}
    assert {row.unit.name for row in before.units.filter(role="lead")} == {"Socialnämnden"}


def exported(goal: SubGoal) -> dict[str, Any]:
    return export_programme(goal.area.programme)


def read(source: dict[str, Any]) -> ImportLog:
    log = ImportLog()
    import_programme(Node(source, "$"), log)
    return log


def test_a_file_changes_the_lead_and_names_the_difference(goal):
    source = exported(goal)
    assert source["areas"][0]["sub_goals"][0]["lead"] == "socialnamnden"
    source["areas"][0]["sub_goals"][0]["lead"] = "kommunstyrelsen"
    (change,) = read(source).changes
    assert change.fields == (("huvudansvarig", "Socialnämnden", "Kommunstyrelsen"),)
    assert roles_of(goal) == ROLES | {"Kommunstyrelsen": "lead", "Socialnämnden": "contributing"}
    assert goal.history.first().units.get(role="lead").unit.name == "Kommunstyrelsen"


def test_an_older_file_without_leads_keeps_them(goal):
    source = exported(goal)
    del source["areas"][0]["sub_goals"][0]["lead"]
    assert read(source).nothing_changed
    assert roles_of(goal) == ROLES


def test_an_older_file_without_the_lead_among_the_units_leaves_no_lead(goal):
    source = exported(goal)
    del source["areas"][0]["sub_goals"][0]["lead"]
    source["areas"][0]["sub_goals"][0]["units"] = ["kommunstyrelsen", "aldrenamnden"]
    read(source)
    assert roles_of(goal) == {"Kommunstyrelsen": "contributing", "Äldrenämnden": "contributing"}


def test_the_command_reads_back_the_leads_of_the_example(huddinge, tmp_path):
    file = tmp_path / "programme.json"
    call_command("export_programme", "huddinge-2018-2021", format="json", output=file)
    source = json.loads(file.read_text())
    source["programme"]["slug"] = "kopia"
    file.write_text(json.dumps(source))
    call_command("import_programme", str(file))
    shared = SubGoal.objects.filter(area__programme=Programme.objects.get(slug="kopia"), responsibilities__role="lead")
    assert shared.count() == 19


def test_the_next_period_takes_over_the_lead(goal, units):
    Unit.objects.filter(pk=units[1].pk).update(valid_to=date(2025, 12, 31))
    units[1].successors.add(make_unit("Omsorgsnämnden"))
    successor = Programme(title="Nästa", slug="nasta", first_year=2026, last_year=2029, overarching_goal="Trygghet.")
    begin_next_period(goal.area.programme, successor, Continuing(goals=[goal.pk]))
    assert roles_of(SubGoal.objects.get(area__programme=successor)) == {
        "Kommunstyrelsen": "contributing",
        "Omsorgsnämnden": "lead",
        "Äldrenämnden": "contributing",
    }


def test_a_reviewer_chooses_the_lead_with_the_reason_in_the_history(huddinge, reviewer):
    goal = SubGoal.objects.get(area__number=4, number=4)
    kommunstyrelsen, energi = (Unit.objects.get(slug=slug) for slug in ("kommunstyrelsen", "sodertorns-energi"))
    client = client_of(reviewer)
    address = reverse("admin:programmes_subgoal_change", args=[goal.pk])
    page = client.get(address)
    assert "Huvudansvarig" in page.content.decode()
    data = {"area": goal.area_id, "number": goal.number, "text": goal.text, "history_reason": "Ny ansvarsfördelning"}
    for formset in page.context["inline_admin_formsets"]:
        data |= {f"{formset.formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    data |= {"responsible_units": [kommunstyrelsen.pk], "lead": energi.pk}
    assert client.post(address, data).status_code == 302
    assert roles_of(goal) == {"Kommunstyrelsen": "contributing", "Södertörns Energi AB": "lead"}
    assert goal.history.first().history_change_reason == "Ny ansvarsfördelning"


def test_a_measure_has_a_lead_too(goal, units):
    measure = make_measure(goal, units=units[:2], lead=units[0])
    assert measure.lead == units[0]
