"""Where an overall judgement and the goals' disagree, in words."""

from dataclasses import dataclass

import pytest

from followup.review.consistency import contradiction, contradictions, names_of_area
from followup.scales import change_between
from programmes.scales import Kind, Meaning, Symbol, Tone, build_scale
from programmes.shipped_frameworks import ShippedStep
from programmes.terms import NEUTRAL
from tests.factories import SCALES


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
    assert contradiction(SCALES.forecast, "P", overall, of_goals, NEUTRAL.goal) == sentence


def test_assessment_and_forecast_are_judged_each_for_itself():
    goals = [Judged("not_met", "will"), Judged("met", "will")]
    assert contradictions(SCALES, Judged("met", "will"), goals, names_of_area(NEUTRAL)) == [
        "Områdets bedömning är ”Uppfyllt”, men 1 mål har ”Ej uppfyllt”."
    ]
    assert contradictions(SCALES, Judged("partly", "will"), goals, names_of_area(NEUTRAL)) == []


# A scale of a municipality with a fourth comparable step, placed second, and an incomparable one placed third.
FOUR_STEPS = build_scale(
    Kind.ASSESSMENT,
    "Bedömning",
    [
        ShippedStep("met", "Uppfyllt", "", Meaning.REACHED, Symbol.CHECK, Tone.GOOD),
        ShippedStep("mostly", "Till stor del uppfyllt", "", Meaning.PARTLY, Symbol.HALF, Tone.GOOD),
        ShippedStep("cannot", "Kan inte bedömas", "", Meaning.CANNOT_ASSESS, Symbol.QUESTION, Tone.UNKNOWN),
        ShippedStep("partly", "Delvis uppfyllt", "", Meaning.PARTLY, Symbol.HALF, Tone.MIDDLING),
        ShippedStep("not_met", "Ej uppfyllt", "", Meaning.NOT_REACHED, Symbol.CROSS, Tone.POOR),
    ],
)


@pytest.mark.parametrize(
    ("overall", "of_goals", "sentence"),
    [
        ("met", ["met", "not_met"], "A är ”Uppfyllt”, men 1 mål har ”Ej uppfyllt”."),
        (
            "met",
            ["mostly"],
            "A är ”Uppfyllt”, men 1 mål har ”Till stor del uppfyllt” och inget mål har ”Uppfyllt”.",
        ),
        ("not_met", ["met", "not_met"], ""),
        (
            "not_met",
            ["partly", "met"],
            "A är ”Ej uppfyllt”, men 1 mål har ”Delvis uppfyllt”, 1 mål har ”Uppfyllt” och"
            " inget mål har ”Ej uppfyllt”.",
        ),
        ("mostly", ["met", "partly"], ""),
        (
            "mostly",
            ["partly", "not_met"],
            "A är ”Till stor del uppfyllt”, men 1 mål har ”Ej uppfyllt”, 1 mål har ”Delvis uppfyllt” och"
            " inget mål har ”Till stor del uppfyllt”.",
        ),
        ("partly", ["mostly", "cannot"], "A är ”Delvis uppfyllt”, men 1 mål har ”Till stor del uppfyllt” och"
         " inget mål har ”Delvis uppfyllt”."),
        ("cannot", ["met", "cannot"], ""),
    ],
)  # fmt: skip
def test_the_order_comes_from_the_scale(overall, of_goals, sentence):
    assert contradiction(FOUR_STEPS, "A", overall, of_goals, NEUTRAL.goal) == sentence


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [("partly", "mostly", "better"), ("met", "mostly", "worse"), ("mostly", "mostly", "same"), ("met", "cannot", None)],
)
def test_a_change_follows_the_order_of_the_scale(before, after, trend):
    change = change_between(FOUR_STEPS.step(before), FOUR_STEPS.step(after))
    assert (change.key if change else None) == trend
