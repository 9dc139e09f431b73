from datetime import date
from decimal import Decimal

import pytest

from followup.documents.tools.wording import outcome_in_words
from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.report.building import build_report
from followup.report.report import Report
from followup.report.selection import compared_with, of_area, of_unit, select, without_measures
from followup.report.serialization import from_json, to_json
from programmes.models import IndicatorTarget, IndicatorValue
from tests.fixtures import reopened


@pytest.fixture
def report(huddinge) -> Report:
    return build_report(FollowUp.objects.select_related("programme").get(year=2020))


def test_one_area_with_what_belongs_to_it(report):
    part = of_area(report, 2)
    assert [area.number for area in part.areas] == [2]
    assert part.areas[0] == report.areas[1]
    assert part.selection == "Ansvarsområde 2: Skydd mot olyckor"
    assert part.guidelines == ()
    assert {m.code[0] for account in part.perspective_accounts for m in account.measures} == {"2"}
    assert {change.code[0] for change in part.changes} <= {"2"}


def test_one_units_part_holds_its_goals_and_its_measures_alone(report):
    part = of_unit(report, "Socialnämnden")
    assert part.selection == "Socialnämnden"
    assert {unit for measure in part.measures for unit in measure.units if unit == "Socialnämnden"}
    assert all("Socialnämnden" in measure.units for measure in part.measures)
    assert all("Socialnämnden" in goal.units or goal.measures for goal in part.sub_goals)
    whole = {measure.code for measure in report.measures if "Socialnämnden" in measure.units}
    assert {measure.code for measure in part.measures} == whole
    assert all(area.sub_goals for area in part.areas)
    assert len(part.sub_goals) < len(report.sub_goals)


def test_goals_without_measures(report):
    part = without_measures(report)
    assert (part.measures, part.perspective_accounts, part.changes) == ((), (), ())
    assert [goal.code for goal in part.sub_goals] == [goal.code for goal in report.sub_goals]
    assert (report.with_measures, part.with_measures) == (True, False)


def test_what_has_changed_since_an_earlier_year(report):
    year, earlier = reopened(2020), reopened(2018)
    SubGoalEntry.objects.filter(follow_up__in=[year, earlier]).update(assessment="partly")
    SubGoalEntry.objects.filter(follow_up=year, sub_goal__area__number=1, sub_goal__number=1).update(assessment="met")
    entries = MeasureEntry.objects.filter(follow_up__in=[year, earlier])
    entries.update(progress="ongoing")
    finished, stopped, new = MeasureEntry.objects.filter(follow_up=year).order_by("measure_id")[:3]
    MeasureEntry.objects.filter(pk=finished.pk).update(progress="done")
    MeasureEntry.objects.filter(pk=stopped.pk).update(progress="stopped", stop_reason="Medel saknas.")
    MeasureEntry.objects.filter(follow_up=earlier, measure=new.measure).delete()
    before = set(MeasureEntry.objects.filter(follow_up=earlier).values_list("measure_id", flat=True))

    comparison = compared_with(build_report(year), 2018).comparison
    assert comparison is not None
    assert [(m.code, m.before.assessment.word, m.after.assessment.word) for m in comparison.goals] == [
        ("1.1", "Delvis uppfyllt", "Uppfyllt")
    ]
    assert [measure.code for measure in comparison.finished] == [finished.measure.code]
    assert [measure.code for measure in comparison.stopped] == [stopped.measure.code]
    added = MeasureEntry.objects.filter(follow_up=year).exclude(measure__in=before)
    assert {measure.code for measure in comparison.added} == {entry.measure.code for entry in added}
    assert new.measure.code in {measure.code for measure in comparison.added}


def test_a_measure_that_was_done_before_is_not_finished_anew(report):
    year, earlier = reopened(2020), reopened(2019)
    MeasureEntry.objects.filter(follow_up__in=[year, earlier]).update(progress="done")
    comparison = compared_with(build_report(year), 2019).comparison
    assert comparison is not None
    assert set(comparison.finished) == set(comparison.added)


@pytest.mark.parametrize(
    ("choose", "problem"),
    [
        (lambda report: of_area(report, 9), "Rapporten har inget ansvarsområde 9."),
        (lambda report: of_unit(report, "Okänd"), "Okänd ansvarar inte för något i rapporten."),
        (lambda report: compared_with(report, 2020), "Rapporten för 2020 kan inte jämföras med 2020."),
        (lambda report: compared_with(report, 2021), "Rapporten för 2020 kan inte jämföras med 2021."),
    ],
)
def test_what_is_not_there_is_said(report, choose, problem):
    with pytest.raises(ValueError, match=problem):
        choose(report)


def test_a_part_goes_to_json_and_back_unchanged(report):
    part = without_measures(compared_with(of_unit(report, "Kommunstyrelsen"), 2019))
    assert from_json(to_json(part)) == part


def test_indicators_stand_with_their_goal(report):
    safe, robberies = report.sub_goals[0].indicators
    assert (safe.name, safe.unit, safe.lower_is_better) == (
        "Invånare som känner sig trygga utomhus sena kvällar",
        "procent",
        False,
    )
    assert [(outcome.year, outcome.value) for outcome in safe.outcomes] == [
        (2018, Decimal(62)),
        (2019, Decimal("64.5")),
        (2020, Decimal(67)),
    ]
    assert (safe.baseline.year, safe.baseline.value, safe.target) == (2017, Decimal(61), Decimal(70))
    assert safe.trend.word == "Förbättrad"
    assert (safe.target_status.word, safe.is_confirmed) == ("På väg mot målvärdet", False)
    assert robberies.trend.word == "Förbättrad"
    assert robberies.lower_is_better


def test_an_indicator_shows_no_outcome_of_a_later_year(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2018))
    safe = report.sub_goals[0].indicators[0]
    assert [outcome.year for outcome in safe.outcomes] == [2018]
    assert safe.trend.word == "Kan inte bedömas"


def test_a_confirmed_judgement_stands_before_what_the_figures_say(huddinge):
    value = IndicatorValue.objects.get(
        indicator__sub_goal__area__number=1, indicator__sub_goal__number=1, indicator__number=1, year=2020
    )
    IndicatorValue.objects.filter(pk=value.pk).update(
        assessment="reached", women=61, men=73, kpi="N00945", dated=date(2021, 3, 1)
    )
    IndicatorTarget.objects.create(indicator=value.indicator, year=2020, value=68)
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    safe = report.sub_goals[0].indicators[0]
    assert (safe.target_status.word, safe.suggestion.word) == ("Målvärdet nått", "På väg mot målvärdet")
    assert outcome_in_words(safe.outcomes[-1]) == "2020: 67 (kvinnor 61, män 73)"
    assert (safe.target_of(2020), safe.target_of(2019)) == (68, 70)
    assert [outcome.year for outcome in safe.outcomes] == [2018, 2019, 2020]
    assert from_json(to_json(report)) == report


def test_the_trend_is_bad_where_lower_is_better_and_it_rises(report):
    fraud = next(i for goal in report.sub_goals for i in goal.indicators if "bedrägerier" in i.name)
    assert fraud.trend.word == "Försämrad"


def test_select_does_all_that_is_chosen(report):
    assert select(report) == report
    assert select(report, area=2) == of_area(report, 2)
    assert select(report, unit="Socialnämnden") == of_unit(report, "Socialnämnden")
    # What has changed is looked up while the measures are still there.
    chosen = select(report, area=2, earlier_year=2018, measures=False)
    assert chosen == without_measures(compared_with(of_area(report, 2), 2018))
    assert chosen.comparison is not None
