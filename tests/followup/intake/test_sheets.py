"""Workbooks as they are: our own, read back to the same programme, and awful ones that people have made."""

import io
import subprocess
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from openpyxl import Workbook, load_workbook

from followup.intake.workbook import ALL_SHEETS, read_workbook
from followup.intake.years import import_source
from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from organisation.models import Unit
from programmes.exporting import export_programme
from programmes.importing import ImportLog
from programmes.models import Measure, Programme, ResponsibilityArea, SubGoal
from programmes.sheets import loading
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import MappedWorkbook, MappingChoices
from programmes.sheets.reading import read_sheets
from programmes.sheets.recognition import Heading, find_column, find_exact_column
from programmes.sheets.schema import MEASURE_SHEET
from programmes.sheets.screening import screen
from programmes.sheets.writing import programme_workbook, template
from programmes.source import SourceError
from tests.factories import make_unit
from tests.programmes.test_exporting import PROGRAMMES, read, written

FACTS = ProgrammeFacts(
    {
        "title": "Trygghetsprogram",
        "slug": "trygghet",
        "first_year": 2022,
        "last_year": 2025,
        "overarching_goal": "En trygg kommun.",
        "state": "active",
    }
)


def workbook(**sheets: Sequence[Sequence[Any]]) -> Workbook:
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    return made


def content_of(made: Workbook) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def load(
    made: Workbook | bytes, facts: ProgrammeFacts = FACTS, choices: MappingChoices | None = None
) -> tuple[ImportLog, MappedWorkbook]:
    content = made if isinstance(made, bytes) else content_of(made)
    source, tables = read_workbook(content, facts, choices or MappingChoices())
    log = ImportLog()
    with transaction.atomic():
        import_source(source, log, tables.problems, with_pdf=False)
    return log, tables


def refused(made: Workbook | bytes, **more: Any) -> list[str]:
    with pytest.raises(SourceError) as error:
        load(made, **more)
    return [str(problem) for problem in error.value.problems]


def goals() -> list[tuple[str, str]]:
    return [
        (goal.code, goal.text) for goal in SubGoal.objects.select_related("area").order_by("area__number", "number")
    ]


def measures() -> list[tuple[str, str]]:
    rows = Measure.objects.select_related("sub_goal__area").order_by(
        "sub_goal__area__number", "sub_goal__number", "number"
    )
    return [(measure.code, measure.text) for measure in rows]


def units_of(code: str) -> list[str]:
    area, goal, number = map(int, code.split("."))
    measure = Measure.objects.get(sub_goal__area__number=area, sub_goal__number=goal, number=number)
    return sorted(unit.name for unit in measure.units.all())


# What is written is read back


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=PROGRAMMES)
def test_any_programme_is_read_back_from_its_workbook_identical(earlier, source):
    with transaction.atomic():
        read(source)
        exported = written(Programme.objects.get(slug="nytt-program"))
        content = programme_workbook(export_programme(Programme.objects.get(slug="nytt-program")))
        log, _ = load(content, ProgrammeFacts())
        assert log.nothing_changed
        transaction.set_rollback(True)
    with transaction.atomic():
        load(content, ProgrammeFacts())
        again = written(Programme.objects.get(slug="nytt-program"))
        for key in ("programme", "areas", "guidelines"):
            assert again[key] == exported[key]
        transaction.set_rollback(True)


def test_the_real_programme_is_read_back_by_the_command(huddinge, tmp_path, capsys):
    file = tmp_path / "program.xlsx"
    call_command("export_programme", huddinge.slug, format="xlsx", output=file)
    capsys.readouterr()
    call_command("import_programme", str(file))
    assert capsys.readouterr().out == (
        "Inget ändrades: Program för trygghet och säkerhet 2018–2021 stämmer redan med filen.\n"
    )
    sheet = load_workbook(file)["Mål"]
    sheet["B2"] = "Ny lydelse."
    sheet.parent.save(file)
    call_command("import_programme", str(file))
    out = capsys.readouterr().out
    assert out.endswith("Ändrade: 1 mål.\n")
    assert "Mål 1.1, som har svar, fick ny lydelse: ”" in out
    assert goals()[0] == ("1.1", "Ny lydelse.")


# Awful ones


FLAT = [
    ["Handlingsplan för trygghet", None, None, None, None, None],
    [None, None, None, None, None, None],
    ["Fokusområde", "Delmål ", "Aktivitet", "Ansvarig nämnd/bolag", "Tidplan", "Status 2023"],
    ["Trygga platser", "Fler ska känna sig trygga", "Trygghetsvandringar", "KS, SOC", "2022-2024", "Klar"],
    [None, None, "Bättre belysning", "Tekniska nämnden\nBostads AB", "Löpande", "Pågår"],
    [None, "Färre brott", "Samverkan med polisen", "Kommunstyrelsen och Socialnämnden", 2023, "Gul"],
    ["Trygga hem ", "Våldet ska minska", "Utbilda personal", "\xa0Socialnämnden ", "2024", ""],
]


