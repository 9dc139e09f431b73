"""Contributions and leads in the report, its files, the part of a unit, and with secrecy."""

import io
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from followup.documents.report import csv, docx, html, xlsx
from followup.models import Contribution, FollowUp, SubGoalEntry
from followup.publication.withholding import masked, withholdable_texts
from followup.report.building import build_report
from followup.report.report import Report
from followup.report.selection import of_unit
from followup.report.serialization import from_json, to_json
from programmes.models import Framework, set_responsible
from tests.factories import make_area, make_goal, make_measure, make_programme, make_unit, open_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def year() -> FollowUp:
    """An open year of a goal that three units share, and of a measure of two of them; all have handed in."""
    units = [make_unit(name) for name in ("Kommunstyrelsen", "Socialnämnden", "Äldrenämnden")]
    goal = make_goal(make_area(make_programme()), units=units, lead=units[0])
    make_measure(goal, units=units[:2], lead=units[0])
    follow_up = open_year(goal.area.programme)
    SubGoalEntry.objects.update(assessment="met", forecast="will", comment="Vi nådde målet tillsammans.")
    for contribution in Contribution.objects.select_related("unit"):
        text = f"{contribution.unit} bidrog till {'åtgärden' if contribution.measure_id else 'målet'}."
        Contribution.objects.filter(pk=contribution.pk).update(text=text, state="submitted")
    Contribution.objects.filter(measure=None, unit=units[1]).update(assessment="partly")
    return follow_up


def show_contributions(follow_up: FollowUp) -> Report:
    Framework.objects.update(shows_contributions=True)
    return build_report(FollowUp.objects.get(pk=follow_up.pk))


def voices(report: Report) -> list[Any]:
    [goal] = report.sub_goals
    return [(one.unit, [step.word for step in one.judgements], one.text) for one in goal.contributions]


def test_the_report_has_the_joint_answer_and_the_other_voices(year):
    report = show_contributions(year)
    [goal] = report.sub_goals
    assert goal.comment == "Vi nådde målet tillsammans."
    assert goal.responsible == "Kommunstyrelsen (huvudansvarig), Socialnämnden, Äldrenämnden"
    assert voices(report) == [
        ("Socialnämnden", ["Delvis uppfyllt"], "Socialnämnden bidrog till målet."),
        ("Äldrenämnden", [], "Äldrenämnden bidrog till målet."),
    ]
    assert [one.in_words for one in goal.measures[0].contributions] == [
        "Socialnämnden: Socialnämnden bidrog till åtgärden."
    ]
    assert from_json(to_json(report)) == report


def test_without_the_choice_of_the_framework_the_joint_answer_stands_alone(year):
    report = build_report(year)
    assert voices(report) == []
    assert report.sub_goals[0].lead == "Kommunstyrelsen"


def test_drafts_and_units_that_are_no_longer_responsible_are_left_out(year):
    Contribution.objects.filter(unit__name="Äldrenämnden").update(state="draft")
    goal = SubGoalEntry.objects.get().sub_goal
    set_responsible(goal, [unit for unit in goal.units.all() if unit.name != "Socialnämnden"], goal.lead)
    assert voices(show_contributions(year)) == []


def test_the_part_of_a_unit_has_its_own_contributions_alone(year):
    part = of_unit(show_contributions(year), "Socialnämnden")
    assert [unit for unit, _, _ in voices(part)] == ["Socialnämnden"]


def test_every_file_has_the_contributions_under_the_names_of_the_units(year):
    report = show_contributions(year)
    wanted = [f"Socialnämnden bidrog till {item}." for item in ("målet", "åtgärden")]
    document = Document(io.BytesIO(docx.render(report)))
    book = load_workbook(io.BytesIO(xlsx.render(report)))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    files = [
        csv.render(report).decode("utf-8-sig"),
        html.render(report),
        "\n".join(paragraph.text for paragraph in document.paragraphs),
        "\n".join(cells),
    ]
    assert [text in file for file in files for text in wanted] == [True] * 8
    assert all("Kommunstyrelsen (huvudansvarig)" in file for file in files)


def test_secrecy_hides_the_contributions_with_the_joint_answer(year):
    report = show_contributions(year)
    texts = {text.key: text.text for text in withholdable_texts(report)}
    assert "Socialnämnden bidrog till målet." in texts["mal-1.1"]
    assert "Socialnämnden bidrog till åtgärden." in texts["atgard-1.1.1"]
    hidden = masked(report, {"mal-1.1": "18 kap. 13 §", "atgard-1.1.1": "18 kap. 13 §"})
    assert "bidrog" not in to_json(hidden)
