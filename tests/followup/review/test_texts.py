"""The reviewer's own texts: written, in conflict, wrong, and refused once the year is proposed."""

from datetime import date

import pytest

from followup.models import AreaEntry, FollowUp, GuidelineEntry, SubGoalEntry
from followup.writing.autosave import REASON
from followup.writing.page_saves import PARAMETER
from organisation.models import User
from organisation.roles import REVIEWER
from tests.fixtures import after_the_session, client_of, make_user, put_in_state
from tests.pages import html_of

pytestmark = pytest.mark.django_db

YEAR = "/granskning/huddinge-2018-2021/2021/"
TEXTS, AREA, GUIDELINE = f"{YEAR}texter/", f"{YEAR}omrade/1/", f"{YEAR}riktlinje/1/"
OF_YEAR = {
    "version": 1,
    "summary": "Året i korthet.",
    "assessment": "partly",
    "forecast": "will",
    "assessment_comment": "Arbetet gick framåt.",
    "circumstances": "Pandemin.",
    "perspectives": "Barnens röst.",
    "looking_ahead": "Fler vandringar.",
    "report_date": "2022-02-17",
}


@pytest.fixture
def area(open_year) -> AreaEntry:
    return open_year.areaentry_set.get(area__number=1)


@pytest.fixture
def colleague(huddinge) -> User:
    return make_user("colleague", role=REVIEWER)


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_years_texts(reviewer, open_year):
    response = client_of(reviewer).post(TEXTS, OF_YEAR, follow=True)
    assert response.redirect_chain == [(TEXTS, 302)]
    assert messages_of(response)[0].startswith("Sparad ")
    saved = FollowUp.objects.get(pk=open_year.pk)
    assert {name: getattr(saved, name) for name in OF_YEAR} == OF_YEAR | {
        "version": 2,
        "report_date": date(2022, 2, 17),
    }
    assert saved.state == "open"
    assert saved.history.first().history_user == reviewer


def test_an_areas_summary(reviewer, area):
    data = {"version": 1, "assessment": "met", "forecast": "will", "summary": "Tryggare."}
    client_of(reviewer).post(AREA, data)
    area.refresh_from_db()
    assert (area.version, area.assessment, area.forecast, area.summary) == (2, "met", "will", "Tryggare.")
    assert area.history.first().history_user == reviewer


def test_a_guidelines_follow_up(reviewer, open_year):
    client_of(reviewer).post(GUIDELINE, {"version": 1, "assessment": "partly", "comment": "Klottret minskade."})
    entry = GuidelineEntry.objects.get(follow_up=open_year, guideline__number=1)
    assert (entry.version, entry.assessment, entry.comment) == (2, "partly", "Klottret minskade.")


def test_last_years_text_stands_beside(reviewer, area):
    last = AreaEntry.objects.get(follow_up__year=2020, area=area.area)
    html = html_of(client_of(reviewer).get(AREA))
    assert last.summary[:60] in html
    assert area.summary == ""


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"report_date": "den sjuttonde"}, "Uppföljningen 2021, rapportens datum: Skriv datumet som 2022-02-17."),
        (
            {"summary": "x" * 10_001},
            "Uppföljningen 2021, sammanfattning: Säkerställ att detta värde har som mest 10000 tecken",
        ),
        ({"forecast": "kanske"}, "Uppföljningen 2021, prognos för perioden: Välj ett giltigt alternativ."),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(change, error, reviewer, open_year):
    response = client_of(reviewer).post(TEXTS, OF_YEAR | change)
    assert response.status_code == 422
    (link,) = response.context["forms"].errors
    assert link[1].startswith(error)
    assert "Pandemin." in html_of(response)
    open_year.refresh_from_db()
    assert (open_year.version, open_year.circumstances) == (1, "")


def test_the_second_to_save_is_shown_both_texts_and_merges(reviewer, colleague, area):
    client_of(colleague).post(AREA, {"version": 1, "assessment": "met", "forecast": "", "summary": "Kollegans text."})
    client = client_of(reviewer)
    mine = {"version": 1, "assessment": "met", "forecast": "will", "summary": "Min text."}
    response = client.post(AREA, mine)
    assert response.status_code == 409
    html = html_of(response)
    assert "Område 1. Inget har gått förlorat" in html
    assert "Kollegans text." in html
    assert "Min text." in html
    area.refresh_from_db()
    assert area.summary == "Kollegans text."
    again = dict(response.context["unchanged"]) | {
        "pick-summary": "mine",
        "summary": "Båda texterna.",
        "pick-forecast": "theirs",
        "theirs-forecast": "",
        "forecast": "will",
    }
    client.post(AREA, again)
    area.refresh_from_db()
    assert (area.version, area.assessment, area.forecast, area.summary) == (3, "met", "", "Båda texterna.")


