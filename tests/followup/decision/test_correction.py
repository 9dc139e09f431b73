"""A correction: it carries over the notes for the minutes, and its documents name the decision that it replaces."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from docx import Document

from followup.decision.cases import open_case
from followup.decision.corrections import cancel_correction, start_correction
from followup.decision.distribution import send_out
from followup.decision.notes import remove_note, save_note
from followup.decision.recording import record
from followup.documents.report import pdf
from followup.models import Decision, FollowUp, OutgoingMail, ProtocolNote
from followup.report.verification import check_chain
from followup.workflow import RefusedError
from organisation.models import Unit, User
from organisation.roles import SECRETARY
from tests.fixtures import client_of, make_user
from tests.followup.board import CASE, FILLED, TODAY, YEAR, laid_out, proposed_year
from tests.followup.writing.test_attachments import kept
from tests.followup.writing.test_attachments import pdf as pdf_file
from tests.pages import html_of

pytestmark = pytest.mark.django_db

SENTENCE = "Beslutet ersätter Kommunstyrelsens beslut 3 maj 2023 § 31."
REASON = "Fel antal lampor."
NOTES = [
    ("note", "Anna Ask", "Vi vill se mer.", ""),
    ("reservation", "Bo Berg", "", "reservation.pdf"),
    ("statement", "Cia Cedervall", "Bra.", "yttrande.pdf"),
]


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch) -> Path:
    settings.MEDIA_ROOT = tmp_path
    settings.SITE_URL = "https://program.example.com"
    monkeypatch.setattr(pdf, "render", laid_out)
    return tmp_path


@pytest.fixture
def nina() -> User:
    return make_user("nina", role=SECRETARY)


@pytest.fixture
def decided(nina) -> Decision:
    """A recorded decision with a note, a reservation and a statement."""
    case = open_case(proposed_year(), by=nina)
    for kind, name, text, file in NOTES:
        attachment = SimpleUploadedFile(file, pdf_file()) if file else ""
        note = ProtocolNote(decision=case, kind=kind, name=name, party="M", text=text, attachment=attachment)
        save_note(note, fetched=None, by=nina)
    return recorded(case, nina)


def recorded(case: Decision, by: User, **changes: str) -> Decision:
    facts = {name: value for name, value in FILLED.items() if name != "speakers"} | {"paragraph": "31"} | changes
    Decision.objects.filter(pk=case.pk).update(**facts)
    record(Decision.objects.get(pk=case.pk), by=by, today=TODAY)
    return Decision.objects.select_related("follow_up__programme").get(pk=case.pk)


def correct(decided: Decision, by: User) -> Decision:
    return start_correction(FollowUp.objects.get(pk=decided.follow_up_id), REASON, by=by)


def corrected(case: Decision, by: User, **changes: str) -> Decision:
    FollowUp.objects.filter(pk=case.follow_up_id).update(state="proposed")
    return recorded(case, by, **{"meeting_date": "2023-05-31", "paragraph": "40"} | changes)


def content(decision: Decision) -> list[tuple[str, str, str, str]]:
    return [(note.kind, note.name, note.text, note.file_name) for note in decision.notes.order_by("order")]


def test_the_notes_and_their_files_follow_with_the_correction(decided, nina, media):
    before = content(decided)
    assert before == NOTES
    case = correct(decided, nina)
    assert content(case) == NOTES
    for note, copy in zip(decided.notes.order_by("order"), case.notes.order_by("order"), strict=True):
        if note.attachment:
            assert note.attachment.name != copy.attachment.name
            assert (media / copy.attachment.name).read_bytes() == (media / note.attachment.name).read_bytes()
    assert {
        (note.history.get().history_user, note.history.get().history_change_reason) for note in case.notes.all()
    } == {(nina, "Följde med till rättelsen")}


def test_changed_and_removed_copies_leave_the_decided_notes_as_they_were(
    decided, nina, media, django_capture_on_commit_callbacks
):
    case = correct(decided, nina)
    note, reservation, _ = case.notes.order_by("order")
    note.text = "Vi vill se mycket mer."
    save_note(note, fetched=1, by=nina)
    with django_capture_on_commit_callbacks(execute=True):
        remove_note(reservation, by=nina)
    assert content(decided) == NOTES
    assert all((media / note.attachment.name).is_file() for note in decided.notes.exclude(attachment=""))
    assert [check.problems for check in check_chain()] == [()]


def test_a_cancelled_correction_removes_its_copies_only(decided, nina, media, django_capture_on_commit_callbacks):
    files = kept(media)
    correct(decided, nina)
    assert len(kept(media)) == len(files) + 2
    with django_capture_on_commit_callbacks(execute=True):
        cancel_correction(FollowUp.objects.get(), "Antalet stämde.", by=nina)
    assert kept(media) == files
    assert content(decided) == NOTES


def test_a_missing_file_is_named_and_no_correction_begins(decided, nina, media):
    decided.notes.get(kind="statement").attachment.storage.delete(decided.notes.get(kind="statement").attachment.name)
    files = kept(media)
    response = client_of(nina).post(f"{CASE}rattelse/", {"reason": REASON}, follow=True)
    [text] = [str(message) for message in response.context["messages"]]
    assert text.startswith("Filen ”yttrande.pdf” (Särskilt yttrande: Cia Cedervall (M)) kan inte läsas eller sparas.")
    assert Decision.objects.get() == decided
    assert FollowUp.objects.get().state == "decided"
    assert kept(media) == files


def test_the_page_says_how_many_notes_followed(decided, nina):
    response = client_of(nina).post(f"{CASE}rattelse/", {"reason": REASON}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "Rättelsen är påbörjad. Det tidigare beslutet gäller tills det nya är infört.",
        "3 anteckningar till protokollet följde med från det tidigare beslutet.",
    ]


def test_a_correction_that_is_referred_back_comes_again_with_the_notes_of_the_corrected_decision(decided, nina):
    case = correct(decided, nina)
    case.notes.filter(kind="note").delete()
    corrected(case, nina, outcome="referred_back", outcome_reason="Räkna om.")
    again = open_case(FollowUp.objects.get(), by=nina)
    assert (again.replaces, again.correction_reason) == (decided, REASON)
    assert content(again) == NOTES
    FollowUp.objects.update(state="under_review")
    with pytest.raises(RefusedError, match="redan upplagt"):
        open_case(FollowUp.objects.get(), by=nina)


def test_every_form_of_the_extract_names_the_replaced_decision_and_the_reason(decided, nina):
    new = corrected(correct(decided, nina), nina)
    address = f"{YEAR}beslut/{new.number}/protokollsutdrag/"
    client = client_of(nina)
    word = client.get(f"{address[:-1]}.docx").content
    forms = {
        "page": html_of(client.get(address)),
        "text": html_of(client.get(f"{address}text/")),
        "word": "\n".join(paragraph.text for paragraph in Document(io.BytesIO(word)).paragraphs),
    }
    for name, text in forms.items():
        assert (name, "Rättelse av tidigare beslut" in text) == (name, True)
        assert (name, SENTENCE in text, f"Skäl: {REASON}" in text) == (name, True, True)


def test_the_page_of_the_replaced_extract_links_to_the_new_decision(decided, nina):
    address = f"{YEAR}beslut/{decided.number}/protokollsutdrag/"
    client = client_of(nina)
    assert "ersatts" not in html_of(client.get(address))
    new = corrected(correct(decided, nina), nina)
    html = html_of(client.get(address))
    assert f'ersatts av <a href="{new.get_absolute_url()}">Kommunstyrelsen 31 maj 2023 § 40</a>' in html


def test_a_refused_correction_replaces_nothing(decided, nina):
    new = corrected(correct(decided, nina), nina, outcome="rejected", outcome_reason="Onödig.")
    html = html_of(client_of(nina).get(f"{YEAR}beslut/{new.number}/protokollsutdrag/"))
    assert "Ärendet gällde en rättelse av Kommunstyrelsens beslut 3 maj 2023 § 31." in html
    assert "Beslutet ersätter" not in html


def test_the_mail_of_a_correction_says_so(decided, nina):
    unit = Unit.objects.get()
    Unit.objects.update(email="registrator@example.com")
    new = corrected(correct(decided, nina), nina)
    for decision in (decided, new):
        send_out(decision, [unit], by=nina, now=timezone.now())
    first, second = OutgoingMail.objects.order_by("pk")
    assert first.subject == "Kommunstyrelsen § 31: Uppföljning av Program för trygghet 2022"
    assert "ersätter" not in first.body
    assert second.subject == "Rättelse, Kommunstyrelsen § 40: Uppföljning av Program för trygghet 2022"
    assert f"{SENTENCE}\nSkäl: {REASON}\n" in second.body
    link = decided.distributions.get().get_absolute_url()
    assert f'ersatts av <a href="{new.get_absolute_url()}">' in html_of(client_of(nina).get(link))
