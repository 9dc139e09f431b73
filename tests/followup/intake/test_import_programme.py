"""The import command on the real file and on broken ones: all or nothing, and errors name the place."""

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from organisation.models import Unit
from programmes.models import Guideline, IndicatorValue, Measure, Programme, ResponsibilityArea, SubGoal
from tests.fixtures import HUDDINGE

SOURCE: dict[str, Any] = json.loads(HUDDINGE.read_text())
AREAS = [
    "Trygghetsskapande och brottsförebyggande arbete",
    "Skydd mot olyckor",
    "Krisberedskap",
    "Civilt försvar",
    "Internt skydds- och säkerhetsarbete",
]


def load(tmp_path: Path, change: Callable[[dict[str, Any]], object], capsys: Any = None) -> str:
    """Import the real file after `change`, and return the output of the command."""
    source = copy.deepcopy(SOURCE)
    change(source)
    file = tmp_path / "programme.json"
    file.write_text(json.dumps(source))
    call_command("import_programme", str(file), without_pdf=True)
    return capsys.readouterr().out if capsys else ""


def test_the_real_programme(huddinge):
    assert huddinge.title == "Program för trygghet och säkerhet 2018–2021"
    assert huddinge.overarching_goal == (
        "Alla som bor, arbetar eller vistas i Huddinge ska kunna känna sig trygga och vara säkra."
    )
    assert list(ResponsibilityArea.objects.order_by("number").values_list("name", flat=True)) == AREAS
    assert list(Guideline.objects.order_by("number").values_list("title", flat=True)) == [
        "Klotterrelaterad skadegörelse",
        "Förebyggande arbete mot våldsbejakande extremism",
    ]
    assert Unit.objects.count() == 13
    assert SubGoal.objects.count() >= 20
    assert Measure.objects.count() >= 60
    assert not SubGoal.objects.filter(is_example=False).exists()
    assert not Measure.objects.filter(is_example=False).exists()


def test_the_real_follow_up_of_2020(huddinge):
    follow_up = FollowUp.objects.get(year=2020)
    assert follow_up.registration_number == "KS-2021/307.173"
    assert follow_up.report_date.isoformat() == "2021-02-17"
    assert follow_up.forecast == "will"
    assert "barnperspektiv" in follow_up.perspectives
    assert not follow_up.is_example
    assert [(f.year, f.state) for f in FollowUp.objects.order_by("year")] == [
        (2018, "decided"),
        (2019, "decided"),
        (2020, "decided"),
        (2021, "open"),
    ]


def test_loading_twice_changes_nothing_and_says_so(huddinge, capsys):
    before = (SubGoalEntry.history.count(), Measure.history.count(), SubGoal.history.count())
    capsys.readouterr()
    call_command("import_programme", str(HUDDINGE), without_pdf=True)
    assert capsys.readouterr().out.splitlines() == [
        *(f"Uppföljningen för {year} finns redan och lämnades orörd." for year in (2018, 2019, 2020, 2021)),
        "Inget ändrades: Program för trygghet och säkerhet 2018–2021 stämmer redan med filen.",
    ]
    assert (SubGoalEntry.history.count(), Measure.history.count(), SubGoal.history.count()) == before


def test_a_changed_text_is_taken_over_with_history(huddinge, tmp_path, capsys):
    out = load(tmp_path, lambda source: source["areas"][0]["sub_goals"][0].update(text="Ny lydelse."), capsys)
    goal = SubGoal.objects.get(area__number=1, number=1)
    assert goal.text == "Ny lydelse."
    assert goal.history.first().history_change_reason == "Inläst från fil"
    assert "Ändrade: 1 mål." in out


def test_a_changed_outcome_is_a_new_version_that_a_page_open_elsewhere_notices(huddinge, tmp_path):
    outcomes = IndicatorValue.objects.filter(indicator__sub_goal__area__number=1, indicator__sub_goal__number=1)

    def change(source):
        source["areas"][0]["sub_goals"][0]["indicators"][0]["outcomes"][0].update(value=63)

    load(tmp_path, change)
    assert [(outcome.value, outcome.version) for outcome in outcomes.order_by("indicator", "year")[:2]] == [
        (63, 2),
        (Decimal("64.5"), 1),
    ]


def test_the_history_keeps_the_units_and_perspectives(huddinge, tmp_path):
    measure = Measure.objects.get(sub_goal__area__number=1, sub_goal__number=1, number=1)
    responsible = {"units": ["srv-atervinning"], "lead": ""}
    load(tmp_path, lambda source: source["areas"][0]["sub_goals"][0]["measures"][0].update(responsible))
    assert [unit.slug for unit in measure.units.all()] == ["srv-atervinning"]
    newest = measure.history.first()
    assert (newest.history_type, newest.history_change_reason) == ("~", "Inläst från fil")
    assert [row.unit.slug for row in newest.units.all()] == ["srv-atervinning"]
    assert newest.perspectives.count() == measure.perspectives.count() == 1


def test_a_new_measure_reaches_the_open_year(huddinge, tmp_path):
    def add(source):
        measures = source["areas"][0]["sub_goals"][0]["measures"]
        measures.append({**measures[0], "number": len(measures) + 1, "text": "En ny åtgärd."})

    load(tmp_path, add)
    measure = Measure.objects.get(text="En ny åtgärd.")
    assert [entry.follow_up.year for entry in MeasureEntry.objects.filter(measure=measure)] == [2021]


def test_answers_of_an_existing_year_are_never_overwritten(huddinge):
    SubGoalEntry.objects.filter(follow_up__year=2021).update(comment="Handläggarens ord.")
    call_command("import_programme", str(HUDDINGE), without_pdf=True)
    assert set(SubGoalEntry.objects.filter(follow_up__year=2021).values_list("comment", flat=True)) == {
        "Handläggarens ord."
    }


