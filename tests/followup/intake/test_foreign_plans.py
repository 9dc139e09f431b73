"""Plans with other people's headings, layouts and ways of writing, and the problems that are reported in them."""

import io
import unicodedata
from datetime import datetime
from functools import partial

import pytest
from django.core.management import CommandError, call_command

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from organisation.models import Unit
from programmes.models import Measure, Programme, ResponsibilityArea, SubGoal
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import MappingChoices
from tests.factories import make_unit
from tests.followup.intake.workbooks import FLAT, content_of, goals, load, measures, refused, units_of, workbook
from tests.programmes.test_exporting import written


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


@pytest.mark.django_db
def test_numbers_that_excel_stores_as_decimals_and_dates():
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
def test_figures_in_many_notations():
    made = workbook(Mål=[["Nr", "Mål"], ["1.1", "Trygghet"]], Nyckeltal=INDICATORS)
    made["Nyckeltal"]["E2"].number_format = "0.0%"
    _log, tables = load(made)
    assert [str(note) for note in tables.notes] == [
        "Bladet Nyckeltal, rad 2, kolumn I (Målvärde): ”ca” är inte ett tal. Skriv bara talet, till exempel 12,5. "
        "Cellen lämnas tom.",
        "Bladet Mål, rad 2: ansvarsområde 1 har inget namn i filen och kallas ”Område 1”.",
    ]
    indicator = Programme.objects.get().areas.get().sub_goals.get().indicators.get()
    assert (float(indicator.baseline), indicator.baseline_year, indicator.direction) == (61.5, 2021, "up")
    assert [(o.year, float(o.value)) for o in indicator.outcomes.order_by("year")] == [(2022, 63.5), (2023, 1234)]


@pytest.mark.django_db
def test_all_problems_are_reported_at_once_with_their_places():
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
def test_odd_cells_are_left_empty_and_mentioned_with_their_places():
    made = workbook(
        Mål=[["Nr", "Mål", "Exempel", "Bedömning 2023"], ["1.1", "Trygghet", "kanske", "Pågår"]],
        Åtgärder=[["Nr", "Åtgärd", "Första år"], ["1.1.1", "Ljus", "snart"]],
    )
    _log, tables = load(made)
    assert [str(note) for note in tables.notes] == [
        "Bladet Mål, rad 2, kolumn C (Exempel): ”kanske” går inte att tolka. Skriv Ja eller Nej. Cellen lämnas tom.",
        "Bladet Mål, rad 2, kolumn D (Bedömning 2023): ”Pågår” känns inte igen, och cellen lämnas tom.",
        "Bladet Åtgärder, rad 2, kolumn C (Första år): ”snart” är inte ett år. Skriv året med fyra siffror, "
        "till exempel 2023. Cellen lämnas tom.",
        "Bladet Mål, rad 2: ansvarsområde 1 har inget namn i filen och kallas ”Område 1”.",
    ]
    assert not FollowUp.objects.exists()
    assert Measure.objects.get().first_year == 2022


@pytest.mark.django_db
def test_items_and_fields_that_a_sheet_lacks_are_left_alone(huddinge):
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


@pytest.mark.django_db
def test_an_unrecognised_sheet_is_read_by_a_persons_choices():
    made = workbook(Blad1=[["Ämne", "Syfte", "Vi ska"], ["Hemmet", "Trygga hem", "Larm"]])
    assert refused(made) == ["Bladet Program: i filen hittades inga mål eller åtgärder att läsa in."]
    choices = MappingChoices({"Blad1": "measures"}, {"Blad1": {"A": "area", "B": "goal", "C": "text"}})
    load(made, choices=choices)
    assert (goals(), measures()) == ([("1.1", "Trygga hem")], [("1.1.1", "Larm")])


@pytest.mark.django_db
def test_the_command_lists_the_facts_that_a_workbook_lacks(tmp_path):
    file = tmp_path / "Plan.xlsx"
    file.write_bytes(content_of(workbook(Blad1=FLAT)))
    with pytest.raises(CommandError) as error:
        call_command("import_programme", str(file))
    assert str(error.value).splitlines() == [
        "Inget lästes in. 2 fel:",
        "Bladet Program: första år måste fyllas i.",
        "Bladet Program: sista år måste fyllas i.",
    ]
    call_command(
        "import_programme",
        str(file),
        first_year=2022,
        last_year=2025,
        overarching_goal="En trygg kommun.",
        stdout=io.StringIO(),
    )
    # From the first line of the sheet; without one it would be the name of the file.
    assert Programme.objects.get().title == "Handlingsplan för trygghet"


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