@pytest.mark.django_db
def test_a_flat_plan_with_foreign_headings():
    Unit.objects.create(name="Kommunstyrelsen", slug="kommunstyrelsen", kind="committee")
    Unit.objects.create(name="Socialnämnden", slug="socialnamnden", kind="committee")
    _log, tables = load(workbook(Blad1=FLAT))
    assert goals() == [("1.1", "Fler ska känna sig trygga"), ("1.2", "Färre brott"), ("2.1", "Våldet ska minska")]
    assert measures() == [
        ("1.1.1", "Trygghetsvandringar"),
        ("1.1.2", "Bättre belysning"),
        ("1.2.1", "Samverkan med polisen"),
        ("2.1.1", "Utbilda personal"),
    ]
    assert list(ResponsibilityArea.objects.values_list("name", flat=True)) == ["Trygga platser", "Trygga hem"]
    assert units_of("1.1.1") == ["Kommunstyrelsen", "Socialnämnden"]
    assert units_of("1.1.2") == ["Bostads AB", "Tekniska nämnden"]
    assert units_of("1.2.1") == ["Kommunstyrelsen", "Socialnämnden"]
    assert [(unit.name, unit.kind) for unit in Unit.objects.exclude(slug__in=["kommunstyrelsen", "socialnamnden"])] == [
        ("Bostads AB", "company"),
        ("Tekniska nämnden", "committee"),
    ]
    assert list(Measure.objects.order_by("pk").values_list("first_year", "last_year")) == [
        (2022, 2024),
        (2022, 2025),
        (2023, 2023),
        (2024, 2024),
    ]
    # Only its measures name the goal, so those who do them answer for it.
    assert SubGoal.objects.get(number=1, area__number=1).units.count() == 4
    assert list(
        MeasureEntry.objects.filter(follow_up__year=2023).order_by("measure").values_list("progress", flat=True)
    ) == [
        "done",
        "ongoing",
        "ongoing",
    ]
    assert FollowUp.objects.get().state == "under_review"
    assert [str(note) for note in tables.notes] == [
        f"Bladet Blad1, rad 5, kolumn D (Ansvarig nämnd/bolag): ”{name}” finns inte bland enheterna och läggs till."
        for name in ("Tekniska nämnden", "Bostads AB")
    ]
    assert load(workbook(Blad1=FLAT))[0].nothing_changed


@pytest.mark.django_db
def test_merged_cells_count_for_all_their_rows():
    rows = [
        ["Område", "Mål", "Åtgärd", "Ansvarig"],
        ["Hem", "Trygga hem", "Larm", "Socialnämnden"],
        [None, None, "Besök", None],
        [None, None, None, "Äldrenämnden"],
        ["Ute", "Trygga torg", "Ljus", "Äldrenämnden"],
    ]
    made = workbook(Plan=rows)
    for cells in ("A2:A4", "B2:B4", "D2:D3", "C3:C4"):
        made["Plan"].merge_cells(cells)
    load(made)
    assert measures() == [("1.1.1", "Larm"), ("1.1.2", "Besök"), ("2.1.1", "Ljus")]
    assert units_of("1.1.2") == ["Socialnämnden", "Äldrenämnden"]


@pytest.mark.parametrize("block", ["D2:E3", "D2:F3"])
def test_every_row_of_a_block_merged_over_columns_has_its_value(db, block):
    make_unit("Socialnämnden"), make_unit("Äldrenämnden")
    made = workbook(
        Plan=[
            ["Område", "Mål", "Åtgärd", "Ansvarig", None, None, "Tid"],
            ["Hem", "Trygga hem", "Larm", "Socialnämnden", None, None, 2023],
            [None, None, "Besök", None, None, None, 2024],
            [None, None, "Lås", "Äldrenämnden", None, None, 2025],
        ]
    )
    made["Plan"].merge_cells(block)
    load(made)
    assert [units_of(f"1.1.{number}") for number in (1, 2, 3)] == [
        ["Socialnämnden"],
        ["Socialnämnden"],
        ["Äldrenämnden"],
    ]


def test_a_measure_merged_over_columns_and_rows_is_one_measure(db):
    made = workbook(
        Plan=[
            ["Område", "Mål", "Åtgärd", None, "Ansvarig"],
            ["Hem", "Trygga hem", "Larm", None, "Socialnämnden"],
            [None, None, None, None, "Äldrenämnden"],
            [None, None, "Besök", None, "Äldrenämnden"],
        ]
    )
    made["Plan"].merge_cells("A2:A4"), made["Plan"].merge_cells("C2:D3")
    load(made)
    assert measures() == [("1.1.1", "Larm"), ("1.1.2", "Besök")]
    assert units_of("1.1.1") == ["Socialnämnden", "Äldrenämnden"]


@pytest.mark.django_db
def test_numbers_that_excel_has_made_something_else_of():
    made = workbook(
        Områden=[["Nr", "Namn"], [1, "Ett"], ["2", "Två"]],
        Mål=[
            ["Nr", "Mål"],
            *[[float(f"1.{n}"), f"Mål {n}"] for n in range(1, 10)],
            [1.1, "Mål 10"],
            [datetime(2026, 1, 2), "Mål 2.1"],
            ["\xa02.2 ", "Mål 2.2"],
        ],
        Åtgärder=[["Åtgärd", "Nr"], ["Tredje", "1.2.3"], ["Som ett datum", datetime(2003, 1, 2)]],
    )
    made["Mål"]["A12"].number_format = "yyyy-mm-dd"
    load(made)
    assert [code for code, _ in goals()] == [*(f"1.{n}" for n in range(1, 11)), "2.1", "2.2"]
    assert measures() == [("1.2.3", "Tredje"), ("2.1.3", "Som ett datum")]


