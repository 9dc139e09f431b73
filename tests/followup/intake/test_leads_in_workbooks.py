"""Lead and contributing units in workbooks."""

from programmes.exporting import export_programme
from programmes.models import Programme, SubGoal
from programmes.sheets.writing import programme_workbook
from programmes.shipped_frameworks import STANDARD_FRAMEWORK
from tests.factories import make_area, make_goal, make_measure, make_programme, make_unit
from tests.followup.intake.workbooks import load, plan, refused


def roles(code: str) -> dict[str, str]:
    """Return the units of a goal or measure with their roles, by its number such as "1.2" or "1.2.3"."""
    area, number, *measure = map(int, code.split("."))
    goal = SubGoal.objects.get(area__number=area, number=number)
    item = goal.measures.get(number=measure[0]) if measure else goal
    return {one.unit.name: one.role for one in item.responsibilities.all()}


def test_a_plan_with_a_column_for_the_lead(db):
    load(
        plan(
            ["Åtgärd", "Huvudansvarig", "Medverkande"],
            ["Belys torgen", "Tekniska nämnden", "Socialnämnden, Kulturnämnden"],
            ["Måla husen", "", "Bygg AB"],
        )
    )
    assert roles("1.1.1") == {
        "Tekniska nämnden": "lead",
        "Socialnämnden": "contributing",
        "Kulturnämnden": "contributing",
    }
    assert roles("1.1.2") == {"Bygg AB": "contributing"}


def test_two_leads_in_one_cell_are_refused(db):
    row = ["Belys torgen", "Tekniska nämnden, Socialnämnden", "Kulturnämnden"]
    assert refused(plan(["Åtgärd", "Huvudansvarig", "Ansvarig"], row)) == [
        "Bladet Plan, rad 2, kolumn D (Huvudansvarig): det står 2 huvudansvariga. Ange en huvudansvarig, och skriv de "
        "andra bland de ansvariga enheterna."
    ]


def test_a_written_workbook_is_read_back_with_its_leads(db):
    units = [make_unit("Kommunstyrelsen"), make_unit("Socialnämnden")]
    goal = make_goal(make_area(make_programme()), units=units, lead=units[1])
    make_measure(goal, units=units)
    content = programme_workbook(export_programme(goal.area.programme), STANDARD_FRAMEWORK.terms)
    log, _ = load(content)
    assert log.nothing_changed
    assert roles("1.1") == {"Kommunstyrelsen": "contributing", "Socialnämnden": "lead"}
    assert Programme.objects.count() == 1
