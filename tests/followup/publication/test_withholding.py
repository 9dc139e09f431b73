"""Secrecy: what can be marked, the report without it, and the page where it is marked."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import get_type_hints
from zipfile import ZipFile

import pytest

from followup.documents.formats import FORMATS
from followup.models import FollowUp, Withholding
from followup.publication.hidden_figures import hidden_by_other_years, without_figures
from followup.publication.publication import publication_of
from followup.publication.withholding import masked, notice, withhold, withholdable_texts
from followup.report.archive import report_of
from followup.report.building import build_report
from followup.report.first_page import first_page_of
from followup.report.indicators import Elsewhere, Figure, IndicatorStatus
from followup.report.report import (
    AreaStatus,
    Change,
    GuidelineStatus,
    MeasureStatus,
    PerspectiveAccount,
    Report,
    SubGoalStatus,
)
from followup.report.serialization import to_json
from followup.report.verification import check_chain
from followup.workflow import NotAllowedError
from programmes.scales import BLANK
from tests.fixtures import client_of
from tests.pages import html_of

PAGE = "/granskning/huddinge-2018-2021/2020/sekretess/"

# What stands in a report of the programme, adopted in public by the council, or comes from a list.
OF_PROGRAMME = {
    Report: {
        "municipality", "programme", "programme_slug", "period", "state", "registration_number", "overarching_goal",
        "selection",
    },
    AreaStatus: {"name", "overarching_sub_goal"},
    SubGoalStatus: {"text", "short_name", "lead"},
    MeasureStatus: {"code", "text", "problem", "problem_source", "lead"},
    IndicatorStatus: {"name", "unit", "direction", "source", "kpi"},
    GuidelineStatus: {"title", "description", "lead"},
    PerspectiveAccount: {"name", "description"},
    Change: {"code", "text", "kind"},
}  # fmt: skip
OF_YEAR = {
    Report: {
        "summary",
        "circumstances",
        "assessment_comment",
        "perspectives",
        "looking_ahead",
        "judgement_sentence",
        "forecast_sentence",
    },
    AreaStatus: {"summary"},
    SubGoalStatus: {"comment", "reason"},
    IndicatorStatus: {"withheld"},
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
    everything = {place.key: "lagen" for place in withholdable_texts(report)}
    rest = masked(report, everything)
    figures = notice("lagen", "Utfallen är inte publicerade")
    assert {text for text in written(rest) if text} == {notice("lagen"), figures}
    assert sum(text == figures for text in written(rest)) == len(
        [1 for goal in report.sub_goals for _ in goal.indicators]
    )
    assert len([text for text in written(report) if text]) > 100


def test_one_mark_takes_one_text_wherever_it_stands(report):
    measure = report.perspective_accounts[0].measures[0]
    before, after = to_json(report), to_json(masked(report, {f"atgard-{measure.code}": "lagen"}))
    assert before.count(measure.done) == after.count(notice("lagen")) >= 2
    assert measure.done not in after
    assert masked(report, {}) == report
    assert masked(report, {"atgard-9.9.9": "lagen"}) == report


def test_outcomes_that_are_marked_stand_in_no_format(report):
    """Nor do those elsewhere, the trend or the judgement, which tell of them. The target is the programme's."""
    goal, *others = report.areas[0].sub_goals
    first, *rest = goal.indicators
    there = Elsewhere("Grannkommunen", (Figure(2020, Decimal("17.123")),), date(2021, 3, 2))
    outcomes = (replace(first.outcomes[-1], value=Decimal("98.765"), women=Decimal("97.654")),)
    first = replace(first, kpi="N07403", outcomes=outcomes, elsewhere=(there,))
    area = replace(report.areas[0], sub_goals=(replace(goal, indicators=(first, *rest)), *others))
    report = replace(report, areas=(area, *report.areas[1:]))
    public = masked(report, {"utfall-1.1-1": "18 kap. 13 §"})
    [(indicator, other)] = [area.sub_goals[0].indicators for area in public.areas[:1]]
    assert (indicator.outcomes, indicator.trend, indicator.target_status, indicator.target) == (
        (),
        BLANK,
        BLANK,
        first.target,
    )
    assert other == rest[0]
    for name in ("html", "docx", "xlsx", "json"):
        whole, open_to_all = (text_of(name, FORMATS[name].render(one)) for one in (report, public))
        for secret in ("98.765", "97.654", "17.123", "Grannkommunen"):
            figure = secret if name in ("json", "xlsx") else secret.replace(".", ",")
            assert figure in whole, (name, figure)
            assert figure not in open_to_all, (name, figure)
        assert "Utfallen är inte publicerade. Lagrum: 18 kap. 13 §" in open_to_all