def remove_text(source):
    del source["areas"][1]["sub_goals"][0]["text"]


BROKEN = {
    "missing key": (remove_text, "$.areas[1].sub_goals[0]: nyckeln ”text” saknas."),
    "not a list": (lambda s: s.update(areas={}), "$.areas: här ska det stå en lista [ … ]."),
    "not an object": (lambda s: s["units"].append(7), "$.units[13]: här ska det stå ett objekt { … }."),
    "not a number": (
        lambda s: s["programme"].update(first_year="2018"),
        "$.programme.first_year: här ska det stå ett heltal.",
    ),
    "not a text": (lambda s: s["programme"].update(title=None), "$.programme.title: här ska det stå en text."),
    "not a date": (
        lambda s: s["follow_ups"][0].update(due_on="i morgon"),
        "$.follow_ups[0].due_on: ”i morgon” är inte ett datum; skriv till exempel 2021-02-17.",
    ),
    "not a flag": (
        lambda s: s["areas"][0].update(example="ja"),
        "$.areas[0].example: här ska det stå true eller false.",
    ),
    "unknown unit": (
        lambda s: s["guidelines"][0].update(units=["okand"]),
        "$.guidelines[0].units[0]: enheten ”okand” är inte känd.",
    ),
    "twice the same number": (
        lambda s: s["areas"][1].update(number=1),
        "$.areas[1].number: ”1” står redan i $.areas[0].",
    ),
    "overlong": (
        lambda s: s["areas"][0]["sub_goals"][0].update(text="x" * 501),
        "$.areas[0].sub_goals[0].text: Säkerställ att detta värde har som mest 500 tecken (den har 501).",
    ),
    "unknown choice": (
        lambda s: s["follow_ups"][0]["sub_goals"][0].update(assessment="bra"),
        "$.follow_ups[0].sub_goals[0].assessment: ”bra” finns inte i skalan. Välj något av: Uppfyllt, Delvis uppfyllt, "
        "Ej uppfyllt, Kan inte bedömas, Ej aktuellt i år.",
    ),
    "stopped without reason": (
        lambda s: s["follow_ups"][0]["measures"][0].update(progress="stopped", stop_reason=""),
        "$.follow_ups[0].measures[0].stop_reason: Skriv varför åtgärden avbröts.",
    ),
    "measure outside the period": (
        lambda s: s["areas"][0]["sub_goals"][0]["measures"][0].update(last_year=2022),
        "$.areas[0].sub_goals[0].measures[0].last_year: 2022 ligger utanför programmets period 2018–2021.",
    ),
    "end before start": (
        lambda s: s["programme"].update(last_year=2017),
        "$.programme.last_year: Programmets sista år kan inte ligga före det första.",
    ),
    "year outside the period": (
        lambda s: s["follow_ups"][0].update(year=2030),
        "$.follow_ups[0].year: 2030 ligger utanför programmets period 2018–2021.",
    ),
    "answer to an unknown goal": (
        lambda s: s["follow_ups"][0]["sub_goals"][0].update(sub_goal="9.9"),
        "$.follow_ups[0].sub_goals[0].sub_goal: ”9.9” finns inte i programmet det året.",
    ),
    "another kind of file": (
        lambda s: s.update(format="annat"),
        "$.format: filen är inte en programfil; här ska det stå ”huddinge-safety-programme”.",
    ),
    "another version": (
        lambda s: s.update(version=2),
        "$.version: versionen är inte känd; den här programvaran läser version 1.",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_names_the_place_and_changes_nothing(change, message, tmp_path):
    with pytest.raises(CommandError) as error:
        load(tmp_path, change)
    assert str(error.value) == f"Inget lästes in. {message}"
    assert not Unit.objects.exists()
    assert not Programme.objects.exists()


@pytest.mark.django_db
def test_all_problems_are_reported_at_once(tmp_path):
    def spoil(source):
        remove_text(source)
        source["programme"]["title"] = ""
        source["guidelines"][0]["units"] = ["okand"]

    with pytest.raises(CommandError) as error:
        load(tmp_path, spoil)
    assert str(error.value).splitlines() == [
        "Inget lästes in. 3 fel:",
        "$.programme.title: det här måste fyllas i.",
        "$.areas[1].sub_goals[0]: nyckeln ”text” saknas.",
        "$.guidelines[0].units[0]: enheten ”okand” är inte känd.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.json", b'{"a": }', "är inte giltig JSON: fel på rad 1, tecken 7."),
        ("f.json", b"\xff\xfe", "är inte sparad som UTF-8."),
        ("f.json", b"[]", "Inget lästes in. $: här ska det stå ett objekt { … }."),
        ("f.doc", b"{}", "Ge den ändelsen .json och läs in den med kommandot import_programme."),
        ("f.json", None, "kunde inte läsas: No such file or directory."),
    ],
)
def test_another_file_than_a_programme_file_is_refused(name, content, message, tmp_path):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        call_command("import_programme", str(file), without_pdf=True)
    assert str(error.value).endswith(message)


def test_a_character_that_pdf_files_cannot_show_is_named_with_its_place(db, tmp_path, capsys):
    def write_cuneiform(source):
        source["areas"][1]["name"] = "Skydd mot 𒀀"

    printed = load(tmp_path, write_cuneiform, capsys)
    assert ResponsibilityArea.objects.get(number=2).name == "Skydd mot 𒀀"
    assert printed.splitlines()[0] == (
        "$.areas[1].name: tecknet 𒀀 (U+12000) finns inte i typsnitten och blir en tom ruta i PDF-filen."
    )
