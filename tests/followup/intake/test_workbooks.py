"""Pages for importing a programme from a workbook (upload, preview, confirm) and for downloading one."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from followup.models import Workbook
from organisation.models import Unit
from organisation.roles import REVIEWER
from programmes.models import Programme, SubGoal
from tests.fixtures import client_of, make_user
from tests.followup.intake.workbooks import FLAT, content_of, workbook
from tests.pages import html_of

pytestmark = pytest.mark.usefixtures("reads_at_once")

UPLOAD = "/granskning/las-in/"
FACTS = {"title": "Trygghet", "first_year": 2022, "last_year": 2025, "overarching_goal": "En trygg kommun."}


def upload(client, content: bytes, name: str = "plan.xlsx") -> str:
    """Upload a file, and return the address of its preview."""
    response = client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, html_of(response)
    return str(response.url)


def page(client, address: str) -> str:
    return str(html_of(client.get(address)))


def confirm(client, address: str, **answers: str):
    digest = re.search(r'name="digest" value="(\w+)"', page(client, address))
    return client.post(f"{address}las-in/", {"digest": digest[1] if digest else "", **answers})


def facts_of(client, address: str) -> None:
    """Submit the facts that the file lacks, and leave its sheets as they were recognised."""
    form = dict(re.findall(r'<select name="(s[\w-]*)".*?<option value="([^"]*)" selected', page(client, address), re.S))
    assert client.post(address, {**FACTS, "state": "active", **form}).status_code == 302


def test_a_foreign_plan_becomes_a_programme_with_a_dashboard(reviewer):
    client = client_of(reviewer)
    address = upload(client, content_of(workbook(Blad1=FLAT)))
    html = page(client, address)
    assert "2 saker att rätta" in html
    assert "Första år måste fyllas i." in html
    facts_of(client, address)
    html = page(client, address)
    assert "Läs in programmet" in html
    assert "”Tekniska nämnden” finns inte bland enheterna och läggs till." in html
    assert Programme.objects.count() == 1  # nothing is there before it is confirmed
    response = confirm(client, address)
    assert response.url == "/program/trygghet-2022/"
    assert "Trygghet är inläst från ”plan.xlsx”." in page(client, response.url)
    assert "Fler ska känna sig trygga" in page(client, f"{response.url}2023/")
    goal = SubGoal.objects.get(area__programme__slug="trygghet-2022", area__number=1, number=2)
    assert goal.history.get().history_user == reviewer
    done = Workbook.objects.get()
    assert (done.state, bytes(done.content)) == ("done", b"")
    assert client.get(address).url == response.url
    again = upload(client, content_of(workbook(Blad1=FLAT)))
    facts_of(client, again)
    assert "Det finns inget att läsa in." in page(client, again)


def test_a_changed_effect_is_shown_again(huddinge, reviewer):
    client = client_of(reviewer)
    content = client.get(f"/program/{huddinge.slug}/program.xlsx").content
    changed = load_workbook(io.BytesIO(content))
    changed["Mål"]["B2"] = "Ny lydelse."
    address = upload(client, content_of(changed))
    digest = re.search(r'name="digest" value="(\w+)"', page(client, address))[1]
    SubGoal.objects.filter(area__number=1, number=2).update(text="Ändrat av en annan.")
    response = client.post(f"{address}las-in/", {"digest": digest, "same_items": "on"})
    assert response.status_code == 409
    assert "Ändrat av en annan." in html_of(response)
    assert not SubGoal.objects.filter(text="Ny lydelse.").exists()
    assert confirm(client, address, same_items="on").status_code == 302
    assert SubGoal.objects.filter(text="Ny lydelse.").exists()
    assert not SubGoal.objects.filter(text="Ändrat av en annan.").exists()
    assert confirm(client, address).status_code == 404  # a second click


def test_a_goal_with_answers_gets_other_words_only_after_a_tick(huddinge, reviewer):
    client = client_of(reviewer)
    changed = load_workbook(io.BytesIO(client.get(f"/program/{huddinge.slug}/program.xlsx").content))
    goal = SubGoal.objects.get(area__number=1, number=1)
    changed["Mål"]["B2"] = "Ny lydelse."
    changed["Ansvarsområden"]["B2"] = changed["Ansvarsområden"]["B2"].value.upper()
    address = upload(client, content_of(changed))
    html = page(client, address)
    assert f"<li>Mål 1.1: <del>{goal.text}</del> <ins>Ny lydelse.</ins></li>" in html
    assert html.count("<del>") == 3  # the question, and the change of each item
    refusal = confirm(client, address)
    assert refusal.status_code == 422
    assert "Kryssa i att det är samma mål och åtgärder som får ny lydelse." in refusal.content.decode()
    assert not SubGoal.objects.filter(text="Ny lydelse.").exists()
    assert confirm(client, address, same_items="on").status_code == 302
    assert SubGoal.objects.get(pk=goal.pk).text == "Ny lydelse."


def test_a_goal_without_answers_gets_other_words_without_a_question(reviewer):
    client = client_of(reviewer)
    for text in ("Trygga hem", "Trygga gator"):
        rows = [["Nr", "Mål"], ["1.1", text]]
        address = upload(client, content_of(workbook(Mål=rows)))
        facts_of(client, address)
        assert "same_items" not in page(client, address)
        assert confirm(client, address).status_code == 302
    assert SubGoal.objects.get(area__programme__slug="trygghet-2022").text == "Trygga gator"


def test_a_file_with_problems_cannot_be_confirmed(reviewer):
    client = client_of(reviewer)
    address = upload(client, content_of(workbook(Mål=[["Nr", "Mål"], ["1.1", "<b>Trygghet</b>"], ["1.1", "Igen"]])))
    assert "mål 1.1 står redan" in page(client, address).replace("Mål 1.1", "mål 1.1")
    assert client.post(f"{address}las-in/", {"digest": "x"}).status_code == 409
    assert Programme.objects.count() == 1
    assert client.post(f"{address}avbryt/").url == UPLOAD
    assert client.get(address).status_code == 404


def test_the_title_and_the_years_are_proposed_from_the_first_lines(reviewer):
    rows = [["Handlingsplan för trygghet 2022–2025"], ["Läget 2023-12-31"], ["Åtgärd", "Ansvarig", "Status"]]
    client = client_of(reviewer)
    html = page(client, upload(client, content_of(workbook(Plan=[*rows, ["Vandring", "KS", "Klar"]]))))
    for name, value in (
        ("title", "Handlingsplan för trygghet 2022–2025"),
        ("first_year", "2022"),
        ("last_year", "2025"),
        ("status_year", "2023"),
    ):
        assert re.search(f'name="{name}"[^>]*value="{value}"|value="{value}"[^>]*name="{name}"', html), name


def test_the_first_of_very_many_problems_are_shown(reviewer):
    rows = [["Nr", "Mål"], ["1.1", "Trygghet"], *(["1.1", f"Igen {number}"] for number in range(501))]
    client = client_of(reviewer)
    shown = page(client, upload(client, content_of(workbook(Mål=rows))))
    assert re.search(r"\d+ saker att rätta", shown)[0] == "503 saker att rätta"  # two of the programme itself
    assert "Inget är inläst. Här visas de 500 första." in shown
    assert shown.count('<tr><th scope="row">Mål</th>') == 500


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("plan.xlsx", b"", "Filen är tom."),
    ],
)
def test_another_file_than_a_workbook_is_refused_at_once(reviewer, name, content, message):
    response = client_of(reviewer).post(UPLOAD, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert message in html_of(response)


def test_a_disguised_file_is_reported_on_the_page(reviewer):
    client = client_of(reviewer)
    assert "Filen är en bild." in page(client, upload(client, b"\x89PNG\r\n"))


def test_a_pasted_table_is_previewed(reviewer):
    client = client_of(reviewer)
    table = "Område\tMål\tÅtgärd\r\nUte\tFler ute\tLyktor\r\nUte\tFler ute\tBänkar\r\n"
    response = client.post(UPLOAD, {"pasted": table})
    assert "Lyktor" in page(client, response.url) or "Åtgärd" in page(client, response.url)


@pytest.mark.parametrize("pasted", ["", " \r\n"])
def test_neither_a_file_nor_a_table_is_refused(reviewer, pasted):
    response = client_of(reviewer).post(UPLOAD, {"pasted": pasted})
    assert response.status_code == 422
    assert "Välj en fil först, eller klistra in en tabell." in html_of(response)


def test_a_reviewer_brings_new_units_but_renames_none(huddinge, reviewer):
    client = client_of(reviewer)
    content = client.get(f"/program/{huddinge.slug}/program.xlsx").content
    changed = load_workbook(io.BytesIO(content))
    changed["Enheter"]["B2"] = "Nytt namn"
    address = upload(client, content_of(changed))
    assert "Enheter ändras av en administratör." in page(client, address)
    assert client.post(f"{address}las-in/", {"digest": "x"}).status_code == 409
    assert not Unit.objects.filter(name="Nytt namn").exists()


def test_the_file_of_another_user_is_not_found(reviewer):
    address = upload(client_of(reviewer), content_of(workbook(Blad1=FLAT)))
    other = make_user("annan", role=REVIEWER)
    for url in (address, f"{address}las-in/", f"{address}avbryt/"):
        assert client_of(other).post(url).status_code == 404
    assert page(client_of(other), UPLOAD).count("plan.xlsx") == 0


def test_the_template_is_a_workbook_with_every_sheet(reviewer):
    response = client_of(reviewer).get(f"{UPLOAD}mall.xlsx")
    sheets = load_workbook(io.BytesIO(response.content)).sheetnames
    assert sheets[:6] == ["Så fyller du i", "Program", "Enheter", "Perspektiv", "Ansvarsområden", "Mål"]
    assert sheets[-3:] == ["Uppföljningar", "Uppföljning av mål", "Uppföljning av åtgärder"]


def test_a_character_that_pdf_files_cannot_show_is_named_with_its_cell(reviewer):
    client = client_of(reviewer)
    rows = [[str(value).replace("Fler", "𒀀 fler") if value else value for value in row] for row in FLAT]
    address = upload(client, content_of(workbook(Blad1=rows)))
    facts_of(client, address)
    html = page(client, address)
    assert "tecknet 𒀀 (U+12000) finns inte i typsnitten" in html
    assert "Bladet Blad1, rad " in html
    assert "Läs in programmet" in html
