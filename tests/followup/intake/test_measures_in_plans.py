"""Years, answers, numbers and units of measures in other people's plans."""

from datetime import datetime

import pytest

from followup.intake.workbook import ALL_SHEETS
from followup.models import MeasureEntry, SubGoalEntry
from organisation.models import Unit
from programmes.models import Programme
from programmes.sheets.recognition import Heading, find_column, find_exact_column
from programmes.sheets.schema import MEASURE_SHEET
from tests.factories import make_unit
from tests.followup.intake.workbooks import goals, load, measures, plan, units_of, workbook, years_of_measures


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


def test_several_years_in_a_column_of_one_year_are_mentioned(db):
    rows = [["Nr", "Mål"], ["1.1", "Fler ute"]], [["Nr", "Åtgärd", "Slutår"], ["1.1.1", "Måla", "2023–2024"]]
    _log, tables = load(workbook(Mål=rows[0], Åtgärder=rows[1]))
    assert [str(note) for note in tables.notes] == [
        "Bladet Åtgärder, rad 2, kolumn C (Slutår): ”2023–2024” är flera år. Skriv året med fyra siffror, "
        "till exempel 2023. Cellen lämnas tom.",
        "Bladet Mål, rad 2: ansvarsområde 1 har inget namn i filen och kallas ”Område 1”.",
    ]


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
        column = find_column(spec, Heading.of((heading,)))
        assert column is None or column.key != "number"


@pytest.mark.parametrize("heading", ["#", "Nr", "Nr.", "Löpnr"])
def test_usual_headings_of_the_number_are_known(heading):
    assert find_exact_column(MEASURE_SHEET, heading).key == "number"


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


def test_a_new_measure_that_resembles_a_missing_one_is_mentioned(db):
    load(plan(["Åtgärd", "Status 2022"], ["Nya lyktor", "Klar"]))
    _, tables = load(plan(["Åtgärd"], ["Nya lyktor vid ån"]))
    assert measures() == [("1.1.1", "Nya lyktor"), ("1.1.2", "Nya lyktor vid ån")]
    assert [note.text for note in tables.notes] == [
        "”Nya lyktor vid ån” läses in som en ny åtgärd. Är det åtgärd 1.1.1 med ny lydelse? Skriv då 1.1.1 före texten."
    ]


def test_the_number_before_the_text_says_that_a_measure_has_other_words(db):
    load(plan(["Åtgärd", "Status 2022"], ["Nya lyktor", "Klar"]))
    load(plan(["Åtgärd"], ["1.1.1 Nya lyktor vid ån"]))
    assert measures() == [("1.1.1", "Nya lyktor vid ån")]


def test_a_similar_measure_that_the_file_still_has_is_not_reworded(db):
    load(plan(["Åtgärd", "Status 2022"], ["Vandra på torget", "Klar"]))
    load(plan(["Åtgärd"], ["Vandra på torgen"], ["Vandra på torget"]))
    assert measures() == [("1.1.1", "Vandra på torget"), ("1.1.2", "Vandra på torgen")]


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
