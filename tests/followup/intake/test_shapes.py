"""Tables of other shapes than ours: headings of two rows, bands, outlines, marks, colours, totals and legends."""

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from followup.models import MeasureEntry
from programmes.models import Measure, ResponsibilityArea
from programmes.sheets.mapping import MappingChoices
from tests.factories import make_unit
from tests.followup.intake.workbooks import goals, load, measures, units_of, workbook, years_of_measures

pytestmark = pytest.mark.django_db


def statuses() -> dict[str, str]:
    """Progress by the text of the measure."""
    return {entry.measure.text: entry.progress for entry in MeasureEntry.objects.select_related("measure")}


def comments() -> dict[str, str]:
    return {entry.measure.text: entry.done for entry in MeasureEntry.objects.select_related("measure")}


def areas() -> list[str]:
    return list(ResponsibilityArea.objects.order_by("number").values_list("name", flat=True))


def unread(tables) -> list[tuple[str, str]]:
    return [(cell.place, cell.reason) for sheet in tables.sheets for cell in sheet.unread]


def test_headings_of_two_rows_give_each_column_its_year():
    made = workbook(
        Plan=[
            ["Mål", "Aktivitet", "Tid", None, "Läge vid årets slut", None, "Kommentar", None],
            [None, None, "Start", "Slut", 2023, 2022, 2023, 2022],
            ["Fler ute", "Vandring", 2022, 2024, "I mål", "På gång", "tio", "fem"],
        ]
    )
    _log, tables = load(made)
    assert (measures(), years_of_measures()) == ([("1.1.1", "Vandring")], [(2022, 2024)])
    answers = MeasureEntry.objects.order_by("follow_up__year").values_list("follow_up__year", "progress", "done")
    assert list(answers) == [(2022, "ongoing", "fem"), (2023, "done", "tio")]
    assert unread(tables) == []


def test_rows_across_are_areas_and_goals_by_their_words_numbers_or_looks():
    rows = [
        ["Nr", "Åtgärd", "Ansvar", "Status 2023"],
        ["A", "Trygga platser", None, None],
        ["A1", "Mål: Fler ute", None, None],
        ["A1a", "Vandring", "Socialnämnden", "Klar"],
        [None, "Delsumma Trygga platser", None, 1],
        ["Nr", "Åtgärd", "Ansvar", "Status 2023"],
        ["B", "Trygga hem", None, None],
        ["B1", "Mål: Färre bränder", None, None],
        ["B1a", "Brandvarnare", "Socialnämnden", "Pågår"],
        [None, "Summa", None, 2],
    ]
    _log, tables = load(workbook(Plan=rows))
    assert areas() == ["Trygga platser", "Trygga hem"]
    assert goals() == [("1.1", "Fler ute"), ("2.1", "Färre bränder")]
    assert measures() == [("1.1.1", "Vandring"), ("2.1.1", "Brandvarnare")]
    assert {reason for _, reason in unread(tables)} == {"raden summerar andra rader"}
    assert len(unread(tables)) == 4


def test_lines_above_a_table_name_its_area_and_goal_and_the_year_of_its_statuses():
    rows = [
        ["Handlingsplan för trygghet 2022–2025"],
        ["Läget 2023-12-31"],
        ["Område: Trygga platser"],
        ["Mål: Fler ute"],
        ["Åtgärd", "Ansvarig", "Status"],
        ["Vandring", "Socialnämnden", "Klar"],
    ]
    _log, tables = load(workbook(Plan=rows))
    assert (areas(), goals(), measures()) == (
        ["Trygga platser"],
        [("1.1", "Fler ute")],
        [("1.1.1", "Vandring")],
    )
    assert MeasureEntry.objects.get().follow_up.year == 2023
    proposed = tables.proposed
    assert (proposed.title, proposed.first_year, proposed.last_year) == (
        "Handlingsplan för trygghet 2022–2025",
        2022,
        2025,
    )
    assert unread(tables) == []


def test_each_sheet_of_a_plan_without_areas_is_an_area():
    heading = ["Mål", "Åtgärd", "Ansvarig"]
    load(
        workbook(
            Trygghet=[heading, ["Fler ute", "Vandring", "Socialnämnden"]],
            Miljö=[heading, ["Renare luft", "Bussar", "Tekniska nämnden"]],
        )
    )
    assert areas() == ["Trygghet", "Miljö"]
    assert goals() == [("1.1", "Fler ute"), ("2.1", "Renare luft")]