def text_of(name: str, content: str | bytes) -> str:
    """All that is written in a file, however it is packed."""
    if isinstance(content, str):
        return content
    if name == "json":
        return content.decode()
    with ZipFile(BytesIO(content)) as package:
        return unescape("\n".join(package.read(part).decode() for part in package.namelist() if part.endswith(".xml")))


def test_a_reviewer_marks_a_text_and_takes_the_mark_away(reviewer):
    client = client_of(reviewer)
    sent = {"place": "sammanfattning", "ground": "18 kap. 13 § OSL", "reason": "Röjer en sårbarhet."}
    preview = client.post(PAGE, sent)
    assert (preview.status_code, Withholding.objects.count()) == (200, 0)
    html = html_of(preview)
    assert "[Texten är inte publicerad. Lagrum: 18 kap. 13 § OSL.]" in html
    assert "Rapporten för 2020, som inte är publicerad" in html
    assert client.post(PAGE, sent | {"confirm": "1"}).url == PAGE
    mark = Withholding.objects.get()
    assert (mark.about, mark.by, mark.history.get().history_user) == ("Sammanfattning", reviewer, reviewer)
    html = html_of(client.get(PAGE))
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
    assert problem in html_of(response)
    assert not Withholding.objects.exists()


def test_an_official_marks_nothing(official):
    follow_up = FollowUp.objects.get(year=2020)
    with pytest.raises(NotAllowedError):
        withhold(Withholding(follow_up=follow_up, place="framat", about="-", ground="-", reason="-"), by=official)


def test_a_mark_that_has_lost_its_place_is_told_of(reviewer):
    follow_up = FollowUp.objects.get(year=2020)
    Withholding.objects.create(
        follow_up=follow_up, place="mal-1.1", about="Mål 1.1: Annat", ground="-", reason="-", by=reviewer
    )
    assert "Rapporten publiceras inte" in html_of(client_of(reviewer).get(PAGE))


@pytest.fixture
def secret_2019(reviewer, settings) -> Withholding:
    """A mark on the outcomes of the first indicator of goal 1.1 in the report for 2019."""
    settings.PUBLIC_REPORTS = True
    follow_up = FollowUp.objects.select_related("programme").get(year=2019)
    indicator = report_of(follow_up).areas[0].sub_goals[0].indicators[0]
    about = f"Utfall för mål 1.1: {indicator.name}"
    return Withholding.objects.create(
        follow_up=follow_up, place="utfall-1.1-1", about=about, ground="18 kap. 13 §", reason="Skäl.", by=reviewer
    )


def first_indicator(year: int) -> IndicatorStatus:
    return publication_of("huddinge-2018-2021", year).report.areas[0].sub_goals[0].indicators[0]


def test_a_secret_outcome_is_left_out_of_every_year(secret_2019):
    assert [outcome.year for outcome in first_indicator(2020).outcomes] == [2020]
    assert first_indicator(2020).withheld == "[Utfall som inte är publicerade: 2018, 2019. Lagrum: 18 kap. 13 §.]"
    assert (first_indicator(2020).trend, first_indicator(2020).elsewhere) == (BLANK, ())
    assert first_indicator(2019).outcomes == first_indicator(2018).outcomes == ()
    publication = publication_of("huddinge-2018-2021", 2020)
    assert (publication.left_out, publication.is_whole) == (1, False)


