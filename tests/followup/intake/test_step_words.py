"""Statuses and assessments in the ways that people write them."""

import pytest

from followup.intake.step_words import ASSESSMENT_WORDS, FORECAST_WORDS, PROGRESS_WORDS
from programmes.sheets.steps import StepReading, colour_name, read_step, step_of_fill

# Text, step and comment of a reading that is certain.
CERTAIN_PROGRESS = {
    "": ("", ""),
    "–": ("", ""),
    "Klar": ("done", ""),
    "KLART!": ("done", ""),
    "Klar (okt)": ("done", "okt"),
    "klart 2023": ("done", "2023"),
    "3 Avslutad": ("done", ""),
    "1 Ej startad": ("not_started", ""),
    "→ Pågår": ("ongoing", ""),
    "! Försenat": ("delayed", ""),
    "✓ Klart": ("done", ""),
    "○ Ej påbörjat": ("not_started", ""),
    "✓": ("done", ""),
    "●": ("done", ""),
    "100 %": ("done", ""),
    "50%": ("ongoing", ""),
    "0 %": ("not_started", ""),
    "Pågår, 60 %": ("ongoing", "60 %"),
    "Pågår ca 60 %": ("ongoing", "ca 60 %"),
    "pågår enl. plan": ("ongoing", "enl. plan"),
    "Grön – allt är på plats": ("done", "allt är på plats"),
    "Gul - väntar på beslut": ("ongoing", "väntar på beslut"),
    "Röd: saknar pengar": ("not_started", "saknar pengar"),
    "Avslutat i förtid": ("stopped", ""),
    "Utgått": ("stopped", ""),
    "Delvis klar": ("ongoing", ""),
    "Rullar på": ("ongoing", ""),
    "Ligger efter": ("delayed", ""),
    "Gjennomført": ("done", ""),
    "Ikke påbegynt": ("not_started", ""),
    "Gennemført": ("done", ""),
    "done": ("done", ""),
}
GUESSED_PROGRESS = {
    "G": "done",
    "P": "ongoing",
    "E": "not_started",
    "x": "done",
    "3": "done",
    "Vilande": "delayed",
    "har inte kommit igång ännu": "not_started",
    "Nästan klart": "ongoing",
    "inte klar": "ongoing",
    "upphandlingen pågår fortfarande": "ongoing",
    "blixtrande": "",
}


@pytest.mark.parametrize(("text", "expected"), CERTAIN_PROGRESS.items(), ids=CERTAIN_PROGRESS)
def test_progress_is_read_with_its_comment(text, expected):
    assert read_step(text, PROGRESS_WORDS) == StepReading(*expected)


@pytest.mark.parametrize(("text", "step"), GUESSED_PROGRESS.items(), ids=GUESSED_PROGRESS)
def test_other_words_are_guessed(text, step):
    reading = read_step(text, PROGRESS_WORDS)
    assert (reading.step, reading.is_certain) == (step, False)


def test_a_long_text_that_is_guessed_is_kept_as_a_comment():
    text = "upphandlingen av de nya bussarna pågår"
    assert read_step(text, PROGRESS_WORDS) == StepReading("ongoing", text, is_certain=False)


ASSESSMENTS = {
    "Uppnås delvis": "partly",
    "Uppnås": "met",
    "Uppnås inte": "not_met",
    "Går inte att bedöma": "cannot_assess",
    "Ja": "met",
    "På väg": "partly",
    "75 %": "partly",
    "Ikke oppnådd": "not_met",
}


@pytest.mark.parametrize(("text", "step"), ASSESSMENTS.items(), ids=ASSESSMENTS)
def test_assessments_are_read(text, step):
    assert read_step(text, ASSESSMENT_WORDS) == StepReading(step)


def test_the_same_word_differs_by_scale():
    assert read_step("Nås delvis", FORECAST_WORDS) == StepReading("partly")
    assert read_step("Pågår", ASSESSMENT_WORDS) == StepReading(is_certain=False)


def test_the_legend_of_the_file_goes_before_our_letters():
    legend = {"k": "klart", "m": "mer än hälften är gjort", "g": "ej påbörjat", "b": "har börjat"}
    steps = [read_step(letter, PROGRESS_WORDS, legend).step for letter in ("K", "M", "G", "B")]
    assert steps == ["done", "ongoing", "not_started", "ongoing"]
    assert read_step("M – 8 av 10", PROGRESS_WORDS, legend) == StepReading("ongoing", "8 av 10")


def test_colours_are_named_and_looked_up_in_the_legend():
    assert [colour_name(fill) for fill in ("#92d050", "#ffc000", "#ffff00", "#ff0000", "#bdd7ee", "#7f7f7f")] == [
        *("grön", "gul", "gul", "röd", "blå", "grå"),
    ]
    assert step_of_fill("#92d050", PROGRESS_WORDS, {}) == StepReading("done", is_certain=False)
    assert step_of_fill("#7f7f7f", PROGRESS_WORDS, {"#7f7f7f": "Nedlagt"}) == StepReading("stopped")
    assert step_of_fill("#92d050", PROGRESS_WORDS, {"grön": "pågår"}) == StepReading("ongoing")
