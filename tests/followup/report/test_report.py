from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.documents.report import html
from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.report.building import build_report
from followup.report.report import Change
from followup.report.serialization import from_json, to_json
from programmes.models import Measure, SubGoal
from programmes.scales import BLANK
from tests.factories import SCALES
from tests.fixtures import reopened


@pytest.fixture
def follow_up(huddinge):
    return FollowUp.objects.select_related("programme__framework").get(year=2020)


def test_it_holds_the_year_as_reported(follow_up):
    report = build_report(follow_up)
    entry = SubGoalEntry.objects.get(follow_up=follow_up, sub_goal__area__number=1, sub_goal__number=1)
    goal = report.areas[0].sub_goals[0]
    assert report.title == "Uppföljning 2020 av Program för trygghet och säkerhet 2018–2021"
    assert report.forecast == SCALES.forecast.step("will")
    assert report.assessment == BLANK
    assert [area.number for area in report.areas] == [1, 2, 3, 4, 5]
    assert (goal.code, goal.comment) == ("1.1", entry.comment)
    assert goal.assessment == SCALES.assessment.step(entry.assessment)
    assert [measure.code for measure in goal.measures] == ["1.1.1", "1.1.2", "1.1.3"]
    assert report.is_decided


def test_the_matrix_has_a_cell_for_every_year_up_to_this_one(follow_up):
    report = build_report(follow_up)
    assert report.years == (2018, 2019, 2020)
    assert report.matrix_columns == 5
    assert all([cell.year for cell in goal.years] == [2018, 2019, 2020] for goal in report.sub_goals)


def test_a_goal_added_later_has_blank_cells_for_the_years_before(follow_up):
    reopened(follow_up.year)
    goal = SubGoal.objects.create(area=follow_up.programme.areas.get(number=1), number=99, text="Nytt mål")
    SubGoalEntry.objects.create(follow_up=follow_up, sub_goal=goal, assessment="met")
    row = build_report(follow_up).areas[0].sub_goals[-1]
    assert [cell.assessment for cell in row.years] == [BLANK, BLANK, SCALES.assessment.step("met")]


def test_the_year_holds_the_measures_that_ran_then(follow_up):
    codes = {measure.code for area in build_report(follow_up).areas for measure in area.measures}
    running = Measure.objects.running_in(2020).select_related("sub_goal__area")
    assert codes == {measure.code for measure in running}
    assert len(codes) == 68


def test_perspectives_list_the_measures_marked_with_them(follow_up):
    report = build_report(follow_up)
    assert [account.name for account in report.perspective_accounts] == ["Barnperspektiv", "Social hållbarhet"]
    for account in report.perspective_accounts:
        marked = Measure.objects.running_in(2020).filter(perspectives__name=account.name).count()
        assert len(account.measures) == marked > 0


def test_changes_are_those_of_the_year(follow_up):
    measure = Measure.objects.get(sub_goal__area__number=1, sub_goal__number=1, number=1)
    assert build_report(follow_up).changes[0] == Change(
        code="1.1.1", text=measure.text, kind="Ändrad", reason=measure.change_reason, is_example=True
    )
    assert len(build_report(follow_up).changes) == Measure.objects.filter(change_year=2020).count()


def test_what_is_filled_in_is_counted(huddinge):
    follow_up = FollowUp.objects.select_related("programme__framework").get(year=2021)
    report = build_report(follow_up)
    assert (report.filled_in, len(report.sub_goals)) == (8, 24)
    MeasureEntry.objects.filter(follow_up=follow_up, measure__sub_goal__area__number=1).update(progress="")
    assert build_report(follow_up).filled_in == 6


def test_the_tally_counts_goals_by_assessment_in_the_order_of_the_scale(follow_up):
    tally = [(item.step.key, item.number) for item in build_report(follow_up).assessment_tally]
    assert tally == [("met", 8), ("partly", 13), ("not_met", 2), ("cannot_assess", 1)]


def test_example_text_marks_the_report(follow_up):
    report = build_report(follow_up)
    assert report.shows_example
    assert not replace(report, areas=(), guidelines=()).shows_example


def test_the_number_of_queries_does_not_grow_with_the_programme(follow_up, django_assert_num_queries):
    reopened(follow_up.year)
    area = follow_up.programme.areas.get(number=1)
    with django_assert_num_queries(9):
        build_report(follow_up)
    for number in range(50, 100):
        goal = SubGoal.objects.create(area=area, number=number, text="Mål")
        SubGoalEntry.objects.create(follow_up=follow_up, sub_goal=goal)
        measure = Measure.objects.create(sub_goal=goal, number=1, text="Åtgärd", first_year=2018, last_year=2021)
        MeasureEntry.objects.create(follow_up=follow_up, measure=measure, progress="done")
    with django_assert_num_queries(9):
        build_report(follow_up)


def test_json_gives_back_an_equal_report(follow_up):
    report = build_report(follow_up)
    assert from_json(to_json(report)) == report
    assert to_json(from_json(to_json(report))) == to_json(report)


def test_json_of_another_schema_is_refused(follow_up):
    text = to_json(replace(build_report(follow_up), schema=999))
    with pytest.raises(ValueError, match="schemaversion 999"):
        from_json(text)


@given(text=st.text(), day=st.none() | st.dates())
def test_json_keeps_any_text_and_date(text, day):
    report = replace(EMPTY, summary=text, report_date=day)
    assert from_json(to_json(report)) == report


EMPTY = from_json(
    '{"areas":[],"assessment":{"key":"","path":"","tone":"","word":""},"assessment_comment":"","changes":[],'
    '"circumstances":"","forecast":{"key":"","path":"","tone":"","word":""},"guidelines":[],"is_decided":false,'
    '"is_example":false,"looking_ahead":"","municipality":"","overarching_goal":"","period":"",'
    '"perspective_accounts":[],"perspectives":"","programme":"","programme_slug":"","registration_number":"",'
    '"report_date":null,"scales":[],"schema":1,"state":"","summary":"","year":2020,"years":[]}'
)


@pytest.mark.parametrize(
    ("summary", "is_decided", "selection", "shown"),
    [
        ("Läget är gott.", True, "", True),
        ("", False, "", True),
        ("", True, "", False),
        ("Läget är gott.", False, "Ansvarsområde 1", False),
    ],
)
def test_a_decided_report_without_a_summary_has_no_chapter_for_it(huddinge, summary, is_decided, selection, shown):
    report = build_report(FollowUp.objects.get(programme=huddinge, year=2020))
    report = replace(report, summary=summary, is_decided=is_decided, selection=selection)
    assert report.shows_summary == shown
    assert ('id="sammanfattning"' in html.render(report)) == shown
