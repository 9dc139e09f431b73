import pytest

from followup.intake.workbook import ASSESSMENT, FORECAST, PROGRESS
from followup.scales import TARGET_STATUS, TREND
from followup.templatetags.status import brief_status, status
from programmes.scales import BLANK, Step
from programmes.sheets.steps import read_step
from tests.factories import SCALES


@pytest.mark.parametrize(
    ("number", "counted", "words"),
    [
        (15, SCALES.progress.step("done"), "genomförda"),
        (1, SCALES.progress.step("done"), "genomförd"),
        (0, SCALES.progress.step("delayed"), "försenade"),
        (8, SCALES.progress.step("delayed"), "försenade"),
        (2, SCALES.progress.step("stopped"), "avbrutna"),
        (32, SCALES.progress.step("ongoing"), "pågår"),
        (2, TREND.step("same"), "oförändrade"),
        (1, SCALES.assessment.step("met"), "uppfyllt"),
        (8, SCALES.assessment.step("met"), "uppfyllda"),
        (13, SCALES.assessment.step("partly"), "delvis uppfyllda"),
        (2, SCALES.assessment.step("cannot_assess"), "kan inte bedömas"),
        (3, BLANK, "ej ifyllda"),
        (3, Step("done", "Klar enligt äldre skala", "good", ""), "klar enligt äldre skala"),
    ],
)
def test_a_counted_word_agrees_with_its_number(number, counted, words):
    assert counted.after(number) == words
    assert f">{words}</span>" in status(counted, number)
    assert words in brief_status(counted, number)


def test_a_word_alone_is_as_on_the_scale():
    for scale in (SCALES.assessment, SCALES.forecast, SCALES.progress, TREND, TARGET_STATUS):
        for one in scale.steps:
            assert f">{one.word}</span>" in status(one)


def test_an_unchanged_trend_is_neutral():
    assert TREND.step("same").tone == "blank"


@pytest.mark.parametrize("column", [ASSESSMENT, FORECAST, PROGRESS])
@pytest.mark.parametrize("word", ["Avser ej", "Ej aktuellt i år"])
def test_workbooks_with_the_earlier_word_are_read(column, word):
    assert read_step(word, column.steps).step == "not_applicable"