def test_a_secret_outcome_stands_on_no_open_page_of_another_year(secret_2019, client):
    decided = report_of(FollowUp.objects.select_related("programme").get(year=2020))
    goal = decided.areas[0].sub_goals[0]
    secret = replace(goal.indicators[0].outcomes[1], value=Decimal("98.765"))
    outcomes = (goal.indicators[0].outcomes[0], secret, goal.indicators[0].outcomes[2])
    hidden = hidden_by_other_years(FollowUp.objects.get(year=2020))
    report = replace(
        decided,
        areas=(
            replace(
                decided.areas[0],
                sub_goals=(
                    replace(goal, indicators=(replace(goal.indicators[0], outcomes=outcomes), *goal.indicators[1:])),
                    *decided.areas[0].sub_goals[1:],
                ),
            ),
            *decided.areas[1:],
        ),
    )
    public = without_figures(report, hidden)
    for name in ("html", "docx", "xlsx", "json"):
        whole, open_to_all = (text_of(name, FORMATS[name].render(one)) for one in (report, public))
        figure = "98.765" if name in ("json", "xlsx") else "98,765"
        assert figure in whole
        assert figure not in open_to_all
        assert "Utfall som inte är publicerade: 2018, 2019. Lagrum: 18 kap. 13 §" in open_to_all
    page = client.get("/offentligt/huddinge-2018-2021/2020/rapport/")
    assert "Utfall som inte är publicerade: 2018, 2019." in page.content.decode()


@pytest.mark.parametrize("changed", [{"name": "Nytt namn"}, {"name": "Nytt namn", "kpi": "N1"}, {"unit": "antal"}])
def test_a_renamed_indicator_is_known_by_its_figures(secret_2019, changed):
    report = report_of(FollowUp.objects.select_related("programme").get(year=2020))
    indicator = replace(report.areas[0].sub_goals[0].indicators[0], **changed)
    [hidden] = hidden_by_other_years(FollowUp.objects.get(year=2020))
    assert hidden.is_shown_by(indicator)
    corrected = replace(indicator, outcomes=tuple(replace(one, value=one.value + 1) for one in indicator.outcomes))
    assert hidden.is_shown_by(corrected) == (indicator.name == hidden.name)


def test_a_secret_report_hides_the_outcomes_of_its_year_elsewhere(secret_2019):
    Withholding.objects.filter(pk=secret_2019.pk).update(place=Withholding.ALL, about="Hela rapporten")
    assert publication_of("huddinge-2018-2021", 2019) is None
    assert [outcome.year for outcome in first_indicator(2020).outcomes] == [2018, 2020]
    assert [outcome.year for outcome in first_indicator(2018).outcomes] == [2018]


def test_while_a_mark_has_lost_its_place_no_year_shows_the_figure(secret_2019):
    Withholding.objects.filter(pk=secret_2019.pk).update(about="Utfall för mål 1.1: Annat")
    assert publication_of("huddinge-2018-2021", 2020) is None


def test_before_a_figure_is_marked_and_before_a_mark_is_removed_all_its_reports_are_named(reviewer, settings):
    settings.PUBLIC_REPORTS = True
    client = client_of(reviewer)
    sent = {"place": "utfall-1.1-1", "ground": "18 kap. 13 §", "reason": "Skäl."}
    html = html_of(client.post(PAGE, sent))
    for year in (2018, 2019, 2020):
        assert f"Rapporten för {year}, som är publicerad" in html
    assert "[Utfallen är inte publicerade. Lagrum: 18 kap. 13 §.]" in html
    assert client.post(PAGE, sent | {"confirm": "1"}).status_code == 302
    html = html_of(client.get(f"{PAGE}{Withholding.objects.get().pk}/ta-bort/"))
    assert "Det som blir läsbart för alla" in html
    assert "Rapporten för 2018, som är publicerad" in html


def test_the_sentences_of_the_first_page_follow_the_texts_that_they_are_taken_from(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    area = report.areas[0]
    goals = tuple(replace(goal, reason="Hemligt skäl.") if goal.code == "1.3" else goal for goal in area.sub_goals)
    areas = (replace(area, sub_goals=goals), *report.areas[1:])
    report = replace(report, areas=areas, judgement_sentence="Hemlig mening.", forecast_sentence="Hemlig prognos.")
    grounds = {"samlad-bedomning": "18 kap. 1 § OSL", "mal-1.3": "18 kap. 1 § OSL"}
    page = first_page_of(masked(report, grounds))
    assert page.judgement == "Texten är inte publicerad."
    assert page.forecast == "Prognosen är att 17 av 24 mål nås helt, 6 nås delvis och 1 inte nås."
    assert page.deviations[0].reason == "Texten är inte publicerad."
