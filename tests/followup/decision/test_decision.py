"""The secretary's way from case to recorded decision, and what stops it."""

import io
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Value
from django.utils import timezone
from pypdf import PdfReader

from followup.decision.cases import open_case
from followup.decision.corrections import cancel_correction, start_correction
from followup.decision.recording import record, record_without_pdf
from followup.documents.report import pdf
from followup.models import DecidedReport, Decision, Event, FollowUp, ProtocolNote, SubGoalEntry
from followup.report.serialization import from_json
from followup.report.verification import check_chain, check_years
from followup.worker import make_pdfs
from followup.workflow import NotAllowedError, RefusedError, perform
from organisation.models import User
from organisation.roles import REVIEWER, SECRETARY
from programmes.models import SubGoal
from tests.conftest import draw_here
from tests.fixtures import client_of, make_user
from tests.followup.board import CASE, FILLED, SLUG, TODAY, YEAR, laid_out, proposed_year
from tests.followup.test_concurrency import at_once
from tests.pages import html_of

# As it is before the fixture replaces it.
draw_report = pdf.render

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(pdf, "render", laid_out)


@pytest.fixture
def year() -> FollowUp:
    return proposed_year()


@pytest.fixture
def nina(year) -> User:
    return make_user("nina", role=SECRETARY)


@pytest.fixture
def client(nina):
    return client_of(nina)


@pytest.fixture
def case(year, nina) -> Decision:
    return open_case(year, by=nina)


def send(client, changes=None, *, follow=True):
    """Send the form as last saved, filled in, to be recorded; and confirm that, when the page asks."""
    case = Decision.objects.filter(recorded_at=None).first()
    data = FILLED | {"version": case.version if case else 1, "record": "1"} | (changes or {})
    response = client.post(CASE, data)
    if response.status_code == 302 and response.url == f"{CASE}for-in/":
        case.refresh_from_db()
        return client.post(response.url, {"version": case.version}, follow=follow)
    return client.get(response.url, follow=True) if follow and response.status_code == 302 else response


def filled(case: Decision, **changes) -> Decision:
    facts = {name: value for name, value in FILLED.items() if name != "speakers"} | {"paragraph": "31"} | changes
    Decision.objects.filter(pk=case.pk).update(**facts)
    return Decision.objects.select_related("follow_up__programme").get(pk=case.pk)