INDICATORS = [
    ["Mål", "Nyckeltal", "Enhet", "Önskad riktning", "Basvärde", "Basår", "Utfall 2022", "Utfall 2023", "Målvärde"],
    ["1.1", "Upplevd trygghet", "procent", "Ökar", 0.615, "2021", "63,5 %", "1\xa0234", "ca"],
]


@pytest.mark.django_db
def test_figures_in_all_ways_of_writing_them():
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", "Trygghet"]], Nyckeltal=INDICATORS)
    made["Nyckeltal"]["E2"].number_format = "0.0%"
    assert refused(made) == [
        "Bladet Nyckeltal, rad 2, kolumn I (Målvärde): ”ca” är inte ett tal. Skriv bara talet, till exempel 12,5."
    ]
    made["Nyckeltal"]["I2"] = 70
    load(made)
    indicator = Programme.objects.get().areas.get().sub_goals.get().indicators.get()
    assert (float(indicator.baseline), indicator.baseline_year, indicator.direction) == (61.5, 2021, "up")
    assert [(o.year, float(o.value)) for o in indicator.outcomes.order_by("year")] == [(2022, 63.5), (2023, 1234)]


@pytest.mark.django_db
def test_every_problem_is_told_at_once_with_its_place():
    made = workbook(
        Mål=[
            ["Nr", "Mål", "Exempel", "Bedömning 2023"],
            ["1.1", "Trygghet", "kanske", "Pågår"],
            ["1.1", "Igen"],
            ["1.3", None],
        ],
        Åtgärder=[
            ["Nr", "Åtgärd", "Första år"],
            ["1.9.1", "Vilse", 2023],
            ["1.1.1", "Tidigt", 2019],
            ["1.1.2", "x" * 501, "snart"],
        ],
    )
    assert refused(made) == [
        "Bladet Mål, rad 2, kolumn C (Exempel): ”kanske” går inte att tolka. Skriv Ja eller Nej.",
        "Bladet Mål, rad 2, kolumn D (Bedömning 2023): ”Pågår” känns inte igen. Skriv något av: Uppfyllt, "
        "Delvis uppfyllt, Ej uppfyllt, Kan inte bedömas, Ej aktuellt i år.",
        "Bladet Åtgärder, rad 4, kolumn C (Första år): ”snart” är inte ett år. Skriv året med fyra siffror, "
        "till exempel 2023.",
        "Bladet Mål, rad 3, kolumn A (Nr): mål 1.1 står redan på bladet Mål, rad 2. Ge målen olika nummer, "
        "eller ta bort den ena raden.",
        "Bladet Mål, rad 4, kolumn B (Mål): målet har ett nummer men ingen text. Fyll i målet.",
        "Bladet Åtgärder, rad 2, kolumn A (Nr): mål 1.9 finns inte i filen. Lägg till det på bladet Mål, eller "
        "rätta numret.",
        "Bladet Åtgärder, rad 3, kolumn C (Första år): 2019 ligger utanför programmets period 2022–2025.",
        "Bladet Åtgärder, rad 4, kolumn B (Åtgärd): Säkerställ att detta värde har som mest 500 tecken (den har 501).",
    ]
    assert not Programme.objects.exists()


@pytest.mark.django_db
def test_what_a_sheet_does_not_say_is_left_alone(huddinge):
    before = written(huddinge)
    first = before["areas"][0]["sub_goals"][0]
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", "Ny text"]])
    names = ("title", "slug", "first_year", "last_year", "overarching_goal")
    log, _ = load(made, ProgrammeFacts({name: getattr(huddinge, name) for name in names}))
    assert dict(log.changed) == {"mål": 1}
    assert not log.created
    first["text"] = "Ny text"
    assert written(Programme.objects.get()) == before


@pytest.mark.django_db
def test_answers_of_earlier_years():
    made = workbook(
        Mål=[["Nr", "Mål", "Måluppfyllelse 2022", "Kommentar 2022"], ["1.1", "Trygghet", "Delvis", "Bra fart."]],
        Åtgärder=[["Nr", "Åtgärd"], ["1.1.1", "Ljus"]],
        Uppföljning_av_åtgärder=[
            ["År", "Åtgärd", "Genomförande", "Vad som har gjorts"],
            [2022, "1.1.1", "Avbruten", "Pengarna tog slut."],
        ],
        Uppföljningar=[
            ["År", "Läge", "Sammanfattning", "Ska vara klar"],
            [2022, "Öppen", "Ett år.", "31 januari 2023"],
        ],
    )
    load(made)
    year = FollowUp.objects.get()
    assert (year.year, year.state, year.summary, year.due_on.isoformat()) == (2022, "open", "Ett år.", "2023-01-31")
    goal = SubGoalEntry.objects.get()
    assert (goal.assessment, goal.comment) == ("partly", "Bra fart.")
    measure = MeasureEntry.objects.get()
    assert (measure.progress, measure.stop_reason) == ("stopped", "Pengarna tog slut.")
    log, _ = load(made)
    assert log.nothing_changed
    assert log.kept == ["Uppföljningen för 2022 finns redan och lämnades orörd."]


