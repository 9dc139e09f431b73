"""Outcomes of indicators on the answer page."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.models import SubGoalEntry
from programmes.models import Indicator, IndicatorTarget, IndicatorValue, TargetStatus, target_status
from tests.fixtures import as_fetched, client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

URL = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
AUTOSAVE = f"{URL}indikator/1/autospara/"


@pytest.fixture
def indicator(open_year) -> Indicator:
    """Share of people who feel safe: 61 in 2017, target 70."""
    return Indicator.objects.get(sub_goal__area__number=1, sub_goal__number=1, number=1)


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


def fetched(user) -> dict[str, object]:
    return as_fetched(client_of(user).get(URL).context["forms"])


def with_outcome(page: dict[str, object], indicator: Indicator, **fields: str) -> dict[str, object]:
    return page | {f"outcome-{indicator.pk}-{name}": value for name, value in fields.items()}


def stored(indicator: Indicator) -> tuple[object, ...]:
    return IndicatorValue.objects.values_list("value", "women", "men", "assessment", "version").get(
        indicator=indicator, year=2021
    )


def save(user, indicator: Indicator, **fields: str):
    return client_of(user).post(URL, with_outcome(fetched(user), indicator, **fields))


UP, DOWN = False, True


@pytest.mark.parametrize(
    ("outcome", "target", "baseline", "lower_is_better", "status"),
    [
        ("70", "70", "61", UP, "reached"),
        ("69.9", "70", "61", UP, "on_the_way"),
        ("61", "70", "61", UP, "not_reached"),
        ("69.9", "70", None, UP, "not_reached"),
        ("40", "40", "50", DOWN, "reached"),
        ("45", "40", "50", DOWN, "on_the_way"),
        ("51", "40", "50", DOWN, "not_reached"),
        (None, "70", "61", UP, "cannot_assess"),
        ("70", None, "61", UP, "cannot_assess"),
    ],
)
def test_the_suggested_assessment_follows_the_figures(outcome, target, baseline, lower_is_better, status):
    figures = [None if figure is None else Decimal(figure) for figure in (outcome, target, baseline)]
    assert target_status(*figures, lower_is_better=lower_is_better) == TargetStatus(status)


def test_the_target_of_the_year_overrides_that_of_the_period(indicator):
    IndicatorTarget.objects.create(indicator=indicator, year=2021, value=66)
    outcome = IndicatorValue(indicator=indicator, year=2021, value=Decimal(67))
    assert (indicator.target_of(2021), indicator.target_of(2020)) == (66, 70)
    assert outcome.suggestion == TargetStatus.REACHED


def test_an_outcome_is_saved_with_the_goal_and_accepts_swedish_number_formats(official, indicator):
    response = save(official, indicator, value="1 063,5", women="58", men="−2,25")
    assert response.status_code == 302
    assert stored(indicator) == (Decimal("1063.5"), Decimal(58), Decimal("-2.25"), "", 1)
    outcome = IndicatorValue.objects.get(indicator=indicator, year=2021)
    assert outcome.dated == timezone.localdate()
    assert outcome.history.get().history_user == official
    html = html_of(client_of(official).get(URL))
    assert 'value="1063,5"' in html
    assert "Utfallet är inskrivet den" in html


def test_the_suggestion_is_confirmed_by_its_button(official, indicator):
    save(official, indicator, value="66")
    html = html_of(client_of(official).get(URL))
    assert "Siffrorna säger:" in html
    confirm = f"outcome-{indicator.pk}:on_the_way"
    assert f'name="confirm" value="{confirm}"' in html
    client_of(official).post(URL, fetched(official) | {"confirm": confirm})
    assert stored(indicator) == (66, None, None, "on_the_way", 2)
    assert "Siffrorna säger" not in html_of(client_of(official).get(URL))


def test_an_assessment_against_the_figures_is_saved_with_a_warning(official, indicator):
    save(official, indicator, value="66", assessment="reached")
    assert stored(indicator)[3] == "reached"
    assert "Siffrorna säger något annat" in html_of(client_of(official).get(URL))


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"value": "sjuttio"}, "utfall: Fyll i ett tal."),
        ({"value": "", "assessment": "reached"}, "Utan utfall går det inte att bedöma om målvärdet är nått."),
        ({"value": "1,2345"}, "inte är mer än 3 decimaler"),
    ],
)
def test_an_error_names_the_indicator_and_nothing_is_saved(fields, error, official, indicator):
    response = save(official, indicator, **fields)
    assert response.status_code == 422
    [message] = [text for _, text in response.context["forms"].errors]
    assert message.startswith(f"{indicator.name}, ")
    assert error in message
    assert not IndicatorValue.objects.filter(indicator=indicator, year=2021).exists()


def test_an_outcome_can_be_deleted(official, indicator):
    save(official, indicator, value="66")
    save(official, indicator, value="", assessment="cannot_assess")
    assert stored(indicator) == (None, None, None, "cannot_assess", 2)


def test_a_conflict_about_an_outcome_is_resolved_by_choice(official, indicator):
    colleague = make_user("colleague", unit="kommunstyrelsen")
    page = fetched(official)
    save(colleague, indicator, value="64,5")
    response = client_of(official).post(URL, with_outcome(page, indicator, value="66"))
    assert response.status_code == 409
    [conflict] = response.context["conflicts"]
    assert (conflict.place, conflict.mine_in_words, conflict.theirs_in_words) == (indicator.name, "66", "64,5")
    assert stored(indicator)[0] == Decimal("64.5")
    data = dict(response.context["unchanged"]) | {
        conflict.name: conflict.mine,
        f"theirs-{conflict.name}": conflict.theirs,
        f"pick-{conflict.name}": "mine",
    }
    assert client_of(official).post(URL, data).status_code == 302
    assert stored(indicator)[0] == 66


def test_an_official_of_only_a_measure_cannot_write_outcomes(indicator, entry):
    """SRV återvinning answers for measure 1.1.3, not for the goal."""
    user = make_user("avfall", unit="srv-atervinning")
    page = client_of(user).get(URL)
    assert [outcome.form for outcome in page.context["forms"].outcomes] == [None, None]
    data = as_fetched(page.context["forms"]) | {
        f"outcome-{indicator.pk}-version": 0,
        f"outcome-{indicator.pk}-value": "99",
    }
    client_of(user).post(URL, data)
    assert not IndicatorValue.objects.filter(indicator=indicator, year=2021).exists()


def test_figures_sent_after_the_goal_was_handed_in_are_shown_and_not_saved(official, indicator, entry):
    page = fetched(official)
    SubGoalEntry.objects.filter(pk=entry.pk).update(state="submitted")
    response = client_of(official).post(URL, with_outcome(page, indicator, value="66"))
    assert response.status_code == 409
    assert f"{indicator.name}, Utfall" in html_of(response)
    assert not IndicatorValue.objects.filter(indicator=indicator, year=2021).exists()


def test_a_changed_figure_loses_its_reference_to_kolada(official, indicator):
    IndicatorValue.objects.create(indicator=indicator, year=2021, value=64, kpi="N00945", dated=date(2022, 3, 1))
    assert "hämtat från Kolada (N00945) den 1 mars 2022" in html_of(client_of(official).get(URL))
    save(official, indicator, assessment="on_the_way")
    outcome = IndicatorValue.objects.get(indicator=indicator, year=2021)
    assert (outcome.kpi, outcome.dated) == ("N00945", date(2022, 3, 1))
    save(official, indicator, value="65")
    outcome.refresh_from_db()
    assert (outcome.kpi, outcome.dated) == ("", timezone.localdate())


def test_an_outcome_is_saved_as_soon_as_it_is_written(official, indicator):
    page = with_outcome(fetched(official), indicator, value="66")
    response = client_of(official).post(AUTOSAVE, page)
    html = html_of(response)
    assert response.status_code == 200
    assert "Sparad " in html
    assert f'name="outcome-{indicator.pk}-version" value="1"' in html
    assert "På väg mot målvärdet" in html
    assert stored(indicator)[0] == 66
    response = client_of(official).post(AUTOSAVE, page | {f"outcome-{indicator.pk}-value": "67"})
    assert response.status_code == 409
    assert stored(indicator)[0] == 66


def test_the_reviewer_sees_the_outcome_and_its_history(official, reviewer, indicator):
    save(official, indicator, value="66,5")
    client = client_of(reviewer)
    html = html_of(client.get("/granskning/huddinge-2018-2021/2021/1.1/"))
    assert "66,5" in html
    assert "(förslag, inte bekräftat)" in html
    assert 'name="outcome-' not in html
    history = html_of(client.get("/program/huddinge-2018-2021/2021/mal/1.1/historik/"))
    assert f"Utfall {indicator} 2021" in history


def test_the_page_takes_as_many_queries_with_many_outcomes(official, indicator, django_assert_num_queries):
    client = client_of(official)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    for number in range(10, 20):
        another = Indicator.objects.create(
            sub_goal=indicator.sub_goal, number=number, name=f"Indikator {number}", unit="antal", direction="up"
        )
        IndicatorValue.objects.create(indicator=another, year=2020, value=number)
        IndicatorTarget.objects.create(indicator=another, year=2021, value=number)
    with django_assert_num_queries(len(few)):
        client.get(URL)