def test_a_date_in_conflict_is_told_in_words(reviewer, colleague, open_year):
    client_of(colleague).post(TEXTS, OF_YEAR)
    response = client_of(reviewer).post(TEXTS, OF_YEAR | {"report_date": ""})
    (conflict,) = response.context["conflicts"]
    assert (conflict.mine, conflict.mine_in_words) == ("", "–")
    assert (conflict.theirs, conflict.theirs_in_words) == ("2022-02-17", "17 februari 2022")
    assert not conflict.is_text


def test_a_text_outlives_a_session_that_ran_out(reviewer, area):
    client = after_the_session(reviewer, AREA)
    response = client.post(AREA, {"version": 1, "summary": "Skrivet i tre timmar."})
    assert response.url == f"/logga-in/?next={AREA}"
    client.force_login(reviewer)
    html = html_of(client.get(AREA))
    assert "Skrivet i tre timmar." in html
    assert "är inte sparat" in html
    area.refresh_from_db()
    assert area.summary == ""


@pytest.mark.parametrize("url", [TEXTS, AREA, GUIDELINE])
@pytest.mark.parametrize(
    ("state", "reason"), [("proposed", "Föreslagen till kommunstyrelsen."), ("decided", "Beslutad.")]
)
def test_refused_with_the_reason_once_proposed(url, state, reason, reviewer, open_year):
    put_in_state(open_year, state)
    client = client_of(reviewer)
    why = f"Uppföljningen för 2021 är inte öppen för ändringar. Läget är: {reason}"
    response = client.get(url)
    assert response.status_code == 403
    assert why in html_of(response)
    field = "comment" if url == GUIDELINE else "summary"
    response = client.post(url, {"version": 1, field: "Skriven i en gammal flik."})
    assert response.status_code == 409
    html = html_of(response)
    assert why in html
    assert "Skriven i en gammal flik." in html
    assert not AreaEntry.objects.filter(summary="Skriven i en gammal flik.").exists()
    open_year.refresh_from_db()
    assert open_year.summary == ""


def test_a_year_moved_on_meanwhile_wins_over_a_form_fetched_before(reviewer, colleague, open_year):
    client_of(colleague).post(f"{YEAR}lage/", {"action": "start_review"})
    response = client_of(reviewer).post(TEXTS, OF_YEAR)
    assert response.status_code == 409
    again = dict(response.context["unchanged"])
    for conflict in response.context["conflicts"]:
        again |= {conflict.name: conflict.mine, f"pick-{conflict.name}": "mine"}
    client_of(reviewer).post(TEXTS, again)
    open_year.refresh_from_db()
    assert (open_year.state, open_year.summary) == ("under_review", "Året i korthet.")


@pytest.mark.parametrize("url", [TEXTS, AREA, "/granskning/huddinge-2018-2021/2021/"])
def test_a_contradiction_is_warned_of_and_does_not_block(url, reviewer, open_year, area):
    goals = SubGoalEntry.objects.filter(follow_up=open_year, sub_goal__area=area.area)
    SubGoalEntry.objects.filter(follow_up=open_year).update(forecast="will")
    goals.filter(sub_goal__number__lte=3).update(forecast="will_not")
    client = client_of(reviewer)
    client.post(TEXTS, OF_YEAR)
    client.post(AREA, {"version": 1, "assessment": "", "forecast": "will", "summary": ""})
    html = html_of(client.get(url))
    name = "Områdets prognos" if url == AREA else "Den samlade prognosen"
    assert f"{name} är ”Kommer att nås”, men 3 mål har ”Kommer inte att nås”." in html
    open_year.refresh_from_db()
    area.refresh_from_db()
    assert (open_year.forecast, area.forecast) == ("will", "will")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"{YEAR}omrade/9/", "Uppföljningen för 2021 har inget ansvarsområde 9."),
        (f"{YEAR}riktlinje/9/", "Uppföljningen för 2021 har ingen riktlinje 9."),
    ],
)
def test_what_is_not_there(url, message, reviewer, open_year):
    response = client_of(reviewer).get(url)
    assert response.status_code == 404
    assert message in html_of(response)


def of_area(summary: str, version: int = 1, **others: str) -> dict[str, object]:
    return {"version": version, "assessment": "", "forecast": "", "summary": summary} | others


@pytest.mark.parametrize(
    ("url", "data", "model", "field"),
    [
        (TEXTS, OF_YEAR | {"summary": "Sparad."}, FollowUp, "summary"),
        (AREA, of_area("Sparad."), AreaEntry, "summary"),
        (GUIDELINE, {"version": 1, "assessment": "", "comment": "Sparad."}, GuidelineEntry, "comment"),
    ],
)
def test_autosave_saves_and_brings_the_version_up_to_date(url, data, model, field, reviewer, open_year):
    response = client_of(reviewer).post(f"{url}autospara/", data)
    html = html_of(response)
    saved = model.objects.get(version=2)
    assert response.status_code == 200
    assert "Sparad " in html
    assert '<input type="hidden" name="version" value="2" id="id_version" data-hx-swap-oob="true">' in html
    assert getattr(saved, field) == "Sparad."
    assert (saved.history.first().history_user, saved.history.first().history_change_reason) == (reviewer, REASON)


