"""A stored file that is gone from storage: which one, of which decision, and what to do."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from followup.decision.cases import open_case
from followup.decision.distribution import _files
from followup.decision.recording import record
from followup.documents.report import pdf
from followup.models import DecidedReport, ProtocolNote
from followup.report.archive import redrawn
from followup.report.serialization import from_json
from huddinge_safety import backup
from organisation.models import User
from organisation.roles import SECRETARY
from tests.conftest import draw_here
from tests.fixtures import client_of, make_user
from tests.followup.board import SLUG, TODAY, YEAR, laid_out, proposed_year
from tests.followup.decision.test_decision import filled
from tests.pages import html_of

pytestmark = pytest.mark.django_db
MARK = "det här är inte den PDF-fil som lagrades då"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(pdf, "render", laid_out)
    return tmp_path / "media"


@pytest.fixture
def nina(db) -> User:
    return make_user("nina", role=SECRETARY)


@pytest.fixture
def lost(nina, media) -> DecidedReport:
    """A decided report whose PDF is gone from storage."""
    case = filled(open_case(proposed_year(), by=nina))
    note = ProtocolNote(decision=case, order=1, name="Bo Berg", party="M")
    note.attachment.save("reservation.pdf", ContentFile(b"%PDF-1.4"))
    link = record(case, by=nina, today=TODAY)
    (media / link.pdf.name).unlink()
    return link


def text_of(content: bytes) -> str:
    pages = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(pages.split())


def test_the_command_names_the_file_and_the_decision_and_offers_to_draw_it_again(lost, tmp_path):
    target = tmp_path / "report.pdf"
    command = ("render_report", SLUG, "2022", "--format", "pdf", "--output", str(target))
    with pytest.raises(CommandError) as error:
        call_command(*command)
    said = str(error.value)
    assert said.startswith(
        f"Filen {lost.pdf.name} saknas i lagringen. Den hör till beslutet Kommunstyrelsen 3 maj 2023 § 31, Uppföljning"
    )
    assert said.endswith("Eller rita rapporten på nytt ur databasen med --redraw.")
    assert not target.exists()
    call_command(*command, "--redraw")
    assert MARK in text_of(target.read_bytes())


def test_the_pages_say_so_and_draw_it_again(lost, nina, settings):
    client = client_of(nina)
    page = client.get(f"{YEAR}rapport.pdf", follow=True)
    assert page.redirect_chain == [(f"{YEAR}beslut/1/rapport.pdf", 302)]
    assert page.status_code == 404
    html = html_of(page)
    assert f"Filen {lost.pdf.name} saknas i lagringen." in html
    again = f"{YEAR}beslut/1/rapport-ritad-pa-nytt.pdf"
    assert f'href="{again}"' in html
    decision = html_of(client.get(f"{YEAR}beslut/1/"))
    assert f"Den PDF-fil som lagrades vid beslutet saknas: {lost.pdf.name}." in decision
    assert f'href="{again}"' in decision
    assert client.get(again).status_code == 202
    draw_here(lost.at)
    drawn = client.get(again)
    assert drawn.status_code == 200
    assert drawn["Content-Disposition"].endswith('-2022-beslut-1-ritad-pa-nytt.pdf"')
    assert MARK in text_of(drawn.content)


def test_a_stored_file_is_not_drawn_again(lost, nina, media):
    (media / lost.pdf.name).write_bytes(b"%PDF-stored")
    client = client_of(nina)
    again = client.get(f"{YEAR}beslut/1/rapport-ritad-pa-nytt.pdf")
    assert again.url == f"{YEAR}beslut/1/rapport.pdf"
    assert "saknas" not in html_of(client.get(f"{YEAR}beslut/1/"))


def test_the_public_gets_the_report_drawn_again_and_marked(lost, client, settings):
    settings.PUBLIC_REPORTS = True
    address = f"/offentligt/{SLUG}/2022/rapport.pdf"
    assert client.get(address).status_code == 202
    draw_here(lost.at)
    drawn = client.get(address)
    assert drawn["Content-Disposition"].endswith('-2022-ritad-pa-nytt.pdf"')
    assert MARK in text_of(drawn.content)


def test_a_decision_is_sent_out_with_the_report_drawn_again(lost, media):
    files = _files(lost.decision)
    assert files[1].name == f"uppfoljning-{SLUG}-2022-ritad-pa-nytt.pdf"
    assert MARK in text_of((media / files[1].stored_as).read_bytes())


def test_a_backup_names_the_decision(lost):
    named = backup._with_decision(lost.pdf.name)
    assert named == f"{lost.pdf.name} (PDF till {lost.decision})"
    assert backup._with_decision("bilagor/annan.pdf") == "bilagor/annan.pdf"


def test_the_redrawn_report_is_the_decided_one_but_for_its_mark(lost):
    report = from_json(lost.json)
    assert redrawn(report).state.startswith(f"{report.state}. Ritad på nytt")
    assert redrawn(report).areas == report.areas


def test_a_lost_note_is_named(lost, nina, media):
    note = ProtocolNote.objects.get()
    (media / note.attachment.name).unlink()
    page = client_of(nina).get(f"{YEAR}beslut/1/anteckningar/{note.pk}/bilaga/")
    assert page.status_code == 404
    html = html_of(page)
    assert "Filen saknas" in html
    assert f"Filen {note.attachment.name} saknas i lagringen." in html