# What is no plan, or wants to harm


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def with_part(name: str, part: bytes) -> bytes:
    content = content_of(workbook(Mål=[["Nr", "Mål"], ["1.1", "Trygghet"]]))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    return zipped({**parts, name: part})


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_rows(rows: str, rest: str = "") -> bytes:
    """A workbook whose only sheet has these rows, as XML."""
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{rest}</worksheet>'
    return with_part("xl/worksheets/sheet1.xml", sheet.encode())


def lying_about_size(content: bytes) -> bytes:
    """The file with a directory that says that every part is small when it is unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sizes = {info.file_size for info in package.infolist() if info.file_size > 100_000}
    for size in sizes:
        content = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    return content


CELL = '<c r="A1" t="inlineStr"><is><t>{}</t></is></c>'
# Files of a few kilobytes that ask openpyxl for hours or for all memory.
SWELLING = {
    "row number": (with_rows('<row r="999999999999"/>'), "Filen är skadad: den har en rad med numret 999999999999."),
    "row number with zeros": (with_rows('<row r="0000000001999999999"/>'), "Filen är skadad: den har en rad med"),
    "sheet of another name": (
        with_part("xl/tabs/sheet1.dat", f'<worksheet xmlns="{MAIN}"><row r="9999999"/></worksheet>'.encode()),
        "Filen är skadad: den har en rad med numret 9999999.",
    ),
    "entities of another name": (with_part("xl/a.dat", b"<!DOCTYPE s [<!ENTITY a 'a'>]><s/>"), "Filen innehåller"),
    "row number that is none": (with_rows('<row r="-1"/>'), "Filen är skadad: den har en rad med numret -1."),
    "column": (with_rows('<row r="1"><c r="ZZZZ1"/></row>'), "Filen är skadad: den har en cell med platsen ZZZZ1."),
    "cell without place": (with_rows('<row r="1"><c r="1"/></row>'), "Filen är skadad: den har en cell med platsen 1."),
    "merged sheet": (
        with_rows('<row r="1"/>', '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "many merged areas": (
        with_rows("", "<mergeCells>" + '<mergeCell ref="A1:Z1000"/>' * 100 + "</mergeCells>"),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "linked sheet": (
        with_rows("", '<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "formula over a sheet": (
        with_rows('<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f></c></row>'),
        "Filen har sammanslagna celler eller länkar över så stora ytor",
    ),
    "long text": (
        with_rows('<row r="1">' + CELL.format("a" * 30_000_000) + "</row>"),
        "En cell i filen innehåller mer text än de 32767 tecken",
    ),
    "long shared text": (
        with_part("xl/sharedStrings.xml", b"<sst><si><t>" + b"a" * 30_000_000 + b"</t></si></sst>"),
        "En cell i filen innehåller mer text än de 32767 tecken",
    ),
    "many texts": (
        with_part("xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 500_001 + b"</sst>"),
        "Filen packas upp till orimligt mycket",
    ),
    "wide rows": (
        with_rows("".join(f'<row r="{number}"><c r="XFD{number}"/></row>' for number in range(1, 1300))),
        "Filen packas upp till orimligt mycket",
    ),
    "deep": (with_part("xl/styles.xml", b"<a>" * 500 + b"</a>" * 500), "Filen är skadad och kan inte läsas."),
    "lying sizes": (lying_about_size(with_part("xl/big.xml", b"<a>" + b" " * 90_000_000 + b"</a>")), "Filen "),
    "many sheets": (
        zipped({"xl/workbook.xml": b"<a/>"} | {f"xl/worksheets/sheet{n}.xml": b"<a/>" for n in range(300)}),
        "Filen har fler än 250 blad",
    ),
}
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
HARMFUL = {
    "empty": (b"", "Filen är tom."),
    "no workbook": (b"Nr;Mal", "Filen är inte en Excel-arbetsbok"),
    "old or locked": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "Filen är låst med lösenord eller sparad i ett",
    ),
    "another package": (zipped({"word/document.xml": b"<a/>"}), "Filen är inte en Excel-arbetsbok."),
    "broken": (zipped({"xl/workbook.xml": b"<a"}), "Filen är skadad och kan inte läsas."),
    "bomb": (with_part("xl/big.xml", b"\0" * 90_000_000), "Filen packas upp till orimligt mycket"),
    "too large": (b"x" * 10_485_761, "Filen är större än 10 MB."),
    "macros": (with_part("xl/vbaProject.bin", b"x"), "Filen innehåller makron och läses inte."),
    "entities": (with_part("xl/sharedStrings.xml", ENTITIES), "Filen innehåller sådant som inte hör hemma"),
    **SWELLING,
}


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "message"), HARMFUL.values(), ids=HARMFUL)
def test_a_harmful_or_foreign_file_is_refused_with_a_reason(content, message):
    [problem] = refused(content)
    assert problem.startswith(message)


@pytest.mark.django_db
def test_a_formula_is_what_it_came_to_and_is_never_run():
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", '=HYPERLINK("http://example.com")'], ["1.2", "#REF!"]])
    made["Mål"]["B3"].data_type = "e"
    assert refused(made)[:2] == [
        "Bladet Mål, rad 2, kolumn B (Mål): Cellen har en formel utan sparat värde. Öppna filen i Excel, spara den och "
        "försök igen, eller skriv värdet i cellen.",
        "Bladet Mål, rad 3, kolumn B (Mål): Cellen visar felet #REF!. Rätta formeln eller skriv värdet i cellen.",
    ]


@pytest.mark.django_db
def test_a_row_that_strays_to_the_end_of_the_sheet_does_no_harm():
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", "Trygghet"]])
    made["Mål"]["XFD1048576"] = "."
    load(made)
    assert goals() == [("1.1", "Trygghet")]


@pytest.mark.parametrize("merged", ["", '<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'])
def test_rows_without_a_number_after_the_last_possible_row_are_refused(merged):
    content = with_rows(f'<row r="1048576">{CELL.format("a").replace("A1", "A1048576")}</row><row/><row/>', merged)
    with pytest.raises(SourceError):
        read_sheets(content, ALL_SHEETS, MappingChoices())


def test_a_file_is_screened_once_and_its_rows_are_counted(monkeypatch):
    screened, reported = [], []
    monkeypatch.setattr(loading, "screen", lambda content: screened.append(content) or screen(content))
    sheets = {
        "Mål": [["Nr", "Mål"], ["1.1", "Ljus"]],
        "Åtgärder": [["Nr", "Åtgärd"], *[[f"1.1.{n}", "a"] for n in range(1, 1200)]],
    }
    content = content_of(workbook(**sheets))
    read_sheets(content, ALL_SHEETS, MappingChoices(), lambda *progress: reported.append(progress))
    assert screened == [content]
    assert reported == [(0, 1202), (1000, 1202)]


@pytest.mark.django_db
def test_a_sheet_that_nobody_understands_is_read_as_a_person_says():
    made = workbook(Blad1=[["Ämne", "Syfte", "Vi ska"], ["Hemmet", "Trygga hem", "Larm"]])
    assert refused(made) == ["Bladet Program: i filen hittades inga mål eller åtgärder att läsa in."]
    choices = MappingChoices({"Blad1": "measures"}, {"Blad1": {"A": "area", "B": "goal", "C": "text"}})
    load(made, choices=choices)
    assert (goals(), measures()) == ([("1.1", "Trygga hem")], [("1.1.1", "Larm")])


@pytest.mark.django_db
def test_the_template_says_how_and_lacks_a_programme():
    content = template(ALL_SHEETS)
    assert refused(content, facts=ProgrammeFacts()) == [
        "Bladet Program, kolumn B (Titel), rad 1: titel måste fyllas i.",
        "Bladet Program, kolumn B (Kortnamn), rad 2: det här måste fyllas i.",
        "Bladet Program, kolumn B (Första år), rad 3: första år måste fyllas i.",
        "Bladet Program, kolumn B (Sista år), rad 4: sista år måste fyllas i.",
        "Bladet Program, kolumn B (Övergripande mål), rad 5: övergripande mål måste fyllas i.",
    ]
    filled = load_workbook(io.BytesIO(content))
    for cell, value in {"B1": "Trygghet", "B3": 2022, "B4": 2025, "B5": "Trygg kommun."}.items():
        filled["Program"][cell] = value
    filled["Mål"].append(["1.1", "Trygga hem", "Kommunstyrelsen"])
    filled["Mål"].delete_rows(2, 1000)
    filled["Mål"]["A2"], filled["Mål"]["B2"] = "1.1", "Trygga hem"
    load(filled, ProgrammeFacts())
    assert Programme.objects.get().slug == "trygghet-2022"
    assert any(validation.formula1 == '"Ja,Nej"' for validation in filled["Åtgärder"].data_validations.dataValidation)


@pytest.mark.django_db
def test_the_command_tells_what_a_workbook_lacks(tmp_path):
    file = tmp_path / "Plan.xlsx"
    file.write_bytes(content_of(workbook(Blad1=FLAT)))
    with pytest.raises(CommandError) as error:
        call_command("import_programme", str(file))
    assert str(error.value).splitlines() == [
        "Inget lästes in. 3 fel:",
        "Bladet Program: första år måste fyllas i.",
        "Bladet Program: sista år måste fyllas i.",
        "Bladet Program: övergripande mål måste fyllas i.",
    ]
    call_command(
        "import_programme",
        str(file),
        first_year=2022,
        last_year=2025,
        overarching_goal="En trygg kommun.",
        stdout=io.StringIO(),
    )
    assert Programme.objects.get().title == "Plan"


def through_libreoffice(file: Path) -> Path:
    """The workbook as LibreOffice saves it after opening it."""
    folder = file.parent / "saved"
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180)
    return folder / file.name


def test_what_libreoffice_has_saved_is_read_as_before(huddinge, tmp_path):
    content = programme_workbook(export_programme(huddinge))
    file = tmp_path / "program.xlsx"
    file.write_bytes(content)
    saved = through_libreoffice(file).read_bytes()
    assert saved != content
    log, tables = load(saved, ProgrammeFacts())
    assert log.nothing_changed
    assert dict(log.unchanged)["åtgärder"] == Measure.objects.count()
    assert [sheet.title for sheet in tables.sheets if not sheet.spec] == []


# Texts as other programs encode them


def test_headings_units_and_texts_are_read_in_any_unicode_form(db):
    nfd = partial(unicodedata.normalize, "NFD")
    registered = make_unit("Äldreomsorgsnämnden")
    rows = [
        [nfd("Mål"), nfd("Åtgärd"), nfd("Ansvarig nämnd")],
        [nfd("Tryggare gång"), nfd("Öka\u00ad belysningen_x000D_\nvid ån"), nfd("Äldre\u200bomsorgsnämnden")],
    ]
    load(workbook(Plan=rows))
    assert goals() == [("1.1", "Tryggare gång")]
    assert measures() == [("1.1.1", "Öka\u00ad belysningen\nvid ån")]
    assert list(Unit.objects.all()) == [registered]
    assert units_of("1.1.1") == ["Äldreomsorgsnämnden"]


def test_escapes_in_the_name_of_a_unit_make_no_second_unit(db):
    make_unit("Kultur- och fritidsnämnden")
    rows = [["Mål", "Åtgärd", "Ansvarig"], ["Trygga", "Gå ut", "Kultur-_x000B_och_x0020_fritidsnämnden_x000D_"]]
    load(workbook(Plan=rows))
    assert units_of("1.1.1") == ["Kultur- och fritidsnämnden"]
    assert Unit.objects.count() == 1


# Years of measures


def plan(headings: list[str], *rows: list[Any]) -> Workbook:
    """A flat plan of measures of one goal."""
    return workbook(Plan=[["Område", "Mål", *headings], *(["Ute", "Fler ute", *row] for row in rows)])


def years_of_measures() -> list[tuple[int, int]]:
    return list(Measure.objects.order_by("number").values_list("first_year", "last_year"))


def test_periods_are_read_up_to_the_end_of_the_programme(db):
    periods = ["2024-25", "2024–", "löpande från 2023", "Löpande, klart 2024", "2023/24", "2024 om medel finns"]
    rows = [[f"Insats {number}", period] for number, period in enumerate(periods)]
    _, tables = load(plan(["Insats", "Tidplan"], *rows))
    assert years_of_measures() == [(2024, 2025), (2024, 2025), (2023, 2025), (2022, 2024), (2023, 2024), (2024, 2024)]
    assert [str(note) for note in tables.notes] == [
        "Bladet Plan, rad 7, kolumn D (Tidplan): ”2024 om medel finns” läses som 2024."
    ]


@pytest.mark.parametrize("heading", ["Klart senast", "Slutdatum", "Deadline", "Färdigställs"])
def test_a_deadline_is_the_last_year_and_an_answer_after_it_is_kept(db, heading):
    made = plan(
        ["Åtgärd", heading, "Status 2023", "Kommentar 2023"],
        ["Bygg cykelväg", datetime(2024, 5, 31), "Pågår", "8 km"],
        ["Rusta torget", 2022, "Klar", "blev klart i januari 2023"],
        ["Måla bänkar", "31 december 2023", "Klar", ""],
        ["Plantera träd", "2022", "", ""],
    )
    _, tables = load(made)
    assert years_of_measures() == [(2022, 2024), (2022, 2023), (2022, 2023), (2022, 2022)]
    answers = MeasureEntry.objects.order_by("measure__number").values_list("progress", "done")
    assert list(answers) == [("ongoing", "8 km"), ("done", "blev klart i januari 2023"), ("done", "")]
    assert [str(note) for note in tables.notes] == [
        f"Bladet Plan, rad 3, kolumn D ({heading}): åtgärden har ett svar för 2023, så den slutar 2023 "
        "i stället för 2022."
    ]


def test_an_answer_before_the_first_year_is_kept(db):
    _, tables = load(plan(["Åtgärd", "Tid", "Status 2023"], ["Måla bänkar", "2024–2025", "Pågår"]))
    assert years_of_measures() == [(2023, 2025)]
    assert MeasureEntry.objects.get().progress == "ongoing"
    assert [note.text for note in tables.notes] == [
        "åtgärden har ett svar för 2023, så den börjar 2023 i stället för 2024."
    ]


def test_an_open_period_ends_with_the_programme_also_for_a_stored_measure(db):
    for period in ("2023", "2023 och framåt"):
        load(plan(["Åtgärd", "Tid"], ["Måla bänkar", period]))
    assert years_of_measures() == [(2023, 2025)]


def test_several_years_in_a_column_of_one_year_are_refused(db):
    rows = [["Nr", "Mål"], ["1.1", "Fler ute"]], [["Nr", "Åtgärd", "Slutår"], ["1.1.1", "Måla", "2023–2024"]]
    assert refused(workbook(Mål=rows[0], Åtgärder=rows[1])) == [
        "Bladet Åtgärder, rad 2, kolumn C (Slutår): ”2023–2024” är flera år. Skriv året med fyra siffror, "
        "till exempel 2023."
    ]


# Headings that are nothing but a year


def test_marks_under_years_are_the_years_of_a_measure(db):
    made = plan(
        ["Åtgärd", 2022, 2023, "2024"],
        ["1.1.1 Nattvandring", "x", None, "x"],
        ["1.1.2 Lyktor", None, "✓", None],
        ["1.1.3 Bänkar", None, None, None],
    )
    _, tables = load(made)
    assert measures() == [("1.1.1", "Nattvandring"), ("1.1.2", "Lyktor"), ("1.1.3", "Bänkar")]
    assert years_of_measures() == [(2022, 2024), (2023, 2023), (2022, 2025)]
    assert [str(note) for note in tables.notes] == [
        "Bladet Plan, rad 2, kolumn D (2022): kryssen för 2022, 2024 läses som 2022–2024."
    ]


def test_amounts_under_years_are_listed_as_unread(db):
    made = plan(["Åtgärd", 2022, "2023 (tkr)"], ["1.1.1 Nattvandring", 500, 250], ["1.1.2 Lyktor", 500, 250])
    _, tables = load(made)
    assert measures() == [("1.1.1", "Nattvandring"), ("1.1.2", "Lyktor")]
    assert [str(note) for note in tables.notes] == [
        "Bladet Plan, kolumn D (2022): kolumnen läses inte.",
        "Bladet Plan, kolumn E (2023 (tkr)): kolumnen läses inte.",
    ]


def test_statuses_under_years_are_the_answers_of_the_years(db):
    load(plan(["Åtgärd", "2022", 2023], ["Nattvandring", "Pågår", "Klar"]))
    answers = MeasureEntry.objects.order_by("follow_up__year").values_list("follow_up__year", "progress")
    assert list(answers) == [(2022, "ongoing"), (2023, "done")]


def test_figures_under_years_are_outcomes_of_indicators(db):
    indicators = [
        ["Mål", "Indikator", "Enhet", "Riktning", 2022, "2023"],
        ["1.1", "Upplevd trygghet", "procent", "Ökar", 61, "63,5 %"],
    ]
    load(workbook(Mål=[["Nr", "Mål"], ["1.1", "Trygghet"]], Blad2=indicators))
    indicator = Programme.objects.get().areas.get().sub_goals.get().indicators.get()
    assert indicator.number == 1
    assert [(o.year, float(o.value)) for o in indicator.outcomes.order_by("year")] == [(2022, 61), (2023, 63.5)]


@pytest.mark.parametrize("heading", ["2030", "1", "–", "*", "…", "2024/25", "()"])
def test_a_heading_of_digits_and_signs_is_never_the_number(heading):
    for spec in ALL_SHEETS:
        column = find_column(spec, Heading.of(SimpleNamespace(value=heading)))
        assert column is None or column.key != "number"


@pytest.mark.parametrize("heading", ["#", "Nr", "Nr.", "Löpnr"])
def test_usual_headings_of_the_number_are_known(heading):
    assert find_exact_column(MEASURE_SHEET, SimpleNamespace(value=heading)).key == "number"


# A measure on several rows


def test_two_rows_with_different_answers_are_two_measures(db):
    made = plan(
        ["Aktivitet", "Ansvarig", "Status 2023", "Kommentar 2023"],
        ["Utbilda personalen", "Socialnämnden", "Klar", "Alla klara"],
        ["Utbilda personalen", "Tekniska nämnden", "Ej påbörjad", "Hann inte"],
        ["utbilda personalen.", "Kulturnämnden", "Ej påbörjad", ""],
    )
    _, tables = load(made)
    assert measures() == [("1.1.1", "Utbilda personalen"), ("1.1.2", "Utbilda personalen")]
    assert (units_of("1.1.1"), units_of("1.1.2")) == (["Socialnämnden"], ["Kulturnämnden", "Tekniska nämnden"])
    answers = MeasureEntry.objects.order_by("measure__number").values_list("progress", "done")
    assert list(answers) == [("done", "Alla klara"), ("not_started", "Hann inte")]
    assert (
        "Bladet Plan, rad 3, kolumn C (Aktivitet): åtgärden står också på rad 2 med andra uppgifter, och läses in som "
        "två åtgärder: 1.1.1 och 1.1.2."
    ) in map(str, tables.notes)
    assert load(made)[0].nothing_changed


def test_two_rows_with_different_periods_are_two_measures(db):
    load(plan(["Åtgärd", "Tid"], ["Måla bänkar", "2022"], ["Måla bänkar", "2024"]))
    assert years_of_measures() == [(2022, 2022), (2024, 2024)]


def test_rows_that_complete_each_other_are_one_measure(db):
    made = plan(
        ["Åtgärd", "Ansvarig", "Tid", "Status 2023", "Kommentar 2023"],
        ["Måla bänkar", "Socialnämnden", None, "Klar", None],
        ["Måla bänkar", "Tekniska nämnden", "2022–2023", "Klar", "Tio bänkar"],
    )
    load(made)
    assert measures() == [("1.1.1", "Måla bänkar")]
    assert units_of("1.1.1") == ["Socialnämnden", "Tekniska nämnden"]
    assert years_of_measures() == [(2022, 2023)]
    assert MeasureEntry.objects.values_list("progress", "done").get() == ("done", "Tio bänkar")


def test_different_answers_on_one_goal_are_joined_or_noted(db):
    made = plan(
        ["Åtgärd", "Måluppfyllelse 2023", "Kommentar till målet 2023"],
        ["Måla bänkar", "Delvis", "Bra fart."],
        ["Plantera träd", "Nej", "Ont om träd."],
        ["Sopa torget", "Delvis", "Bra fart."],
    )
    _, tables = load(made)
    assert SubGoalEntry.objects.values_list("assessment", "comment").get() == ("partly", "Bra fart.\nOnt om träd.")
    assert str(tables.notes[-1]) == (
        "Bladet Plan, rad 3, kolumn D (Måluppfyllelse 2023): värdet läses inte, eftersom rad 2 på bladet Plan har ett "
        "annat."
    )


# The next year's file


def answers_of(year: int) -> dict[str, str]:
    entries = MeasureEntry.objects.filter(follow_up__year=year).select_related("measure")
    return {entry.measure.text: entry.progress for entry in entries}


def test_rows_in_another_order_keep_the_answers_of_their_measures(db):
    load(plan(["Åtgärd", "Status 2022"], ["Kvällsvandring", "Klar"], ["Nya lyktor", "Pågår"]))
    load(
        plan(
            ["Åtgärd", "Status 2023"],
            ["Värdar på torget", "Ej påbörjad"],
            ["Nya lyktor", "Klar"],
            ["kvällsvandring ", "Klar"],
        )
    )
    assert measures() == [("1.1.1", "kvällsvandring"), ("1.1.2", "Nya lyktor"), ("1.1.3", "Värdar på torget")]
    answers = answers_of(2022)
    assert (answers["kvällsvandring"], answers["Nya lyktor"]) == ("done", "ongoing")
    assert answers_of(2023) == {"kvällsvandring": "done", "Nya lyktor": "done", "Värdar på torget": "not_started"}


def test_goals_areas_and_indicators_are_recognised_by_their_words(db):
    first = [
        ["Område", "Mål", "Åtgärd"],
        ["Ute", "Fler vuxna", "Vandra"],
        ["Ute", "Mindre klotter", "Tvätta"],
        ["Hemma", "Trygga hem", "Larm"],
    ]
    head = ["Mål", "Indikator", "Enhet", "Riktning"]
    figures = [["Trygga hem", "Inbrott", "antal", "Minskar"], ["Trygga hem", "Larm", "antal", "Ökar"]]
    load(workbook(Plan=first, Indikatorer=[head, *figures]))
    load(workbook(Plan=[first[0], ["Nytt", "Nytt mål", "Ny åtgärd"], *reversed(first[1:])],
                  Indikatorer=[head, *reversed(figures)]))  # fmt: skip
    assert goals() == [("1.1", "Fler vuxna"), ("1.2", "Mindre klotter"), ("2.1", "Trygga hem"), ("3.1", "Nytt mål")]
    assert measures() == [("1.1.1", "Vandra"), ("1.2.1", "Tvätta"), ("2.1.1", "Larm"), ("3.1.1", "Ny åtgärd")]
    indicators = Programme.objects.get().areas.get(number=2).sub_goals.get().indicators.order_by("number")
    assert [indicator.name for indicator in indicators] == ["Inbrott", "Larm"]


def test_a_mended_misspelling_is_the_same_measure_and_other_words_are_a_new_one(db):
    load(plan(["Åtgärd", "Status 2022"], ["Utblida personalen i brandskydd", "Klar"], ["Nya lyktor", "Pågår"]))
    load(plan(["Åtgärd"], ["Utbilda personalen i brandskydd"], ["Röja sly"]))
    assert measures() == [
        ("1.1.1", "Utbilda personalen i brandskydd"),
        ("1.1.2", "Nya lyktor"),
        ("1.1.3", "Röja sly"),
    ]


def test_a_similar_measure_that_the_file_still_has_is_not_reworded(db):
    load(plan(["Åtgärd", "Status 2022"], ["Vandra på torget", "Klar"]))
    load(plan(["Åtgärd"], ["Vandra på torgen"], ["Vandra på torget"]))
    assert measures() == [("1.1.1", "Vandra på torget"), ("1.1.2", "Vandra på torgen")]


# Names of units


@pytest.mark.parametrize(
    "written",
    [
        "Kultur\u2010 och fritidsnämnden",
        "Kultur\u2011 & fritidsnämnden",
        "Kultur– samt fritidsnämnden",
        "Kultur-och fritidsnämnden",
    ],
)
@pytest.mark.parametrize("is_registered", [True, False])
def test_dashes_and_words_for_and_make_no_second_unit(db, written, is_registered):
    if is_registered:
        make_unit("Kultur- och fritidsnämnden")
    load(plan(["Åtgärd", "Ansvarig"], ["Måla", "Kultur- och fritidsnämnden"], ["Sopa", written]))
    assert [unit.name for unit in Unit.objects.all()] == ["Kultur- och fritidsnämnden"]


def test_two_units_whose_short_names_would_be_equal_are_two_units(db):
    load(plan(["Åtgärd", "Ansvarig"], ["Måla", "Råd Öst"], ["Sopa", "Rad Ost, Socialnämnden & Äldrenämnden"]))
    units = Unit.objects.order_by("pk").values_list("name", "slug")
    assert list(units) == [
        ("Råd Öst", "rad-ost"),
        ("Rad Ost", "rad-ost-2"),
        ("Socialnämnden", "socialnamnden"),
        ("Äldrenämnden", "aldrenamnden"),
    ]
    assert load(plan(["Åtgärd", "Ansvarig"], ["Måla", "Råd Öst"], ["Sopa", "Rad Ost"]))[0].created == {}
