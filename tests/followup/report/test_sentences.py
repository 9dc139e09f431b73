"""Exact sentences for all, none, one, several and a single goal or measure."""

import pytest

from followup.report.report import Tally
from followup.report.sentences import (
    GOAL,
    MEASURE,
    changed_sentence,
    changes_in_words,
    deviation_sentence,
    distribution_sentence,
    forecast_sentence,
    incomparable_sentence,
    share_sentence,
    step_sentence,
    unchanged_sentence,
)
from programmes.scales import BLANK
from tests.factories import SCALES

MET = SCALES.assessment.step("met")
CANNOT_ASSESS = SCALES.assessment.step("cannot_assess")
DELAYED = SCALES.progress.step("delayed")


def goals_at(**numbers: int) -> list[Tally]:
    return [Tally(SCALES.assessment.step(key), number) for key, number in numbers.items()]


def forecasts(**numbers: int):
    return [SCALES.forecast.step(key) for key, number in numbers.items() for _ in range(number)]


@pytest.mark.parametrize(
    ("number", "total", "sentence"),
    [
        (24, 24, "Alla 24 mål är uppfyllda."),
        (2, 2, "Båda målen är uppfyllda."),
        (0, 24, "Inget av 24 mål är uppfyllt."),
        (0, 1, "Inget mål är uppfyllt."),
        (1, 6, "Ett av sex mål är uppfyllt."),
        (4, 5, "Fyra av fem mål är uppfyllda."),
        (13, 24, "13 av 24 mål är uppfyllda."),
        (1, 1, "Målet är uppfyllt."),
    ],
)
def test_the_share_of_the_goals(number, total, sentence):
    assert share_sentence(GOAL, number, total, MET) == sentence


def test_the_share_of_the_measures_has_their_gender():
    assert share_sentence(MEASURE, 1, 6, DELAYED) == "En av sex åtgärder är försenad."
    assert share_sentence(MEASURE, 0, 6, DELAYED) == "Ingen av sex åtgärder är försenad."
    assert share_sentence(MEASURE, 2, 2, DELAYED) == "Båda åtgärderna är försenade."
    assert share_sentence(MEASURE, 1, 1, DELAYED) == "Åtgärden är försenad."


def test_a_step_that_is_a_verb_takes_no_other_verb():
    assert share_sentence(GOAL, 3, 5, CANNOT_ASSESS) == "Tre av fem mål kan inte bedömas."
    assert step_sentence(MEASURE, 32, SCALES.progress.step("ongoing")) == "32 åtgärder pågår."


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (
            {"met": 8, "partly": 13, "not_met": 2, "cannot_assess": 1},
            "Av 24 mål är 8 uppfyllda 2020, 13 delvis uppfyllda och 2 ej uppfyllda. Ett mål kan inte bedömas.",
        ),
        ({"met": 1, "partly": 1}, "Av 2 mål är 1 uppfyllt 2020 och 1 delvis uppfyllt."),
        ({"met": 24}, "Alla 24 mål är uppfyllda 2020."),
        ({"cannot_assess": 3}, "Alla tre mål kan inte bedömas 2020."),
        ({"met": 1}, "Målet är uppfyllt 2020."),
        ({"met": 1, "cannot_assess": 13}, "Av 14 mål är 1 uppfyllt 2020. 13 mål kan inte bedömas."),
        ({}, "Programmet har inga mål."),
    ],
)
def test_the_distribution_of_the_goals(numbers, sentence):
    assert distribution_sentence(GOAL, goals_at(**numbers), 2020) == sentence


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (
            {"will": 17, "partly": 6, "will_not": 1},
            "Prognosen är att 17 av 24 mål nås helt, 6 nås delvis och 1 inte nås.",
        ),
        ({"will": 24}, "Prognosen är att alla 24 mål nås."),
        ({"will": 2}, "Prognosen är att båda målen nås."),
        ({"will": 1}, "Prognosen är att målet nås."),
        ({"partly": 1}, "Prognosen är att målet nås delvis."),
        ({"will_not": 1}, "Prognosen är att målet inte nås."),
        ({"partly": 24}, "Prognosen är att alla 24 mål nås delvis."),
        ({"will_not": 24}, "Prognosen är att inget av 24 mål nås."),
        (
            {"partly": 3, "will_not": 1},
            "Prognosen är att inget av 4 mål nås helt, att 3 nås delvis och att 1 inte nås.",
        ),
        ({"will": 3, "cannot_assess": 1}, "Prognosen är att 3 av 4 mål nås helt. För 1 mål saknas en prognos."),
        ({"cannot_assess": 4}, ""),
        ({}, ""),
    ],
)
def test_the_forecast_of_the_goals(numbers, sentence):
    assert forecast_sentence(forecasts(**numbers)) == sentence


def test_forecasts_that_are_not_filled_in_are_told_of():
    assert forecast_sentence([*forecasts(will=7), BLANK, BLANK]) == (
        "Prognosen är att 7 av 9 mål nås helt. För 2 mål saknas en prognos."
    )


@pytest.mark.parametrize(
    ("number", "sentence"), [(9, "9 av 24 mål avviker."), (1, "1 av 24 mål avviker."), (0, "Inget mål avviker.")]
)
def test_the_deviations(number, sentence):
    assert deviation_sentence(GOAL, number, 24) == sentence


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (5, "5 mål har blivit bättre."),
        (1, "1 mål har blivit bättre."),
        (0, "Inget mål har blivit bättre."),
    ],
)
def test_the_changes(number, sentence):
    assert changed_sentence(GOAL, number, "bättre") == sentence


@pytest.mark.parametrize(
    ("better", "worse", "sentence"),
    [
        (5, 4, "Fem mål har blivit bättre sedan 2019 och fyra sämre."),
        (1, 0, "Ett mål har blivit bättre sedan 2019 och inget sämre."),
        (0, 1, "Ett mål har blivit sämre sedan 2019 och inget bättre."),
        (0, 0, "Inget mål har blivit bättre eller sämre sedan 2019."),
    ],
)
def test_the_changes_in_words(better, worse, sentence):
    assert changes_in_words(GOAL, better, worse, 2019) == sentence


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (14, "14 mål är oförändrade."),
        (1, "1 mål är oförändrat."),
        (24, "Alla mål är oförändrade sedan 2019."),
        (0, ""),
    ],
)
def test_the_unchanged_goals(number, sentence):
    assert unchanged_sentence(GOAL, number, 24, 2019) == sentence


def test_the_goals_that_cannot_be_compared():
    assert incomparable_sentence(GOAL, 1) == "1 mål kan inte jämföras."
    assert incomparable_sentence(GOAL, 0) == ""


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(16, "16 åtgärder är försenade."), (1, "1 åtgärd är försenad."), (0, "Ingen åtgärd är försenad.")],
)
def test_the_late_measures(number, sentence):
    assert step_sentence(MEASURE, number, DELAYED) == sentence