@pytest.mark.parametrize("url", [TEXTS, AREA, GUIDELINE])
def test_the_page_saves_itself_and_has_a_button_for_browsers_without_scripts(url, reviewer, open_year):
    html = html_of(client_of(reviewer).get(url))
    assert f'data-hx-post="{url}autospara/"' in html
    assert 'id="text-saved" role="status"' in html
    assert '<button class="button" type="submit">Spara</button>' in html


def test_writing_on_is_one_row_of_history_and_removing_is_another(reviewer, area):
    client = client_of(reviewer)
    before = area.history.count()
    for version, text in enumerate(["Fler", "Fler är", "Fler är trygga.", "Fler."], start=1):
        assert client.post(f"{AREA}autospara/", of_area(text, version)).status_code == 200
    assert [row.summary for row in area.history.all()[:2]] == ["Fler.", "Fler är trygga."]
    assert area.history.count() == before + 2


def test_an_autosave_after_a_colleagues_save_leads_to_the_conflict_page(reviewer, colleague, area):
    client_of(colleague).post(f"{AREA}autospara/", of_area("Kollegans text."))
    response = client_of(reviewer).post(f"{AREA}autospara/", of_area("Min text."))
    assert response.status_code == 409
    assert "Inte sparat: någon annan har sparat under tiden." in html_of(response)
    area.refresh_from_db()
    assert area.summary == "Kollegans text."


def test_an_autosave_whose_response_was_lost_is_continued(reviewer, area):
    client = client_of(reviewer)
    for number, text in enumerate(["Fler", "Fler är", "Färre"], start=1):
        data = of_area(text) | {PARAMETER: f"0123456789ab {number}"}
        assert client.post(f"{AREA}autospara/", data).status_code == 200
    area.refresh_from_db()
    assert (area.summary, area.version) == ("Färre", 4)


def test_an_autosave_of_a_bad_date_names_the_field(reviewer, open_year):
    response = client_of(reviewer).post(f"{TEXTS}autospara/", OF_YEAR | {"report_date": "i går"})
    assert response.status_code == 422
    assert "Uppföljningen 2021, rapportens datum: Skriv datumet som 2022-02-17." in html_of(response)
    open_year.refresh_from_db()
    assert open_year.version == 1


@pytest.mark.parametrize("state", ["proposed", "decided"])
@pytest.mark.parametrize(
    ("url", "data"), [(TEXTS, OF_YEAR), (AREA, of_area("Mer.")), (GUIDELINE, {"version": 1, "comment": "Mer."})]
)
def test_an_autosave_is_refused_once_proposed(url, data, state, reviewer, open_year):
    put_in_state(open_year, state)
    response = client_of(reviewer).post(f"{url}autospara/", data)
    html = html_of(response)
    assert response.status_code == 409
    assert "Uppföljningen för 2021 är inte öppen för ändringar." in html
    assert "Visa det som inte är sparat" in html
    assert not AreaEntry.objects.filter(summary="Mer.").exists()


def test_an_autosave_after_the_session_ran_out_says_so(area):
    response = client_of(None).post(f"{AREA}autospara/", of_area("Skrivet i tre timmar."))
    assert response.status_code == 401
    assert "Logga in och ta med texten" in html_of(response)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("outsider", 403),
        ("reader", 403),
        ("official", 403),
        ("reviewer", 200),
        ("secretary", 403),
        ("administrator", 403),
    ],
)
def test_autosave_is_for_reviewers(role, status, request, area):
    client = client_of(request.getfixturevalue(role))
    assert client.post(f"{AREA}autospara/", of_area("Mer.")).status_code == status
    area.refresh_from_db()
    assert area.summary == ("Mer." if status == 200 else "")


def test_a_character_that_pdf_files_cannot_show_is_named_and_the_text_is_saved(reviewer, open_year):
    response = client_of(reviewer).post(TEXTS, OF_YEAR | {"circumstances": "Pandemin 𒀀."}, follow=True)
    open_year.refresh_from_db()
    assert open_year.circumstances == "Pandemin 𒀀."
    saved, warning = messages_of(response)
    assert saved.startswith("Sparad ")
    assert warning.startswith("Uppföljningen 2021, ")
    assert "tecknet 𒀀 (U+12000) finns inte i typsnitten och blir en tom ruta i PDF-filen. Texten är sparad." in warning
