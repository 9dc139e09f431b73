"""Autosave: its messages, its history rows and its number of queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.workflow import perform
from followup.writing.autosave import REASON
from organisation.models import User
from tests.fixtures import as_fetched, client_of, make_draft, make_user
from tests.pages import html_of

ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
GOAL = f"{ENTRY}autospara/"
MEASURE = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1.1/autospara/"


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


@pytest.fixture
def measure(open_year) -> MeasureEntry:
    return open_year.measureentry_set.get(
        measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=1
    )


@pytest.fixture
def colleague(huddinge) -> User:
    return make_user("colleague", unit="kommunstyrelsen")


def typed(comment: str, version: object = 1, **others: str) -> dict[str, object]:
    """Return the fields of the goal as the page posts them."""
    fields = {"version": version, "assessment": "", "forecast": "", "comment": comment} | others
    return {f"goal-{name}": value for name, value in fields.items()}


def texts_of_history(entry: SubGoalEntry) -> list[str]:
    return [record.comment for record in entry.history.all()]


def test_an_autosave_reports_the_time_and_updates_the_version_and_the_check_list(official, entry):
    response = client_of(official).post(GOAL, typed("Fler", assessment="met"))
    html = html_of(response)
    entry.refresh_from_db()
    assert response.status_code == 200
    assert f"Sparad {timezone.localtime():%H.%M}" in html
    assert '<input type="hidden" name="goal-version" value="2" id="id_goal-version" data-hx-swap-oob="true">' in html
    assert '<li id="check-goal" data-hx-swap-oob="true">' in html
    assert "saknar prognos" in html
    assert (entry.comment, entry.assessment, entry.version) == ("Fler", "met", 2)
    assert not entry.is_example


def test_a_measure_is_saved_separately(official, entry, measure):
    prefix = f"measure-{measure.pk}"
    data = typed("Inget för den här") | {
        f"{prefix}-version": 1,
        f"{prefix}-progress": "ongoing",
        f"{prefix}-done": "Två vandringar.",
        f"{prefix}-stop_reason": "",
    }
    response = client_of(official).post(MEASURE, data)
    measure.refresh_from_db()
    entry.refresh_from_db()
    assert f'name="{prefix}-version" value="2"' in html_of(response)
    assert (measure.progress, measure.done) == ("ongoing", "Två vandringar.")
    assert entry.comment == ""


def test_an_unchanged_form_is_not_saved(official, entry):
    client = client_of(official)
    client.post(GOAL, typed("Fler"))
    # A form that was posted at the same time as the first has the same version.
    response = client.post(GOAL, typed("Fler"))
    entry.refresh_from_db()
    assert 'value="2"' in html_of(response)
    assert entry.version == 2


def test_line_breaks_are_equal_from_a_form_and_from_a_script(official, entry, measure):
    client = client_of(official)
    client.post(GOAL, typed("Ett\nTvå"))
    forms = client.get(ENTRY).context["forms"]
    page = as_fetched(forms)
    response = client.post(ENTRY, page | {"goal-comment": "Ett\r\nTvå"})
    entry.refresh_from_db()
    assert response.status_code == 302
    assert (entry.comment, entry.version) == ("Ett\nTvå", 2)


def test_added_text_stays_in_one_history_row(official, entry):
    client = client_of(official)
    before = entry.history.count()
    for version, text in enumerate(["Fler", "Fler känner sig", "Fler känner sig trygga."], start=1):
        client.post(GOAL, typed(text, version))
    record = entry.history.first()
    assert entry.history.count() == before + 1
    assert (record.comment, record.version, record.history_user, record.history_change_reason) == (
        "Fler känner sig trygga.",
        4,
        official,
        REASON,
    )


def test_removed_or_changed_text_gets_a_new_history_row(official, entry):
    client = client_of(official)
    client.post(GOAL, typed("Fler känner sig trygga.", 1, assessment="met"))
    client.post(GOAL, typed("", 2, assessment="met"))
    client.post(GOAL, typed("", 3, assessment="partly"))
    assert [(record.comment, record.assessment) for record in entry.history.all()][:3] == [
        ("", "partly"),
        ("", "met"),
        ("Fler känner sig trygga.", "met"),
    ]


def test_an_older_row_or_one_of_another_user_is_not_overwritten(official, colleague, entry):
    client_of(official).post(GOAL, typed("A", 1))
    client_of(colleague).post(GOAL, typed("AB", 2))
    client_of(official).post(GOAL, typed("ABC", 3))
    entry.history.update(history_date=timezone.now() - timedelta(minutes=11))
    client_of(official).post(GOAL, typed("ABCD", 4))
    assert [(record.comment, record.history_user) for record in entry.history.order_by("-history_id")][:4] == [
        ("ABCD", official),
        ("ABC", official),
        ("AB", colleague),
        ("A", official),
    ]


def test_no_text_is_lost_when_the_clock_is_set_back(official, entry):
    client = client_of(official)
    client.post(GOAL, typed("Fler är trygga."))
    entry.history.filter(version=2).update(history_date=timezone.now() + timedelta(hours=1))
    client.post(GOAL, typed("Färre", 2))
    client.post(GOAL, typed("Färre än i fjol", 3))
    texts = entry.history.order_by("history_id").values_list("comment", flat=True)
    assert list(texts)[-2:] == ["Fler är trygga.", "Färre än i fjol"]


def test_the_row_of_an_ordinary_save_is_not_overwritten(official, entry, measure):
    client = client_of(official)
    forms = client.get(ENTRY).context["forms"]
    page = as_fetched(forms)
    client.post(ENTRY, page | {"goal-comment": "A"})
    client.post(GOAL, typed("AB", 2))
    assert texts_of_history(entry)[:2] == ["AB", "A"]


def test_a_save_by_another_user_is_reported_and_leads_to_the_conflict_page(official, colleague, entry):
    client_of(colleague).post(GOAL, typed("Kollegans ord."))
    response = client_of(official).post(GOAL, typed("Mina ord."))
    html = html_of(response)
    entry.refresh_from_db()
    assert response.status_code == 409
    assert "Inte sparat: någon annan har sparat under tiden." in html
    # The button is inside the form, so it posts all fields to the conflict page.
    assert '<button class="button-link" type="submit">Jämför texterna</button>' in html
    assert "hx-swap-oob" not in html
    assert entry.comment == "Kollegans ord."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"goal-comment": "å" * 10_001}, "Mål 1.1, kommentar: Säkerställ att detta värde har som mest 10000 tecken"),
        ({"goal-assessment": "bra"}, "Mål 1.1, bedömning av året: Välj ett giltigt alternativ."),
        ({"goal-version": "ett"}, "Mål 1.1, version: Fyll i ett heltal."),
        ({"goal-version": ""}, "Mål 1.1, version: Detta fält måste fyllas i."),
    ],
)
def test_bad_input_names_its_field_and_nothing_is_saved(change, message, official, entry):
    response = client_of(official).post(GOAL, typed("Fler") | change)
    entry.refresh_from_db()
    assert response.status_code == 422
    assert message in html_of(response)
    assert (entry.comment, entry.version) == ("", 1)


def test_a_version_above_the_stored_one_is_a_conflict(official, entry):
    assert client_of(official).post(GOAL, typed("Fler", 99)).status_code == 409


def test_a_stopped_measure_requires_a_reason(official, measure):
    prefix = f"measure-{measure.pk}"
    data = {f"{prefix}-version": 1, f"{prefix}-progress": "stopped", f"{prefix}-done": "", f"{prefix}-stop_reason": ""}
    response = client_of(official).post(MEASURE, data)
    assert response.status_code == 422
    assert "Åtgärd 1.1.1, skäl till att åtgärden avbröts: Skriv varför åtgärden avbröts." in html_of(response)


def test_an_answer_that_is_handed_in_is_not_saved(official, entry):
    SubGoalEntry.objects.filter(pk=entry.pk).update(assessment="met", forecast="will", comment="Klart.")
    perform(entry, "submit", by=official)
    response = client_of(official).post(GOAL, typed("Mer", 2))
    assert response.status_code == 409
    assert "Läget är: Inlämnad. Texten kan inte ändras nu." in html_of(response)


def test_nothing_is_saved_in_a_closed_year(official, open_year, entry):
    FollowUp.objects.filter(pk=open_year.pk).update(state="proposed")
    response = client_of(official).post(GOAL, typed("Mer"))
    assert response.status_code == 409
    assert "Läget är: Föreslagen till kommunstyrelsen." in html_of(response)


def test_an_ended_session_is_reported_in_the_page(entry):
    response = client_of(None).post(GOAL, typed("Mer"))
    html = html_of(response)
    entry.refresh_from_db()
    assert response.status_code == 401
    assert "Inte sparat: du har blivit utloggad." in html
    assert '<button class="button-link" type="submit">Logga in och ta med texten</button>' in html
    assert entry.comment == ""


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("outsider", 403),
        ("reader", 403),
        ("official", 200),
        ("other_official", 403),
        ("reviewer", 403),
        ("secretary", 403),
        ("administrator", 403),
    ],
)
def test_permissions(role, status, request, entry):
    client = client_of(request.getfixturevalue(role))
    assert client.post(GOAL, typed("Mer")).status_code == status
    assert client.get(GOAL).status_code == 405


@pytest.mark.parametrize("address", ["2021/9.9", "2021/9.9.1", "2030/1.1", "2019/1.99"])
def test_an_unknown_address_gives_404(address, official):
    url = f"/mina-uppfoljningar/huddinge-2018-2021/{address}/autospara/"
    assert client_of(official).post(url, typed("Mer")).status_code == 404


def test_an_unknown_measure_gives_403(official, entry):
    url = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1.99/autospara/"
    assert client_of(official).post(url, typed("Mer")).status_code == 403


def test_a_draft_programme_gives_404_except_for_its_editors(official, reviewer, huddinge, entry):
    make_draft(huddinge)
    assert client_of(official).post(GOAL, typed("Mer")).status_code == 404
    reviewer.memberships.create(unit=official.memberships.get().unit)
    assert client_of(reviewer).post(GOAL, typed("Mer")).status_code == 200


def test_an_autosave_takes_eight_queries_or_seven_when_text_is_added(
    official, entry, measure, django_assert_num_queries
):
    client = client_of(official)
    # Session, user, begin, answer with year, search for a recent autosave, update, history row, commit.
    with django_assert_num_queries(8):
        client.post(GOAL, typed("Fler"))
    with django_assert_num_queries(7):
        client.post(GOAL, typed("Fler känner", 2))
    with django_assert_num_queries(7):
        client.post(GOAL, typed("Färre", 3))
    with django_assert_num_queries(5):
        client.post(GOAL, typed("Färre", 4))
    prefix = f"measure-{measure.pk}"
    data = {f"{prefix}-version": 1, f"{prefix}-progress": "stopped", f"{prefix}-stop_reason": "Pengarna tog slut."}
    with django_assert_num_queries(8):
        client.post(MEASURE, data)


def test_a_character_that_pdf_files_cannot_show_is_named_and_the_text_is_saved(official, entry):
    html = client_of(official).post(GOAL, typed("Enligt 𒀀 är det tryggt.")).content.decode()
    entry.refresh_from_db()
    assert entry.comment == "Enligt 𒀀 är det tryggt."
    assert "Sparad " in html
    assert "<strong>Mål 1.1, kommentar: tecknet 𒀀 (U+12000) finns inte i typsnitten" in html
    html = client_of(official).post(GOAL, typed("Tummen upp 👍", entry.version)).content.decode()
    assert "typsnitten" not in html
