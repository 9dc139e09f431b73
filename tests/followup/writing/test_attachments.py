"""Attachments: allowed files, permissions, and no partly stored files."""

import io
import struct
import zipfile
import zlib
from pathlib import Path, PurePath

import docx
import openpyxl
import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from followup.models import Attachment, SubGoalEntry
from followup.workflow import NotAllowedError, perform
from followup.writing import attachments
from followup.writing.attachments import MAX_PER_ENTRY, attach, file_type_of, remove, safe_name
from tests.fixtures import client_of, make_draft
from tests.pages import html_of

ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
URL = f"{ENTRY}bifoga/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    settings.ATTACHMENT_MAX_MB = 1
    return tmp_path


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def pdf() -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(file)
    return file.getvalue()


def word() -> bytes:
    file = io.BytesIO()
    docx.Document().save(file)
    return file.getvalue()


def excel() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def container(parts: dict[str, bytes], declared: str = "", bomb: int = 0) -> bytes:
    """Return a zip file that declares itself as a Word document, or as `declared`."""
    kind = declared or "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{kind}"/></Types>')
        for name, data in parts.items():
            archive.writestr(name, data)
        for number in range(bomb):
            archive.writestr(f"word/media/{number}.bin", b"\0" * 1_000_000)
    return file.getvalue()


MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"

