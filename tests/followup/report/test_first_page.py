"""The first page as a value: the decision, the deviations in their order, the budget, and indicators off target."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from followup.models import FollowUp
from followup.report.archive import report_of
from followup.report.building import build_report
from followup.report.deviations import Gravity, deviations_of
from followup.report.excerpts import first_sentence, short_reason, shortened
from followup.report.first_page import FirstPage, first_page_of
from followup.report.indicators import Figure
from followup.report.off_target import TOO_SLOW, WRONG_WAY, off_target
from followup.report.report import BoardCase, Report
from followup.report.selection import of_area
from tests.factories import SCALES


@pytest.fixture
def report(huddinge) -> Report:
    return build_report(FollowUp.objects.select_related("programme").get(year=2020))


@pytest.fixture
def page(report) -> FirstPage:
    return first_page_of(report)


def assessed(report: Report, *, key: str, forecast: str = "will", goals: int = 1) -> Report:
    """Return the report with so many goals, each with one assessment, without an earlier year or measures."""
    first = report.areas[0].sub_goals[0]
    of_goal = {
        "assessment": SCALES.assessment.step(key),
        "forecast": SCALES.forecast.step(forecast),
        "measures": (),
        "years": (),
    }
    made = tuple(replace(first, number=number, **of_goal) for number in range(1, goals + 1))
    return replace(report, areas=(replace(report.areas[0], sub_goals=made),), years=(2020,))


def test_deviations_stand_in_the_order_of_gravity_each_goal_once(report):
    assert [(deviation.goal.code, deviation.gravity) for deviation in deviations_of(report)] == [
        ("1.3", Gravity.NOT_MET),
        ("2.2", Gravity.NOT_MET),
        ("4.4", Gravity.WILL_NOT_BE_REACHED),
        ("1.6", Gravity.CANNOT_BE_ASSESSED),
        ("2.1", Gravity.WORSE),
        ("4.3", Gravity.WORSE),
        ("2.3", Gravity.WORSE_FORECAST),
        ("4.1", Gravity.PARTLY_AS_BEFORE),
        ("4.2", Gravity.PARTLY_AS_BEFORE),
    ]


def test_a_deviation_tells_what_it_was_before(page):
    assert [(deviation.step.word, deviation.before) for deviation in page.deviations] == [
        ("Ej uppfyllt", "Delvis uppfyllt 2019"),
        ("Ej uppfyllt", "Delvis uppfyllt 2019"),
        ("Kommer inte att nås", "Delvis uppfyllt i år"),
        ("Kan inte bedömas", "Delvis uppfyllt 2019"),
        ("Delvis uppfyllt", "Uppfyllt 2019"),
        ("Delvis uppfyllt", "Uppfyllt 2019"),
        ("Kommer delvis att nås", "Prognosen var bättre 2019"),
    ]


def test_deviations_beyond_the_budget_are_told_in_a_sentence(page):
    assert page.deviation_heading == "Det här avviker: 9 av 24 mål"
    assert [sentence.text for sentence in page.rest] == [
        "Mål 4.1 och 4.2 kommer delvis att nås, liksom i prognosen 2019.",
        "2 åtgärder är avbrutna: 3.5.3 och 5.1.3.",
        "16 åtgärder är försenade; 2019 var det 1.",
    ]


def test_many_goals_in_a_sentence_are_counted(report):
    [sentence] = first_page_of(assessed(report, key="not_met", goals=40)).rest
    assert sentence.text == "Mål 1.8, 1.9, 1.10, 1.11, 1.12, 1.13, 1.14, 1.15 och 25 till är ej uppfyllda."


def test_nothing_deviates(report):
    page = first_page_of(assessed(report, key="met", goals=3))
    assert (page.deviation_heading, page.deviations, page.rest) == ("Inget mål avviker.", (), ())


def test_the_totals_have_the_figures_of_the_year_before(page):
    assert page.goals.heading == "24 mål, bedömning 2020"
    assert [(counted.number, counted.step.word, counted.before) for counted in page.goals.steps] == [
        (8, "Uppfyllt", 5),
        (13, "Delvis uppfyllt", 19),
        (2, "Ej uppfyllt", 0),
        (1, "Kan inte bedömas", 0),
    ]
    assert page.measures is not None
    assert [(counted.number, counted.step.word, counted.before) for counted in page.measures.steps] == [
        (32, "Pågår", 43),
        (17, "Genomförd", 19),
        (16, "Försenad", 1),
        (2, "Avbruten", 1),
        (1, "Ej aktuellt i år", 0),
    ]


def test_the_goals_that_have_turned(page):
    assert [(turn.sentence, turn.codes) for turn in page.turns] == [
        ("5 mål har blivit bättre.", "2.4, 3.1, 3.2, 3.3, 3.5"),
        ("4 mål har blivit sämre.", "1.3, 2.1, 2.2, 4.3"),
        ("14 mål är oförändrade.", ""),
        ("1 mål kan inte jämföras.", "1.6"),
    ]


def test_the_first_year_compares_with_nothing(huddinge):
    page = first_page_of(build_report(FollowUp.objects.get(year=2018)))
    assert (page.turns, page.notes) == ((), "Innehåller exempel.")
    assert {counted.before for counted in page.goals.steps} == {None}


def test_the_areas_with_their_late_measures(page):
    assert [row.late for row in page.areas] == [
        "5 av 18 försenade",
        "2 av 15 försenade",
        "2 av 15 försenade",
        "4 av 8 försenade",
        "3 av 12 försenade",
    ]


def test_of_many_areas_only_those_that_deviate_are_shown(report):
    areas = tuple(replace(area, number=area.number + 10 * turn) for turn in range(3) for area in report.areas)
    renumbered = tuple(
        replace(area, sub_goals=tuple(replace(goal, area=area.number) for goal in area.sub_goals)) for area in areas
    )
    page = first_page_of(replace(report, areas=renumbered))
    assert [row.area.number for row in page.areas] == [1, 2, 4, 11, 12, 14, 22, 24]
    assert page.areas_left_out == "7 områden till finns i rapporten."


def test_a_part_of_the_report_asks_for_no_decision(report):
    page = first_page_of(of_area(report, 2))
    assert (page.decision, page.judgement) == (None, "")
    assert page.forecast == "Prognosen är att 3 av 5 mål nås helt och 2 nås delvis."


class TestDecision:
    def test_before_there_is_a_case_the_usual_decision_is_proposed(self, huddinge):
        decision = first_page_of(build_report(FollowUp.objects.get(year=2021))).decision
        assert decision.heading == "Förslag till beslut i kommunstyrelsen"
        assert decision.text == ("Uppföljningen för 2021 av ”Program för trygghet och säkerhet 2018–2021” godkänns.")

    def test_the_case_gives_the_proposal_and_the_meeting(self, report):
        case = BoardCase(
            "Socialnämnden",
            "Uppföljningen läggs till handlingarna.",
            date(2021, 5, 5),
            "",
            "Sociala beredningen",
            False,
        )
        decision = first_page_of(replace(report, case=case)).decision
        assert decision.heading == "Förslag till beslut i socialnämnden"
        assert decision.text == "Uppföljningen läggs till handlingarna."
        assert decision.note == "Sammanträde 5 maj 2021. Ärendet har beretts av sociala beredningen."

    def test_a_recorded_decision_is_named_by_its_day_and_paragraph(self, report):
        case = BoardCase("Kommunstyrelsen", "Uppföljningen godkänns.", date(2021, 5, 5), "24", "", True)
        decision = first_page_of(replace(report, case=case)).decision
        assert (decision.heading, decision.note) == ("Kommunstyrelsens beslut 5 maj 2021 § 24", "")

    def test_a_report_of_an_earlier_schema_names_the_decision_of_its_state(self, huddinge):
        decided = report_of(FollowUp.objects.get(year=2020))
        decision = first_page_of(replace(decided, case=None)).decision
        assert decision.heading == "Beslut: Kommunstyrelsen 5 maj 2021 § 24"
        assert decision.text.endswith("är godkänd.")


class TestOwnSentences:
    def test_the_reviewers_sentences_replace_those_of_the_program(self, report):
        own = replace(report, judgement_sentence="Målen nås.", forecast_sentence="De flesta mål nås 2021.")
        page = first_page_of(own)
        assert (page.judgement, page.forecast) == ("Målen nås.", "De flesta mål nås 2021.")

    def test_the_reviewers_reason_replaces_the_first_sentence_of_the_comment(self, report):
        area = report.areas[0]
        goals = tuple(
            replace(goal, reason="Grupperna ställdes in.") if goal.code == "1.3" else goal for goal in area.sub_goals
        )
        page = first_page_of(replace(report, areas=(replace(area, sub_goals=goals), *report.areas[1:])))
        assert page.deviations[0].reason == "Grupperna ställdes in."


class TestOffTarget:
    def test_wrong_way_comes_before_too_slow(self, report):
        assert [(one.goal.code, one.step.word) for one in off_target(report)] == [
            ("1.5", "Åt fel håll"),
            ("2.3", "Åt fel håll"),
            ("2.2", "För långsamt"),
        ]
        assert first_page_of(report).indicator_heading == "Indikatorer som avviker: 3 av 10"

    @pytest.mark.parametrize(
        ("value", "step_of_value"),
        [("49", WRONG_WAY), ("50", TOO_SLOW), ("53.7", TOO_SLOW), ("53.8", None), ("60", None), ("61", None)],
    )
    def test_a_higher_value_is_wanted(self, report, value, step_of_value):
        """From 50 in 2017 to 60 in 2021: in 2020 three quarters of the time have gone, and 3.75 of 10 are enough."""
        self.check(report, value, step_of_value, target="60", lower_is_better=False)

    @pytest.mark.parametrize(("value", "step_of_value"), [("51", WRONG_WAY), ("47", TOO_SLOW), ("40", None)])
    def test_a_lower_value_is_wanted(self, report, value, step_of_value):
        self.check(report, value, step_of_value, target="40", lower_is_better=True)

    def test_a_target_that_was_reached_at_the_start_can_be_lost(self, report):
        self.check(report, "49", WRONG_WAY, target="50", lower_is_better=False)
        self.check(report, "55", None, target="50", lower_is_better=False)

    def test_an_indicator_that_was_not_measured_this_year_is_not_counted(self, report):
        self.check(report, "49", None, target="60", lower_is_better=False, year=2019)

    def check(self, report, value, step_of_value, *, target, lower_is_better, year=2020):
        goal = report.areas[0].sub_goals[0]
        outcome = replace(goal.indicators[0].outcomes[0], year=year, value=Decimal(value))
        indicator = replace(
            goal.indicators[0],
            baseline=Figure(2017, Decimal(50)),
            target=Decimal(target),
            targets=(),
            outcomes=(outcome,),
            lower_is_better=lower_is_better,
        )
        area = replace(report.areas[0], sub_goals=(replace(goal, indicators=(indicator,)),))
        assert [one.step for one in off_target(replace(report, areas=(area,)))] == (
            [step_of_value] if step_of_value else []
        )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", ""),
        ("Grupperna ställdes in. Färre fick stöd.", "Grupperna ställdes in."),
        (
            "Kostnaden steg med 1.5 miljoner, t.ex. för el. Nästa år sjunker den.",
            "Kostnaden steg med 1.5 miljoner, t.ex. för el.",
        ),
        (
            "Många äldre höll sig inomhus och rörde sig mindre, vilket försämrade deras styrka och balans under året.",
            "Många äldre höll sig inomhus och rörde sig mindre.",
        ),
        ("[Texten är inte publicerad. Lagrum: 18 kap. 1 § OSL.]", "Texten är inte publicerad."),
        ("ord " * 40, f"{('ord ' * 22).strip()}…"),
    ],
)
def test_a_reason_is_one_short_sentence(text, reason):
    assert short_reason(text) == reason
    assert len(short_reason(text)) <= 90


def test_a_text_is_cut_after_a_whole_word():
    assert shortened("Kommunens krisledning ska kunna börja", 30) == "Kommunens krisledning…"
    assert shortened("x" * 40, 10) == "x" * 9 + "…"
    assert first_sentence("  ") == ""
