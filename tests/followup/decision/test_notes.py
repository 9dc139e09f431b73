"""Notes for the minutes: written by the secretary, in order, until the decision is recorded; never after."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from followup.decision.notes import move_note, remove_note, save_note
from followup.models import Decision, FollowUp, ProtocolNote
from followup.workflow import NotAllowedError, RefusedError
from tests.fixtures import PROGRAMME, client_of
from tests.followup.writing.test_attachments import kept, pdf, png
from tests.pages import html_of

URL = f"{PROGRAMME}2021/beslut/1/anteckningar/"
FORM = {"kind": "note", "name": "Anna Ask", "party": "S", "text": "Vi vill se mer."}


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    settings.ATTACHMENT_MAX_MB = 1
    return tmp_path


@pytest.fixture
def case(open_year: FollowUp) -> Decision:
    """A matter on its way to the board."""
    return Decision.objects.create(
        follow_up=open_year,
        registration_number="KS-2022/1",
        statement_date="2022-02-01",
        meeting_date="2022-03-01",
        paragraph="7",
        outcome="approved",
        decision_text="Uppföljningen godkänns.",
    )


@pytest.fixture
def notes(case) -> list[ProtocolNote]:
    return [
        ProtocolNote.objects.create(decision=case, order=order, name=name, party="S", text=f"Text av {name}")
        for order, name in enumerate(["Anna", "Bo", "Cilla"], start=1)
    ]


def record(case: Decision) -> None:
    Decision.objects.filter(pk=case.pk).update(recorded_at=timezone.now())


def names(case: Decision) -> list[str]:
    return [note.name for note in case.notes.order_by("order")]


def test_the_secretary_adds_notes_in_order(case, secretary):
    client = client_of(secretary)
    assert client.post(URL, FORM).status_code == 302
    assert client.post(URL, FORM | {"kind": "reservation", "name": "Bo Berg", "party": "M"}).status_code == 302
    assert [str(note) for note in case.notes.all()] == [
        "Protokollsanteckning: Anna Ask (S)",
        "Reservation: Bo Berg (M)",
    ]
    assert case.notes.first().history.get().history_user == secretary
    html = html_of(client.get(URL))
    assert html.index("Anna Ask (S)") < html.index("Bo Berg (M)")


def test_a_file_is_a_note_too_and_those_who_see_the_decision_fetch_it(case, secretary, reader, media):
    upload = SimpleUploadedFile("C:\\papper\\min reservation.pdf", pdf())
    assert client_of(secretary).post(URL, FORM | {"text": "", "attachment": upload}).status_code == 302
    note = case.notes.get()
    assert note.file_name == "min_reservation.pdf"
    address = f"{URL}{note.pk}/bilaga/"
    response = client_of(secretary).get(address)
    assert b"".join(response.streaming_content) == kept(media)[0].read_bytes()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="min_reservation.pdf"'
    # Before the decision is recorded the case is the secretary's own.
    assert client_of(reader).get(address).status_code == 404
    record(case)
    response = client_of(reader).get(address)
    assert response.status_code == 200
    b"".join(response)  # closes the file that is sent


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"text": ""}, "Skriv anteckningens text, eller bifoga den som fil."),
        ({"text": " \n "}, "Skriv anteckningens text, eller bifoga den som fil."),
        ({"name": ""}, "Detta fält måste fyllas i."),
        ({"party": ""}, "Detta fält måste fyllas i."),
        ({"kind": "påhittad"}, "Välj ett giltigt alternativ."),
        ({"attachment": SimpleUploadedFile("virus.pdf", b"MZ\x90\x00")}, "är inte en PDF-fil"),
        ({"attachment": SimpleUploadedFile("virus.exe", b"MZ\x90\x00")}, "kan inte bifogas"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(case, secretary, media, changes, problem):
    response = client_of(secretary).post(URL, FORM | changes)
    assert response.status_code == 422
    assert problem in html_of(response)
    assert not case.notes.exists()
    assert kept(media) == []


def test_a_new_file_replaces_the_old(case, secretary, media, django_capture_on_commit_callbacks):
    client = client_of(secretary)
    client.post(URL, FORM | {"attachment": SimpleUploadedFile("a.pdf", pdf())})
    note = case.notes.get()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"{URL}{note.pk}/",
            FORM | {"version": 1, "name": "Anna Ek", "attachment": SimpleUploadedFile("b.png", png())},
        )
    note.refresh_from_db()
    assert (note.name, note.file_name, note.order) == ("Anna Ek", "b.png", 1)
    assert [path.name for path in kept(media)] == ["b.png"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}{note.pk}/ta-bort/")
    assert not case.notes.exists()
    assert kept(media) == []
    assert ProtocolNote.history.filter(history_type="-").get().history_user == secretary


def test_what_another_has_saved_meanwhile_is_shown_and_only_replaced_on_purpose(case, notes, secretary):
    client, url = client_of(secretary), f"{URL}{notes[0].pk}/"
    assert client.post(url, FORM | {"version": 1, "text": "Den första."}).status_code == 302
    refused = client.post(url, FORM | {"version": 1, "text": "Den andra."})
    page = html_of(refused)
    assert refused.status_code == 422
    shown = ("Anteckningen har ändrats av någon annan", "”Den första.”", "Den andra.")
    assert [words for words in shown if words not in page] == []
    notes[0].refresh_from_db()
    assert (notes[0].text, notes[0].version) == ("Den första.", 2)
    again = refused.context["form"]["version"].value()
    assert client.post(url, FORM | {"version": again, "text": "Den andra."}).status_code == 302
    notes[0].refresh_from_db()
    assert (notes[0].text, notes[0].version) == ("Den andra.", 3)


@pytest.mark.parametrize(
    ("who", "direction", "order"),
    [
        ("Bo", "earlier", ["Bo", "Anna", "Cilla"]),
        ("Bo", "later", ["Anna", "Cilla", "Bo"]),
        ("Anna", "earlier", ["Anna", "Bo", "Cilla"]),
        ("Cilla", "later", ["Anna", "Bo", "Cilla"]),
    ],
)
def test_notes_change_places(case, notes, secretary, who, direction, order):
    note = next(note for note in notes if note.name == who)
    assert client_of(secretary).post(f"{URL}{note.pk}/flytta/", {"direction": direction}).status_code == 302
    assert names(case) == order


def test_a_gap_in_the_order_does_not_hurt(case, notes, secretary):
    remove_note(notes[1], by=secretary)
    move_note(notes[2], earlier=True, by=secretary)
    assert names(case) == ["Cilla", "Anna"]


@pytest.mark.parametrize("role", ["outsider", "official", "reviewer", "administrator"])
def test_the_notes_of_a_case_are_the_secretarys_own(case, notes, role, request):
    user = request.getfixturevalue(role)
    client = client_of(user)
    address = f"{URL}{notes[0].pk}/"
    statuses = [
        client.get(URL),
        client.post(URL, FORM),
        client.get(address),
        client.post(f"{address}flytta/", {"direction": "later"}),
        client.post(f"{address}ta-bort/"),
    ]
    assert [response.status_code for response in statuses] == [404] * 5
    with pytest.raises(NotAllowedError):
        remove_note(notes[0], by=user)
    assert names(case) == ["Anna", "Bo", "Cilla"]


def test_after_the_decision_nothing_changes(case, notes, secretary):
    record(case)
    client = client_of(secretary)
    address = f"{URL}{notes[0].pk}/"
    for response in (
        client.get(URL),
        client.post(URL, FORM),
        client.post(address, FORM),
        client.post(f"{address}flytta/", {"direction": "later"}),
        client.post(f"{address}ta-bort/"),
    ):
        assert response.status_code == 403
        assert "Beslutet är infört, så anteckningarna kan inte ändras." in response.content.decode()
    for change in (
        lambda: save_note(notes[0], fetched=1, by=secretary),
        lambda: move_note(notes[0], earlier=False, by=secretary),
        lambda: remove_note(notes[0], by=secretary),
    ):
        with pytest.raises(RefusedError):
            change()
    # And what goes round the application is refused by the database.
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtocolNote.objects.filter(pk=notes[0].pk).update(text="Ändrad")
    assert names(case) == ["Anna", "Bo", "Cilla"]


def test_a_note_of_another_decision_is_not_found(case, notes, secretary):
    other = Decision.objects.create(follow_up=FollowUp.objects.get(year=2019), number=9)
    stray = ProtocolNote.objects.create(decision=other, order=1, name="D", party="S", text="x")
    assert client_of(secretary).get(f"{URL}{stray.pk}/").status_code == 404


def test_a_character_that_pdf_files_cannot_show_is_named_and_the_note_is_saved(case, secretary):
    response = client_of(secretary).post(URL, FORM | {"text": "Vi vill se 𒀀."}, follow=True)
    assert case.notes.get().text == "Vi vill se 𒀀."
    assert "Anteckning, text: tecknet 𒀀 (U+12000) finns inte i typsnitten" in html_of(response)