GOOD = {
    "rapport.pdf": (pdf, "application/pdf"),
    "svar.docx": (word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "tabell.xlsx": (excel, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "karta.png": (png, "image/png"),
    "bild.JPG": (jpeg, "image/jpeg"),
    "bild.jpeg": (jpeg, "image/jpeg"),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_type_of_a_file_is_detected_from_its_content(name):
    make, content_type = GOOD[name]
    assert file_type_of(name, SimpleUploadedFile(name, make())).content_type == content_type


BAD = {
    "an exe named pdf": ("a.pdf", b"MZ\x90\0" + b"\0" * 200, "”a.pdf” är inte en PDF-fil, vad den än heter"),
    "a page named png": ("a.png", b"<html><script>alert(1)</script>", "”a.png” är inte en PNG-fil"),
    "a type that is not taken": ("a.exe", b"MZ", "”a.exe” kan inte bifogas. Tillåtna filer är PDF, Word"),
    "no extension": ("rapport", b"%PDF-1.7", "”rapport” kan inte bifogas."),
    "an empty file": ("a.pdf", b"", "”a.pdf” är tom."),
    "too large": ("a.pdf", b"%PDF-1.7" + b"x" * 1024 * 1024, "”a.pdf” är större än 1,0\xa0MB."),
    "an Excel file named docx": ("a.docx", excel(), "”a.docx” är inte en Word-fil"),
    "a Word file named xlsx": ("a.xlsx", word(), "”a.xlsx” är inte en Excel-fil"),
    "any zip file named docx": ("a.docx", container({}, "text/plain"), "”a.docx” är inte en Word-fil"),
    "a zip file cut short": ("a.docx", word()[:500], "”a.docx” är inte en Word-fil"),
    "a zip bomb": ("a.docx", container({}, bomb=25), "”a.docx” packas upp till orimligt mycket"),
    "a macro": ("a.docx", container({"word/vbaProject.bin": b"x"}), "”a.docx” innehåller makron."),
    "a document of macros": ("a.docx", container({}, MACRO), "”a.docx” innehåller makron."),
    "an overlong name": (f"{'å' * 130}.pdf", b"%PDF-1.7", "är för långt. Byt till ett namn på högst 120 tecken"),
}


@pytest.mark.parametrize(("name", "content", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_by_name_and_not_stored(name, content, message, official, entry, media):
    response = client_of(official).post(URL, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert message in html_of(response)
    assert Attachment.objects.count() == Attachment.history.count() == 0
    assert kept(media) == []


def test_forty_megabytes_are_refused_and_not_stored(official, entry, media):
    upload = SimpleUploadedFile("film.pdf", b"%PDF-1.7" + b"\0" * 40_000_000)
    response = client_of(official).post(URL, {"file": upload})
    assert response.status_code == 422
    assert "”film.pdf” är större än" in html_of(response)
    # Only slightly more than the limit was read.
    assert response.wsgi_request.FILES["file"].size < 1_200_000
    assert kept(media) == []


def test_no_file_chosen(official, entry):
    response = client_of(official).post(URL, {})
    assert response.status_code == 422
    assert "Välj en fil att bifoga." in html_of(response)


def test_an_official_attaches_a_file_and_a_reviewer_reads_it(official, reviewer, entry):
    content = pdf()
    response = client_of(official).post(URL, {"file": SimpleUploadedFile("Mätning våren.pdf", content)}, follow=True)
    attachment = entry.attachments.get()
    assert response.redirect_chain == [(f"{ENTRY}#bilagor", 302)]
    assert "”Mätning våren.pdf” är bifogad." in html_of(response)
    assert (attachment.name, attachment.size, attachment.uploaded_by) == ("Mätning våren.pdf", len(content), official)
    assert attachment.history.get().history_user == official

    page = html_of(client_of(reviewer).get("/granskning/huddinge-2018-2021/2021/1.1/"))
    assert f'href="/bilagor/{attachment.pk}/"' in page
    assert f"/bilagor/{attachment.pk}/ta-bort/" not in page
    download = client_of(reviewer).get(f"/bilagor/{attachment.pk}/")
    assert b"".join(download.streaming_content) == content
    assert download["Content-Type"] == "application/pdf"
    assert download["Content-Disposition"].startswith("attachment; filename*=utf-8''M%C3%A4tning")
    assert download["X-Content-Type-Options"] == "nosniff"
    assert download["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.fixture
def attachment(official, entry) -> Attachment:
    return attach(entry, SimpleUploadedFile("a.pdf", pdf()), by=official)


def test_a_file_is_removed_after_confirmation_and_history_has_the_user(
    official, attachment, media, django_capture_on_commit_callbacks
):
    client = client_of(official)
    page = html_of(client.get(f"/bilagor/{attachment.pk}/ta-bort/"))
    assert "Ta bort bilagan?" in page
    assert len(kept(media)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"/bilagor/{attachment.pk}/ta-bort/")
    assert response.status_code == 302
    assert kept(media) == []
    record = Attachment.history.filter(history_type="-").get()
    assert (record.name, record.history_user) == ("a.pdf", official)
    html = html_of(client.get("/program/huddinge-2018-2021/mal/1.1/historik/"))
    assert "<strong>Bilagan ”a.pdf”</strong> togs bort av Official." in html


def test_a_removal_that_is_rolled_back_keeps_the_file(official, attachment, media):
    with transaction.atomic():
        remove(attachment, by=official)
        transaction.set_rollback(True)
    assert Attachment.objects.count() == 1
    assert len(kept(media)) == 1


def test_an_attachment_that_cannot_be_recorded_leaves_no_file(official, entry, media, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(IntegrityError):
        attach(entry, SimpleUploadedFile("a.pdf", pdf()), by=official)
    assert kept(media) == []


def test_the_same_file_is_not_attached_twice(official, entry, attachment, media):
    with attachment.file.open() as file:
        response = client_of(official).post(URL, {"file": SimpleUploadedFile("b.pdf", file.read())})
    assert response.status_code == 422
    assert "”b.pdf” är redan bifogad som ”a.pdf”." in html_of(response)
    assert len(kept(media)) == 1


def test_the_number_of_attachments_is_limited(official, entry, media):
    for number in range(MAX_PER_ENTRY):
        attach(entry, SimpleUploadedFile(f"{number}.png", png() + bytes([number])), by=official)
    with pytest.raises(ValidationError, match="ett mål har högst 10 bilagor"):
        attach(entry, SimpleUploadedFile("a.png", png()), by=official)
    assert len(kept(media)) == MAX_PER_ENTRY


def test_attachments_of_a_handed_in_answer_cannot_change(official, entry, attachment, media):
    SubGoalEntry.objects.filter(pk=entry.pk).update(assessment="met", forecast="will", comment="Klart.")
    perform(entry, "submit", by=official)
    client = client_of(official)
    assert client.post(URL, {"file": SimpleUploadedFile("b.png", png())}).status_code == 403
    assert client.get(f"/bilagor/{attachment.pk}/ta-bort/").status_code == 403
    assert client.post(f"/bilagor/{attachment.pk}/ta-bort/").status_code == 403
    with pytest.raises(NotAllowedError):
        remove(attachment, by=official)
    assert f"/bilagor/{attachment.pk}/ta-bort/" not in html_of(client.get(ENTRY))
    assert len(kept(media)) == 1


@pytest.mark.parametrize(
    ("role", "download", "change"),
    [
        ("anonymous", 302, 302),
        ("outsider", 200, 403),
        ("reader", 200, 403),
        ("official", 200, 302),
        ("other_official", 200, 403),
        ("reviewer", 200, 403),
        ("secretary", 200, 403),
        ("administrator", 200, 403),
    ],
)
def test_permissions(role, download, change, request, attachment):
    client = client_of(None if role == "anonymous" else request.getfixturevalue(role))
    response = client.get(f"/bilagor/{attachment.pk}/")
    if response.streaming:
        b"".join(response)  # closes the file that is sent
    assert response.status_code == download
    assert client.post(URL, {"file": SimpleUploadedFile("b.png", png())}).status_code == change
    assert client.post(f"/bilagor/{attachment.pk}/ta-bort/").status_code == change


def test_an_attachment_of_a_hidden_programme_is_not_found(official, attachment, huddinge):
    make_draft(huddinge)
    for url in (f"/bilagor/{attachment.pk}/", f"/bilagor/{attachment.pk}/ta-bort/"):
        assert client_of(official).get(url).status_code == 404


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("..\\..\\etc\\rapport.pdf", "rapport.pdf"),
        ("/tmp/rapport.pdf", "rapport.pdf"),
        ("rapport\u202efdp.exe.pdf", "rapportfdp.exe.pdf"),
        ("rad\r\nbryt.pdf", "rad bryt.pdf"),
    ],
)
def test_file_names_are_cleaned(given, safe):
    assert safe_name(given) == safe


def test_a_file_name_from_the_user_is_not_used_as_a_path(attachment, media):
    assert kept(media)[0].relative_to(media).parts[:2] == ("attachments", str(attachment.entry_id))
    assert PurePath(attachment.file.name).name != "a.pdf"


def test_the_maximum_size_is_a_setting(settings):
    settings.ATTACHMENT_MAX_MB = 3
    assert attachments.max_bytes() == 3 * 1024 * 1024