def texts(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def nothing_decided(year: FollowUp) -> bool:
    year.refresh_from_db()
    return year.state == "proposed" and not DecidedReport.objects.exists() and not Decision.objects.recorded().exists()


def test_from_case_to_decision(client, year, nina):
    response = client.post(f"{CASE}nytt/", follow=True)
    assert response.redirect_chain == [(CASE, 302)]
    assert "Program för trygghet 2022–2025" in response.context["form"]["summary"].value()
    response = client.post(CASE, FILLED | {"version": 1}, follow=True)
    assert texts(response)[0].startswith("Sparat ")
    assert nothing_decided(year)
    response = send(client)
    assert texts(response) == ["Beslutet är infört: Kommunstyrelsen 3 maj 2023 § 31."]
    year.refresh_from_db()
    decision = Decision.objects.get()
    assert year.state == "decided"
    assert (decision.paragraph, decision.recorded_by, decision.number) == ("31", nina, 1)
    assert [str(speaker) for speaker in decision.speakers.all()] == ["Anna Andersson (S)", "Bo Berg (M)"]
    assert decision.report.number == 1
    event = Event.objects.last()
    assert (event.action, event.by, event.to_state) == ("decide", nina, "decided")
    assert decision.history.first().history_user == nina
    with decision.report.pdf.open("rb") as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
    assert "Beslut\nKommunstyrelsen 3 maj 2023 § 31" in pages[0].extract_text()
    html = html_of(client.get(f"{YEAR}beslut/1/"))
    assert "I ärendet yttrar sig Anna Andersson (S) och Bo Berg (M)." in html
    assert decision.report.sha256 in html


RECORD = f"{CASE}for-in/"


def test_recording_shows_what_is_frozen_and_what_becomes_public(client, case, year, settings):
    settings.PUBLIC_REPORTS = True
    response = client.post(CASE, FILLED | {"version": case.version, "record": "1"})
    assert response.url == RECORD
    assert nothing_decided(year)
    html = html_of(client.get(RECORD))
    assert "Kommunstyrelsen 3 maj 2023 § 31" in html
    assert "Uppföljningen enligt bilaga 1 godkänns." in html
    assert "1 mål, 1 åtgärd, 0 bilagor" in html
    assert "Rapporten blir genast synlig för alla" in html
    assert "Inget i rapporten är märkt som sekretess." in html
    assert nothing_decided(year)


@pytest.mark.parametrize(
    ("public", "changes", "words"),
    [
        (False, {}, "Rapporter publiceras inte på den här webbplatsen."),
        (True, {"outcome": "rejected", "outcome_reason": "Skäl."}, "Bara godkända uppföljningar publiceras."),
    ],
)
def test_recording_says_when_nothing_becomes_public(public, changes, words, client, case, settings):
    settings.PUBLIC_REPORTS = public
    client.post(CASE, FILLED | {"version": case.version, "record": "1"} | changes)
    assert words in html_of(client.get(RECORD))


def test_what_was_not_read_is_not_recorded(client, case, year):
    client.post(CASE, FILLED | {"version": case.version, "record": "1"})
    read = Decision.objects.get().version
    client.post(CASE, FILLED | {"version": read, "decision_text": "Något annat."})
    response = client.post(RECORD, {"version": read}, follow=True)
    assert texts(response)[-1] == "Ärendet har ändrats sedan du läste sidan. Läs det igen innan du för in beslutet."
    assert nothing_decided(year)


def test_a_proposal_that_was_taken_back_is_not_recorded(client, case, year):
    client.post(CASE, FILLED | {"version": case.version, "record": "1"})
    perform(year, "withdraw_proposal", by=make_user("greta", role=REVIEWER), comment="Fel.")
    response = client.post(RECORD, {"version": Decision.objects.get().version}, follow=True)
    assert texts(response)[-1].startswith("Beslutet kan inte föras in: uppföljningen är inte föreslagen")
    assert not DecidedReport.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"meeting_date": "2023-04-11"}, "meeting_date", "före beredningens sammanträde, 12 april 2023."),
        (
            {"meeting_date": "2023-02-14", "preparing_meeting_date": ""},
            "meeting_date",
            "före tjänsteutlåtandets datum, 15 februari 2023.",
        ),
        ({"meeting_date": "2999-01-01"}, "meeting_date", "Beslutet kan inte vara fattat i framtiden."),
        ({"meeting_date": "5 maj"}, "meeting_date", "Skriv datumet som 2021-05-05."),
        ({"meeting_date": ""}, "meeting_date", "Skriv vilken dag sammanträdet var."),
        ({"registration_number": ""}, "registration_number", "Skriv ärendets diarienummer."),
        (
            {"registration_number": "12/34"},
            "registration_number",
            "Diarienumret har inte samma form som KS-2021/307.173.",
        ),
        ({"paragraph": ""}, "paragraph", "Skriv vilken paragraf ärendet har i protokollet."),
        ({"paragraph": "tjugofyra"}, "paragraph", "Skriv paragrafens nummer, till exempel 24."),
        ({"outcome": ""}, "outcome", "Välj vad beslutet blev."),
        ({"outcome": "annat"}, "outcome", "annat"),
        ({"outcome": "referred_back"}, "outcome_reason", "Skriv varför"),
        ({"decision_text": " "}, "decision_text", "Skriv beslutet som det står i protokollet."),
        ({"statement_date": ""}, "statement_date", "Skriv vilken dag tjänsteutlåtandet är daterat."),
        ({"speakers": "Anna (S)\nBo"}, "speakers", "Rad 2: skriv namn och parti så här: Anna Andersson (S)."),
    ],
)
def test_bad_input_is_said_at_its_field(changes, field, text, client, case, year):
    response = send(client, changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert text in response.context["form"].errors[field][0]
    assert f'<a href="#id_{field}' in html_of(response)
    assert nothing_decided(year)
    case.refresh_from_db()
    assert case.decision_text == ""


def test_a_paragraph_is_used_once_at_a_meeting(client, case, year):
    other = Decision.objects.create(
        follow_up=proposed_year("annat"), body="Kommunstyrelsen", meeting_date=date(2023, 5, 3), paragraph="31"
    )
    response = send(client)
    assert response.context["form"].errors["paragraph"] == [
        "§ 31 vid det sammanträdet är redan använd: Uppföljning 2022, Program för trygghet 2022–2025."
    ]
    assert nothing_decided(year)
    Decision.objects.filter(pk=other.pk).update(body="Socialnämnden")
    assert send(client).redirect_chain


def test_a_deviating_registration_number_can_be_confirmed(client, case, year):
    html = html_of(send(client, {"registration_number": "12/34"}))
    assert 'name="accept_number"' in html
    send(client, {"registration_number": "12/34", "accept_number": "on"})
    assert Decision.objects.get().report.decision.registration_number == "12/34"


def test_the_municipality_sets_its_own_pattern(client, case, settings):
    settings.REGISTRATION_NUMBER_PATTERN = r"\d+/\d+"
    assert send(client, {"registration_number": "12/34"}).redirect_chain


@pytest.mark.parametrize("state", ["open", "under_review"])
def test_what_was_not_proposed_is_not_decided(state, client, case, year):
    FollowUp.objects.filter(pk=year.pk).update(state=state)
    [text] = texts(send(client))
    assert text.startswith("Beslutet kan inte föras in: uppföljningen är inte föreslagen till kommunstyrelsen.")
    assert not DecidedReport.objects.exists()
    # What was written is kept as a draft.
    case.refresh_from_db()
    assert case.decision_text == FILLED["decision_text"]
    assert "För in beslutet" not in html_of(client.get(CASE))


@pytest.mark.parametrize(("outcome", "action"), [("referred_back", "refer_back"), ("rejected", "reject")])
def test_what_is_not_approved_goes_back_to_review_with_the_reason(outcome, action, client, case, year):
    send(client, {"outcome": outcome, "outcome_reason": "Siffrorna saknas."})
    year.refresh_from_db()
    event = Event.objects.last()
    assert (year.state, event.action, event.comment) == ("under_review", action, "Siffrorna saknas.")
    # What the board had before it is kept; what is shown is the year as it is worked on.
    assert Decision.objects.get().report.number == 1
    SubGoalEntry.objects.update(comment="Nu med siffror.")
    html = html_of(client.get(f"{YEAR}rapport/"))
    assert "Nu med siffror." in html
    assert "Utkast." in html
    assert "Torgen är ljusa." in html_of(client.get(f"{YEAR}beslut/1/rapport/"))
    client.post(f"{CASE}nytt/")
    again = Decision.objects.get(recorded_at=None)
    assert (again.number, again.paragraph) == (2, "")
    # A referred-back matter goes on under its number; after a rejected one there is a new matter.
    assert again.registration_number == (FILLED["registration_number"] if outcome == "referred_back" else "")


def test_a_case_is_opened_once_and_not_for_a_decided_year(year, case, nina):
    with pytest.raises(RefusedError, match="Ärendet är redan upplagt"):
        open_case(year, by=nina)
    record(filled(case), by=nina, today=TODAY)
    with pytest.raises(RefusedError, match="läget är beslutad"):
        open_case(year, by=nina)
    with pytest.raises(RefusedError, match="Beslutet är redan infört"):
        record(case, by=nina, today=TODAY)


def test_only_the_secretary_decides(year, case, nina):
    greta = make_user("greta", role=REVIEWER)
    for attempt in (
        lambda: open_case(year, by=greta),
        lambda: record(filled(case), by=greta, today=TODAY),
        lambda: start_correction(year, "Fel", by=greta),
    ):
        with pytest.raises(NotAllowedError):
            attempt()
    client = client_of(greta)
    assert client.post(CASE, FILLED | {"version": 1, "record": "1"}).status_code == 403
    assert client.post(f"{CASE}nytt/").status_code == 403
    assert client.post(f"{CASE}rattelse/", {"reason": "Fel"}).status_code == 403
    assert nothing_decided(year)


def test_the_day_is_an_argument(year, case, nina):
    with pytest.raises(ValidationError, match="i framtiden"):
        record(filled(case), by=nina, today=date(2023, 5, 2))
    record(filled(case), by=nina, today=date(2023, 5, 3))


def test_nothing_is_decided_on_what_the_board_did_not_see(year, case, nina, monkeypatch):
    """Somebody changes a text while the PDF is drawn."""

    def change_and_draw(now):
        SubGoalEntry.objects.update(comment="Insmuget.")
        draw_here(now)

    monkeypatch.setattr("followup.queue.wait_for_pdf.call_worker", change_and_draw)
    with pytest.raises(RefusedError, match="Uppföljningen ändrades medan beslutet fördes in"):
        record(filled(case), by=nina, today=TODAY)
    assert nothing_decided(year)


@pytest.fixture
def without_pango(monkeypatch) -> None:
    def missing(report):
        raise pdf.PdfUnavailableError

    monkeypatch.setattr(pdf, "render", missing)
    monkeypatch.setattr("followup.queue.wait_for_pdf.call_worker", lambda now: make_pdfs())


def test_without_pango_nothing_is_decided(client, case, year, without_pango):
    response = send(client)
    assert response.status_code == 503
    assert str(response.context["missing_pdf"]).startswith("PDF kan inte skapas")
    assert "Allt som du har skrivit är sparat." in html_of(response)
    assert nothing_decided(year)


@pytest.fixture
def failing_text(year, monkeypatch) -> str:
    """A text of 2022 as a version that did not clean texts stored it: WeasyPrint refuses it."""
    monkeypatch.setattr(pdf, "render", draw_report)
    monkeypatch.setattr("followup.documents.report.html.legible", str)
    monkeypatch.setattr("followup.documents.report.pdf.legible", str)
    monkeypatch.setattr("followup.queue.wait_for_pdf.call_worker", lambda now: make_pdfs())
    text = "Torgen \u2029är trygga."
    SubGoal.objects.update(text=Value(text))  # a value that the field would clean
    return text


def test_a_decision_whose_pdf_fails_names_the_goal_and_can_be_recorded_without_it(client, case, year, failing_text):
    response = send(client)
    assert response.status_code == 503
    assert [(text.name, text.address) for text in response.context["failing_texts"]] == [
        ("Mål 1.1, texten", f"/program/{SLUG}/mal/1.1/")
    ]
    html = response.content.decode()
    assert f'<a href="/program/{SLUG}/mal/1.1/">Mål 1.1, texten</a>' in html
    assert "För in beslutet utan PDF-fil" in html
    assert nothing_decided(year)

    case.refresh_from_db()
    recorded = client.post(f"{CASE}for-in/", {"version": case.version, "without_pdf": "1"}, follow=True)
    assert texts(recorded) == ["Beslutet är infört utan PDF-fil: Kommunstyrelsen 3 maj 2023 § 31."]
    assert "Beslutet fördes in utan PDF-fil" in recorded.content.decode()
    link = DecidedReport.objects.get()
    assert (link.pdf.name, link.pdf_sha256) == ("", "")
    assert from_json(link.json).sub_goals[0].text == failing_text
    assert [check.problems for check in check_chain()] == [()]
    assert list(check_years()) == []
    assert case.history.first().history_change_reason == "Beslutet fördes in utan PDF-fil"
    assert client.get(f"{YEAR}beslut/1/rapport/").status_code == 200


def test_a_decision_recorded_without_pdf_is_drawn_once_the_software_is_mended(
    client, case, year, nina, failing_text, monkeypatch
):
    record_without_pdf(filled(case), by=nina, today=TODAY)
    address = f"{YEAR}beslut/1/rapport.pdf"
    client.get(address, follow=True)
    make_pdfs()
    waiting = client.get(address, follow=True)
    assert waiting.status_code == 503
    assert "Mål 1.1, texten" in html_of(waiting)

    monkeypatch.undo()
    client.post(waiting.request["PATH_INFO"])
    make_pdfs()
    drawn = client.get(address, follow=True)
    assert drawn["Content-Type"] == "application/pdf"
    title = "".join(PdfReader(io.BytesIO(drawn.content)).pages[0].extract_text().split())
    assert "BeslutKommunstyrelsen3maj2023§31" in title


def test_a_referred_back_report_without_pdf_is_drawn_too(client, case, nina, without_pango, monkeypatch):
    case = filled(case, outcome="referred_back", outcome_reason="Gör om.")
    record_without_pdf(case, by=nina, today=TODAY)
    monkeypatch.undo()
    address = f"{YEAR}beslut/1/rapport.pdf"
    assert client.get(address).status_code == 202
    make_pdfs()
    assert client.get(address)["Content-Type"] == "application/pdf"


def test_a_pdf_that_is_finished_by_now_is_stored_all_the_same(client, case, nina, monkeypatch):
    monkeypatch.setattr("followup.queue.wait_for_pdf.call_worker", lambda now: None)
    monkeypatch.setattr("followup.queue.wait_for_pdf.WAIT", 0)
    response = send(client)
    assert "PDF-filen är inte klar ännu" in html_of(response)
    draw_here(timezone.now())
    case.refresh_from_db()
    recorded = client.post(f"{CASE}for-in/", {"version": case.version, "without_pdf": "1"}, follow=True)
    assert texts(recorded) == ["Beslutet är infört: Kommunstyrelsen 3 maj 2023 § 31."]
    assert DecidedReport.objects.get().has_stored_pdf


def test_only_the_secretary_records_without_pdf(case, year):
    for user, status in ((make_user("greta", role=REVIEWER), 403), (None, 302)):
        response = client_of(user).post(f"{CASE}for-in/", {"version": 1, "without_pdf": "1"})
        assert response.status_code == status
    assert nothing_decided(year)


def test_two_who_write_in_the_case_see_both_texts(client, case):
    client.post(CASE, FILLED | {"version": 1})
    response = client.post(CASE, FILLED | {"version": 1, "proposal": "Avslås.", "speakers": "Cia Cedervall (V)"})
    assert response.status_code == 409
    assert [conflict.name for conflict in response.context["conflicts"]] == ["proposal", "speakers"]
    sent = dict(response.context["unchanged"]) | {"pick-proposal": "mine", "proposal": "Avslås."}
    sent |= {"pick-speakers": "theirs", "speakers": "Cia Cedervall (V)", "theirs-speakers": FILLED["speakers"]}
    client.post(CASE, sent)
    case.refresh_from_db()
    assert case.proposal == "Avslås."
    assert [speaker.name for speaker in case.speakers.all()] == ["Anna Andersson", "Bo Berg"]


def test_a_decision_recorded_meanwhile_is_not_written_over(client, case, nina):
    record(filled(case), by=nina, today=TODAY)
    assert client.post(CASE, FILLED | {"version": 1}).status_code == 404


def test_a_correction_is_a_decision_of_its_own(client, case, year, nina):
    record(filled(case), by=nina, today=TODAY)
    before = client.get(f"{YEAR}beslut/1/rapport.json").content
    response = client.post(f"{CASE}rattelse/", {"reason": " "})
    assert response.context["form"].errors["reason"] == ["Skriv varför beslutet rättas."]
    client.post(f"{CASE}rattelse/", {"reason": "Fel antal lampor."})
    year.refresh_from_db()
    assert year.state == "under_review"
    # Until the board has decided anew, the decided report is what everybody reads.
    SubGoalEntry.objects.update(comment="Torgen är halvljusa.")
    assert "Torgen är ljusa." in client.get(f"{YEAR}rapport/").content.decode()
    FollowUp.objects.filter(pk=year.pk).update(state="proposed")
    assert "Fel antal lampor." in client.get(CASE).content.decode()
    send(client, {"meeting_date": "2023-05-31", "paragraph": "40"})
    old, new = Decision.objects.order_by("number")
    assert (new.replaces, new.correction_reason, new.report.previous_sha256) == (
        old,
        "Fel antal lampor.",
        old.report.sha256,
    )
    assert "Torgen är halvljusa." in client.get(f"{YEAR}rapport/").content.decode()
    assert client.get(f"{YEAR}beslut/1/rapport.json").content == before
    replaced = client.get(f"{YEAR}beslut/1/").content.decode()
    assert "Det här beslutet har ersatts av" in replaced
    assert "Kommunstyrelsen 31 maj 2023 § 40" in replaced
    page = client.get(f"{YEAR}beslut/1/rapport/").content.decode()
    assert "Torgen är ljusa." in page
    assert "Det här beslutet har ersatts av" in page
    assert "ersatts" not in client.get(f"{YEAR}beslut/2/").content.decode()


def test_a_correction_is_called_off_and_leaves_everything_as_it_was(client, case, year, nina):
    entry = SubGoalEntry.objects.get()
    entry.save()  # to the history, which the example's answers have gone past
    year.save()
    record(filled(case), by=nina, today=TODAY)
    client.post(f"{CASE}rattelse/", {"reason": "Fel antal lampor."})
    correction = Decision.objects.get(recorded_at=None)
    ProtocolNote.objects.create(decision=correction, order=1, name="Bo Berg", party="M", text="Fler lampor.")
    entry.comment, entry.state = "Torgen är halvljusa.", "returned"
    entry.save()
    FollowUp.objects.get().save()
    assert f"{CASE}rattelse/avbryt/" in html_of(client.get(CASE))
    response = client.post(f"{CASE}rattelse/avbryt/", {"reason": " "})
    assert response.context["form"].errors["reason"] == ["Skriv varför rättelsen avbryts."]
    assert Decision.objects.filter(pk=correction.pk).exists()
    response = client.post(f"{CASE}rattelse/avbryt/", {"reason": "Antalet stämde."}, follow=True)
    assert texts(response) == ["Rättelsen är avbruten. Beslutet gäller som förut: Kommunstyrelsen 3 maj 2023 § 31."]
    entry.refresh_from_db()
    year.refresh_from_db()
    assert (entry.comment, entry.state, year.state) == ("Torgen är ljusa.", "approved", "decided")
    newest = entry.history.first()
    assert (newest.history_user, newest.history_change_reason) == (nina, "Rättelsen avbröts")
    assert "Torgen är halvljusa." in entry.history.values_list("comment", flat=True)
    event = Event.objects.last()
    assert (event.action, event.comment, event.by) == ("cancel_correction", "Antalet stämde.", nina)
    assert Decision.objects.get() == case
    assert Decision.history.filter(id=correction.pk).first().history_change_reason == "Rättelsen avbröts"
    assert [check.problems for check in check_chain()] == [()]
    assert "Det pågår ingen rättelse." in texts(
        client.post(f"{CASE}rattelse/avbryt/", {"reason": "Igen."}, follow=True)
    )
    client.post(f"{CASE}rattelse/", {"reason": "Nu är det fel."})  # and it may be begun anew
    assert Decision.objects.get(recorded_at=None).replaces == case


def test_only_the_secretary_calls_a_correction_off(client, case, year, nina):
    record(filled(case), by=nina, today=TODAY)
    client.post(f"{CASE}rattelse/", {"reason": "Fel antal lampor."})
    greta = make_user("greta", role=REVIEWER)
    with pytest.raises(NotAllowedError):
        cancel_correction(FollowUp.objects.get(), "Onödig.", by=greta)
    assert FollowUp.objects.get().state == "under_review"


def test_the_list_of_cases_costs_the_same_for_one_year_and_for_many(
    client, year, django_assert_num_queries, monkeypatch
):
    with django_assert_num_queries(8):
        client.get("/beslut/")
    for number in range(20):
        proposed_year(f"program-{number}")
    with django_assert_num_queries(8):
        assert html_of(client.get("/beslut/")).count("Lägg upp ärendet") == 21
    monkeypatch.setattr("followup.decision.views.PER_PAGE", 20)
    last = html_of(client.get("/beslut/?page=2"))
    assert last.count("Lägg upp ärendet") == 1
    assert "Sida 2 av 2" in last


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
class TestAtOnce:
    @staticmethod
    def decide(case: Decision, user: User):
        def work() -> object:
            try:
                return record(Decision.objects.get(pk=case.pk), by=user, today=TODAY)
            except RefusedError as refusal:
                return refusal

        return work

    def test_one_of_two_decisions_on_a_year_wins(self, case, nina):
        case = filled(case)
        results = at_once(*(self.decide(case, nina) for _ in range(2)))
        assert sorted(type(result).__name__ for result in results) == ["DecidedReport", "RefusedError"]
        assert DecidedReport.objects.count() == 1
        assert Event.objects.filter(action="decide").count() == 1

    def test_decisions_on_different_years_become_one_chain(self, case, nina):
        others = [open_case(proposed_year(f"annat-{number}"), by=nina) for number in range(3)]
        first = filled(case)
        record(first, by=nina, today=TODAY)
        cases = [filled(other, paragraph=str(number)) for number, other in enumerate(others, start=40)]
        results = at_once(*(self.decide(each, nina) for each in cases))
        assert [type(result).__name__ for result in results] == ["DecidedReport"] * 3
        chain = list(DecidedReport.objects.order_by("number"))
        assert [link.number for link in chain] == [1, 2, 3, 4]
        assert [link.previous_sha256 for link in chain] == ["", *(link.sha256 for link in chain[:-1])]
