"""Next year's file: each answer stays with its words, whatever the order and the numbers of the rows."""

import pytest

from followup.models import MeasureEntry
from programmes.sheets.mapping import MappedWorkbook
from tests.followup.intake.workbooks import goals, load, measures, workbook

pytestmark = pytest.mark.django_db

HEADINGS = ["Nr", "Område", "Mål", "Åtgärd"]


def answers_of_2022() -> dict[str, str]:
    """Comments of the first year by the present words of the measure."""
    entries = MeasureEntry.objects.filter(follow_up__year=2022).exclude(done="").select_related("measure")
    return {entry.measure.text: entry.done for entry in entries}


def first_year(*rows: list) -> None:
    load(workbook(Plan=[[*HEADINGS, "Kommentar 2022"], *rows]))


def next_year(*rows: list) -> MappedWorkbook:
    return load(workbook(Plan=[HEADINGS, *rows]))[1]


def test_running_numbers_that_shift_move_no_answer():
    first_year(
        [1, "Trygghet", "Fler ute", "Kvällsvandring", "fem vandringar"],
        [2, "Trygghet", "Fler ute", "Nya lyktor", "upphandling"],
    )
    tables = next_year(
        [1, "Trygghet", "Fler ute", "Värdar på torget"],
        [2, "Trygghet", "Fler ute", "Kvällsvandring"],
        [3, "Trygghet", "Fler ute", "Nya lyktor"],
    )
    assert measures() == [("1.1.1", "Kvällsvandring"), ("1.1.2", "Nya lyktor"), ("1.1.3", "Värdar på torget")]
    assert answers_of_2022() == {"Kvällsvandring": "fem vandringar", "Nya lyktor": "upphandling"}
    assert [str(note) for note in tables.notes] == [
        "Bladet Plan, rad 2, kolumn A (Nr): en annan åtgärd har nummer 1.1.1 i programmet, så den här får nummer "
        "1.1.3.",
        "Bladet Plan, rad 3, kolumn A (Nr): åtgärden har nummer 1.1.1 i programmet, och behåller det med sina svar.",
        "Bladet Plan, rad 4, kolumn A (Nr): åtgärden har nummer 1.1.2 i programmet, och behåller det med sina svar.",
    ]


def test_full_numbers_of_goals_and_areas_that_shift_move_no_answer():
    first_year(
        ["1.1.1", "1. Trygghet", "1.1 Fler ute", "Kvällsvandring", "fem vandringar"],
        ["2.1.1", "2. Miljö", "2.1 Renare luft", "Nya bussar", "tio bussar"],
    )
    next_year(
        ["1.1.1", "1. Skola", "1.1 Läslust", "Boklån"],
        ["2.1.1", "2. Trygghet", "2.1 Nya torg", "Bänkar"],
        ["2.2.1", "2. Trygghet", "2.2 Fler ute", "Kvällsvandring"],
        ["3.1.1", "3. Miljö", "3.1 Renare luft", "Nya bussar"],
    )
    assert goals() == [
        ("1.1", "Fler ute"),
        ("1.2", "Nya torg"),
        ("2.1", "Renare luft"),
        ("3.1", "Läslust"),
    ]
    assert answers_of_2022() == {"Kvällsvandring": "fem vandringar", "Nya bussar": "tio bussar"}


def test_rows_in_another_order_without_numbers_move_no_answer():
    first_year(
        [None, "Trygghet", "Fler ute", "Kvällsvandring", "fem vandringar"],
        [None, "Trygghet", "Fler ute", "Nya lyktor", "upphandling"],
    )
    next_year(
        [None, "Trygghet", "Fler ute", "Nya lyktor"],
        [None, "Trygghet", "Fler ute", "Värdar på torget"],
        [None, "Trygghet", "Fler ute", "Kvällsvandring."],
    )
    assert answers_of_2022() == {"Kvällsvandring.": "fem vandringar", "Nya lyktor": "upphandling"}


def test_a_measure_with_its_number_may_get_other_words():
    first_year(["1.1.1", "Trygghet", "Fler ute", "Kvällsvandring", "fem vandringar"])
    next_year(["1.1.1", "Trygghet", "Fler ute", "Vandringar på kvällen"])
    assert answers_of_2022() == {"Vandringar på kvällen": "fem vandringar"}


def test_two_rows_of_one_measure_for_two_units_are_both_kept():
    rows = [
        ["Mål", "Åtgärd", "Ansvarig", "Status 2022", "Kommentar 2022"],
        ["Fler ute", "Utbilda", "Socialnämnden", "Klar", "Alla klara"],
        ["Fler ute", "Utbilda", "Tekniska nämnden", "Ej påbörjad", "Hann inte"],
    ]
    load(workbook(Plan=rows))
    answers = MeasureEntry.objects.order_by("measure__number").values_list("measure__units__name", "progress", "done")
    assert list(answers) == [
        ("Socialnämnden", "done", "Alla klara"),
        ("Tekniska nämnden", "not_started", "Hann inte"),
    ]
