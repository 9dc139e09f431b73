"""Secrecy: what can be marked, the report without it, and the page where it is marked."""

from dataclasses import fields, is_dataclass
from typing import get_type_hints

import pytest

from followup.archive import check_chain
from followup.models import FollowUp, Withholding
from followup.report import (
    AreaStatus,
    Change,
    GuidelineStatus,
    MeasureStatus,
    PerspectiveAccount,
    Report,
    SubGoalStatus,
    build_report,
    to_json,
)
from followup.withholding import masked, notice, places, withhold
from followup.workflow import NotAllowed
from tests.followup.conftest import client_of

PAGE = "/granskning/huddinge-2018-2021/2020/sekretess/"

# What stands in a report of the programme, adopted in public by the council, or comes from a list.
OF_PROGRAMME = {
    Report: {
        "municipality", "programme", "programme_slug", "period", "state", "registration_number", "overarching_goal",
        "selection",
    },
    AreaStatus: {"name", "overarching_sub_goal"},
    SubGoalStatus: {"text"},
    MeasureStatus: {"code", "text", "problem", "problem_source"},
    GuidelineStatus: {"title", "description"},
    PerspectiveAccount: {"name", "description"},
    Change: {"code", "text", "kind"},
}  # fmt: skip
OF_YEAR = {
    Report: {"summary", "circumstances", "assessment_comment", "perspectives", "looking_ahead"},
    AreaStatus: {"summary"},
    SubGoalStatus: {"comment"},
    MeasureStatus: {"done", "stop_reason"},
    GuidelineStatus: {"comment"},
    Change: {"reason"},
}


def test_every_text_of_the_year_can_be_marked():
    """A new field of a report is either the programme's or one that can be secret: whoever adds it says which."""
    for kind, known in OF_PROGRAMME.items():
        texts = {field.name for field in fields(kind) if get_type_hints(kind)[field.name] is str}
        assert (kind, texts) == (kind, known | OF_YEAR.get(kind, set()))


def written(value, found=None) -> list[str]:
    """Every text of the year in a report, wherever it stands."""
    found = [] if found is None else found
    if isinstance(value, tuple):
        for item in value:
            written(item, found)
    elif is_dataclass(value):
        for field in fields(value):
            content = getattr(value, field.name)
            if field.name in OF_YEAR.get(type(value), ()):
                found.append(content)
            else:
                written(content, found)
    return found


@pytest.fixture
def report(huddinge) -> Report:
    return build_report(FollowUp.objects.select_related("programme").get(year=2020))


def test_with_everything_marked_no_text_of_the_year_is_left(report):
    everything = {place.key: "lagen" for place in places(report)}
    assert {text for text in written(masked(report, everything)) if text} == {notice("lagen")}
    assert len([text for text in written(report) if text]) > 100


def test_one_mark_takes_one_text_wherever_it_stands(report):
    measure = report.perspective_accounts[0].measures[0]
    before, after = to_json(report), to_json(masked(report, {f"atgard-{measure.code}": "lagen"}))
    assert before.count(measure.done) == after.count(notice("lagen")) >= 2
    assert measure.done not in after
    assert masked(report, {}) == report
    assert masked(report, {"atgard-9.9.9": "lagen"}) == report


def test_a_reviewer_marks_a_text_and_takes_the_mark_away(reviewer):
    client = client_of(reviewer)
    sent = {"place": "sammanfattning", "ground": "18 kap. 13 § OSL", "reason": "Röjer en sårbarhet."}
    assert client.post(PAGE, sent).url == PAGE
    mark = Withholding.objects.get()
    assert (mark.about, mark.by, mark.history.get().history_user) == ("Sammanfattning", reviewer, reviewer)
    html = client.get(PAGE).content.decode()
    assert "Röjer en sårbarhet." in html
    assert '<option value="sammanfattning">' not in html
    assert client.post(PAGE, sent).status_code == 422
    assert client.post(f"{PAGE}{mark.pk}/ta-bort/", {"reason": ""}).status_code == 422
    assert client.post(f"{PAGE}{mark.pk}/ta-bort/", {"reason": "Sårbarheten finns inte längre."}).url == PAGE
    assert not Withholding.objects.exists()
    last = Withholding.history.first()
    assert (last.history_type, last.history_user, last.history_change_reason) == (
        "-",
        reviewer,
        "Sårbarheten finns inte längre.",
    )
    assert not [check for check in check_chain() if check.problems]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"place": "mal-9.9"}, "Välj ett giltigt alternativ."),
        ({"place": ""}, "Detta fält måste fyllas i."),
        ({"ground": ""}, "Detta fält måste fyllas i."),
        ({"reason": "x" * 501}, "som mest 500 tecken"),
    ],
)
def test_a_mark_needs_a_place_a_ground_and_a_reason(change, problem, secretary):
    sent = {"place": "framat", "ground": "18 kap. 13 §", "reason": "Skäl."} | change
    response = client_of(secretary).post(PAGE, sent)
    assert response.status_code == 422
    assert problem in response.content.decode()
    assert not Withholding.objects.exists()


def test_an_official_marks_nothing(official):
    follow_up = FollowUp.objects.get(year=2020)
    with pytest.raises(NotAllowed):
        withhold(Withholding(follow_up=follow_up, place="framat", about="-", ground="-", reason="-"), by=official)


def test_a_mark_that_has_lost_its_place_is_told_of(reviewer):
    follow_up = FollowUp.objects.get(year=2020)
    Withholding.objects.create(
        follow_up=follow_up, place="mal-1.1", about="Mål 1.1: Annat", ground="-", reason="-", by=reviewer
    )
    assert "Rapporten publiceras inte" in client_of(reviewer).get(PAGE).content.decode()
