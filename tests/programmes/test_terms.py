"""The forms of the words of a programme, derived from the four forms that people enter."""

import pytest

from programmes.shipped_frameworks import CLIMATE_FRAMEWORK, STANDARD_FRAMEWORK
from programmes.terms import NEUTRAL, Term

VISION = CLIMATE_FRAMEWORK.terms.overarching_goal


def test_the_forms_of_a_neuter_and_of_a_common_noun():
    goal, measure = NEUTRAL.goal, NEUTRAL.measure
    assert [goal.indefinite, goal.negated, goal.this, goal.genitive] == [
        "ett mål",
        "inget mål",
        "det här målet",
        "målets",
    ]
    assert [measure.indefinite, measure.negated, measure.this, measure.plural_genitive] == [
        "en åtgärd",
        "ingen åtgärd",
        "den här åtgärden",
        "åtgärdernas",
    ]


@pytest.mark.parametrize(("number", "words"), [(0, "0 åtgärder"), (1, "1 åtgärd"), (2, "2 åtgärder")])
def test_a_number_of_items(number, words):
    assert NEUTRAL.measure.counted(number) == words


def test_a_noun_with_an_adjective_gets_an_article_in_the_definite_form():
    assert NEUTRAL.overarching_goal.definite_phrase == "det övergripande målet"
    assert VISION.definite_phrase == "visionen"


@pytest.mark.parametrize(
    ("singular", "short"),
    [("ansvarsområde", "område"), ("fokusområde", "område"), ("Område", "område"), ("pelare", "pelare")],
)
def test_the_short_form_of_a_compound(singular, short):
    assert Term(singular, f"{singular}t", f"{singular}n", f"{singular}na", "ett").short.singular == short


@pytest.mark.parametrize(
    ("goal", "area_goal"),
    [("mål", "övergripande delmål"), ("delmål", "övergripande delmål"), ("önskat läge", "övergripande önskat läge")],
)
def test_the_goal_of_an_area_is_named_after_the_goals(goal, area_goal):
    terms = STANDARD_FRAMEWORK.terms
    named = Term(goal, f"{goal}et", goal, f"{goal}en", "ett")
    assert type(terms)(terms.overarching_goal, terms.area, named, terms.measure).area_goal.singular == area_goal