def test_an_outline_in_one_column_is_told_apart_by_indent():
    rows = [
        ["Vad", "Genomfört 2023", "När", "Ansvar"],
        ["Parker", None, None, None],
        ["Alla ska ha nära till grönt", None, None, None],
        ["Ny fickpark", "100 %", "2022-2023", "Tekniska nämnden"],
        ["I snitt", "100 %", None, None],
    ]
    made = workbook(Plan=rows)
    for row, indent in ((3, 1), (4, 2)):
        made["Plan"].cell(row, 1).alignment = Alignment(indent=indent)
    load(made)
    assert (areas(), goals(), measures()) == (
        ["Parker"],
        [("1.1", "Alla ska ha nära till grönt")],
        [("1.1.1", "Ny fickpark")],
    )
    assert statuses() == {"Ny fickpark": "done"}


def test_one_of_several_columns_is_marked():
    rows = [
        ["Mål", "Åtgärd", "Ansvar", "Ej börjat", "Pågår", "Klart"],
        ["Fler ute", "Ett", "KS", None, "x", None],
        [None, "Två", "KS", "X", None, None],
        [None, "Tre", "KS", None, None, "●"],
    ]
    load(workbook(Plan=rows), choices=MappingChoices(status_year=2023))
    assert statuses() == {"Ett": "ongoing", "Två": "not_started", "Tre": "done"}


def test_colours_notes_and_struck_out_text_are_read_by_the_legend():
    rows = [["Mål", "Åtgärd", "Ansvar", "Status 2023"], *(["Fler ute", f"Nr {n}", "KS", None] for n in range(1, 5))]
    made = workbook(Plan=rows, Färger=[["Blå", None], [None, "Levererat"], [None, "Inte startat"]])
    for row, colour in ((2, "92D050"), (3, "9BC2E6"), (4, "9BC2E6"), (5, "FFC000")):
        made["Plan"].cell(row, 4).fill = PatternFill("solid", fgColor=colour)
    made["Färger"]["A2"].fill = PatternFill("solid", fgColor="9BC2E6")
    made["Färger"]["A3"].fill = PatternFill("solid", fgColor="92D050")
    made["Plan"]["B4"].font = Font(strike=True)
    made["Plan"]["B2"].comment = Comment("Bara halva området", "Kim")
    load(made)
    assert statuses() == {"Nr 1": "not_started", "Nr 2": "done", "Nr 3": "stopped", "Nr 4": "ongoing"}
    assert comments()["Nr 1"] == "Bara halva området"


def test_the_legend_of_letters_goes_before_our_own_letters():
    rows = [
        ["Mål", "Åtgärd", "Ansvar", "Status 2023"],
        ["Fler ute", "Ett", "KS", "G"],
        [None, "Två", "KS", "P – 3 av 4"],
        ["G = har inte startat, P = klart, KS = kommunstyrelsen", None, None, None],
    ]
    _log, tables = load(workbook(Plan=rows))
    assert statuses() == {"Ett": "not_started", "Två": "done"}
    assert comments()["Två"] == "3 av 4"
    assert unread(tables) == []


def test_guessed_letters_are_mentioned_once_each():
    rows = [["Mål", "Åtgärd", "Ansvar", "Status 2023"], *(["Fler ute", f"Nr {n}", "KS", "G"] for n in (1, 2))]
    _log, tables = load(workbook(Plan=rows))
    assert [str(note) for note in tables.notes if "läses som" in str(note)] == [
        "Plan!D2: ”G” läses som Genomförd (2 celler). Stämmer det inte, skriv ordet i filen."
    ]


def test_columns_of_counts_are_no_measures():
    rows = [["Nämnd", "Antal åtgärder", "Klara"], ["KS", 4, 2]]
    _log, tables = load(workbook(Mål=[["Nr", "Mål"], ["1.1", "Fler ute"]], Per_nämnd=rows))
    assert not Measure.objects.exists()
    assert [place for place, _ in unread(tables)] == [f"Per nämnd!{column}{row}" for row in (1, 2) for column in "ABC"]


