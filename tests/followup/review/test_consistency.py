"""Where an overall judgement and the goals' disagree, in words."""

from dataclasses import dataclass

import pytest

from followup.review.consistency import OF_AREA, contradiction, contradictions
from followup.scales import Forecast


@dataclass
class Judged:
    assessment: str = ""
    forecast: str = ""


WILL, PARTLY, WILL_NOT, CANNOT = "will", "partly", "will_not", "cannot_assess"

CASES = [
    (WILL, [WILL, WILL], ""),
    (WILL, [], ""),
    (WILL, ["", CANNOT, "not_applicable"], ""),
    ("", [WILL_NOT], ""),
    (WILL, [WILL] * 21 + [WILL_NOT] * 3, "P är ”Kommer att nås”, men 3 mål har ”Kommer inte att nås”."),
    (
        WILL,
        [WILL, PARTLY, PARTLY, WILL_NOT],
        "P är ”Kommer att nås”, men 1 mål har ”Kommer inte att nås” och 2 mål har ”Kommer delvis att nås”.",
    ),
    (
        WILL,
        [PARTLY],
        "P är ”Kommer att nås”, men 1 mål har ”Kommer delvis att nås” och inget mål har ”Kommer att nås”.",
    ),
    (PARTLY, [WILL, WILL_NOT], ""),
    (PARTLY, [PARTLY], ""),
    (
        PARTLY,
        [WILL, WILL, ""],
        "P är ”Kommer delvis att nås”, men 2 mål har ”Kommer att nås” och inget mål har ”Kommer delvis att nås”.",
    ),
    (
        PARTLY,
        [WILL_NOT],
        "P är ”Kommer delvis att nås”, men 1 mål har ”Kommer inte att nås” och inget mål har ”Kommer delvis att nås”.",
    ),
    (WILL_NOT, [WILL, WILL_NOT], ""),
    (
        WILL_NOT,
        [WILL, PARTLY],
        "P är ”Kommer inte att nås”, men 1 mål har ”Kommer delvis att nås”, 1 mål har ”Kommer att nås” och"
        " inget mål har ”Kommer inte att nås”.",
    ),
    (CANNOT, [WILL, CANNOT], ""),
    (CANNOT, [WILL, ""], ""),
    (
        CANNOT,
        [WILL],
        "P är ”Kan inte bedömas”, men 1 mål har ”Kommer att nås” och inget mål har ”Kan inte bedömas”.",
    ),
]


@pytest.mark.parametrize(("overall", "of_goals", "sentence"), CASES)
def test_contradiction(overall, of_goals, sentence):
    assert contradiction(Forecast, "P", overall, of_goals) == sentence


def test_assessment_and_forecast_are_judged_each_for_itself():
    goals = [Judged("not_met", "will"), Judged("met", "will")]
    assert contradictions(Judged("met", "will"), goals, OF_AREA) == [
        "Områdets bedömning är ”Uppfyllt”, men 1 mål har ”Ej uppfyllt”."
    ]
    assert contradictions(Judged("partly", "will"), goals, OF_AREA) == []
