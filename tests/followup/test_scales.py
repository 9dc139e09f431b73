from types import SimpleNamespace

import pytest

from followup.intake.workbook import ASSESSMENT, FORECAST, PROGRESS
from followup.scales import BLANK, SCALES, Assessment, Progress, Step, Trend, step, word_after
from followup.templatetags.status import brief_status, status


@pytest.mark.parametrize(
    ("number", "counted", "words"),
    [
        (15, step(Progress, "done"), "genomförda"),
        (1, step(Progress, "done"), "genomförd"),
        (0, step(Progress, "delayed"), "försenade"),
        (8, step(Progress, "delayed"), "försenade"),
        (2, step(Progress, "stopped"), "avbrutna"),
        (32, step(Progress, "ongoing"), "pågår"),
        (2, step(Trend, "same"), "oförändrade"),
        (1, step(Assessment, "met"), "uppfyllt"),
        (8, step(Assessment, "met"), "uppfyllda"),
        (13, step(Assessment, "partly"), "delvis uppfyllda"),
        (2, step(Assessment, "cannot_assess"), "kan inte bedömas"),
        (3, BLANK, "ej ifyllda"),
        (3, Step("done", "Klar enligt äldre skala", "good", ""), "klar enligt äldre skala"),
    ],
)
def test_a_counted_word_agrees_with_its_number(number, counted, words):
    assert word_after(number, counted) == words
    assert f">{words}</span>" in status(counted, number)
    assert words in brief_status(counted, number)


def test_a_word_alone_is_as_on_the_scale():
    for scale in SCALES.values():
        for one in scale.values():
            assert f">{one.word}</span>" in status(one)


def test_an_unchanged_trend_is_neutral():
    assert SCALES[Trend]["same"].tone == "blank"


@pytest.mark.parametrize("column", [ASSESSMENT, FORECAST, PROGRESS])
@pytest.mark.parametrize("word", ["Avser ej", "Ej aktuellt i år"])
def test_workbooks_with_the_earlier_word_are_read(column, word):
    assert column.read(SimpleNamespace(value=word)) == "not_applicable"