def test_the_problem_of_a_measure_comes_from_the_column_of_causes():
    rows = [
        ["Orsak", "Operativa mål", "Åtgärd", "När", "Vem", "Uppföljning 2023"],
        ["Mörka gångvägar", "Fler ute", "Lyktor", "2023", "Tekniska nämnden", "Alla bytta"],
    ]
    load(workbook(Plan=rows))
    measure = Measure.objects.get()
    assert (measure.problem, measure.sub_goal.text, measure.text) == ("Mörka gångvägar", "Fler ute", "Lyktor")
    assert comments() == {"Lyktor": "Alla bytta"}


@pytest.mark.parametrize(
    "headings",
    [
        ["Satsingsområde", "Mål", "Tiltak", "Ansvarlig", "Frist", "Status 2023"],
        ["Indsatsområde", "Delmål", "Indsats", "Ansvarlig", "Tidsplan", "Status 2023"],
        ["Tyngdpunktsområde", "Målsättning", "Åtgärd", "Ansvarsinstans", "Tidtabell", "Läge 2023"],
    ],
    ids=["norwegian", "danish", "swedish of Finland"],
)
def test_headings_of_the_neighbours_are_known(headings):
    load(workbook(Plan=[headings, ["Trygg by", "Flere ute", "Natteravner", "Helsenemnda", "2023", "Pågår"]]))
    assert (areas(), goals(), measures()) == (["Trygg by"], [("1.1", "Flere ute")], [("1.1.1", "Natteravner")])
    assert (units_of("1.1.1"), years_of_measures(), statuses()) == (
        ["Helsenemnda"],
        [(2023, 2023)],
        {"Natteravner": "ongoing"},
    )


def test_abbreviations_and_persons_among_the_units():
    for name in ("Kommunstyrelsen", "Barn- och ungdomsnämnden", "Samhällsbyggnadsnämnden"):
        make_unit(name)
    rows = [
        ["Mål", "Åtgärd", "Ansvarig"],
        ["Fler ute", "Ett", "KS, SBN & BUN"],
        ["Fler ute", "Två", "Lin Exempelsson 070-000 00 00"],
        ["Fler ute", "Tre", "KS, Alex Testlund (alex@asmyra.example)"],
    ]
    _log, tables = load(workbook(Plan=rows))
    assert units_of("1.1.1") == ["Barn- och ungdomsnämnden", "Kommunstyrelsen", "Samhällsbyggnadsnämnden"]
    assert (units_of("1.1.2"), units_of("1.1.3")) == ([], ["Kommunstyrelsen"])
    assert [str(note) for note in tables.notes if "person" in str(note)] == [
        "Bladet Plan, rad 3, kolumn C (Ansvarig): ”Lin Exempelsson 070-000 00 00” läses inte: det ser ut som en person "
        "och inte som en enhet.",
        "Bladet Plan, rad 4, kolumn C (Ansvarig): ”Alex Testlund (alex@asmyra.example)” läses inte: det ser ut som en "
        "person och inte som en enhet.",
    ]


def test_a_number_that_is_used_twice_and_a_foreign_identifier_stop_nothing():
    rows = [
        ["Id", "Mål", "Åtgärd"],
        ["1.1.1", "Fler ute", "Ett"],
        ["1.1.1", "Fler ute", "Två"],
        ["A-1049", "Fler ute", "Tre"],
        ["1.1.d", "Fler ute", "Fyra"],
    ]
    _log, tables = load(workbook(Plan=rows))
    assert [text for _, text in measures()] == ["Ett", "Två", "Tre", "Fyra"]
    assert "numret står redan på bladet Plan, rad 2, så åtgärden får nummer 1.1.2." in str(tables.notes[-2:])


def test_every_filled_cell_is_read_interpreted_or_listed():
    rows = [
        ["Uppföljning", None, None, None],
        ["Mål", "Åtgärd", "Ansvar", "Budget"],
        ["Fler ute", "Ett", "KS", 500],
        [None, "OBS! Raderna nedan är nya.", None, None],
        [None, "Två", "KS", None],
    ]
    _log, tables = load(workbook(Plan=rows))
    [sheet] = tables.sheets
    assert (sheet.cells_read, sheet.cells_interpreted) == (5, 3)
    assert unread(tables) == [
        ("Plan!A1", "innehållet känns inte igen"),
        ("Plan!D2", "kolumnen ”Budget” läses inte"),
        ("Plan!D3", "kolumnen ”Budget” läses inte"),
        ("Plan!B4", "raden är en anmärkning och ingen åtgärd"),
    ]
