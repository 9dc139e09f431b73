"""From an official's answer to the words in the PDF, in a real browser."""

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from followup.worker import make_pdfs
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "Tryggheten på torget ökade tydligt under hösten"


def test_an_official_answers_and_a_reviewer_finds_it_in_the_pdf(page, people):
    log_in(page, "hanna")
    page.get_by_role("navigation").get_by_role("link", name="Mina uppföljningar").click()
    page.get_by_role("link", name="1.1 Fler").click()
    assert "Mål 1.1 saknar bedömning, prognos, kommentar" in page.get_by_role("main").inner_text()
    page.get_by_role("group", name="Bedömning av året").get_by_label("Uppfyllt", exact=True).check()
    page.get_by_role("group", name="Prognos för perioden").get_by_label("Kommer att nås", exact=True).check()
    page.get_by_label("Kommentar").fill(WORDS)
    page.get_by_label("Genomförande").select_option("Genomförd")
    page.get_by_role("button", name="Spara", exact=True).click()
    # Waited for: what is sent while an autosave is under way leaves a moment later.
    expect(page.get_by_role("main")).to_contain_text("Allt som din enhet ska svara på är ifyllt.")
    assert "Sparad " in page.get_by_role("status").first.inner_text()
    page.get_by_role("button", name="Logga ut").click()

    log_in(page, "greta")
    page.get_by_role("link", name="Läs rapporten").click()
    expect(page.get_by_role("main")).to_contain_text(WORDS)
    page.get_by_role("link", name="PDF", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Filen skapas"
    assert make_pdfs() == 1
    # The page that waits opens the file of itself.
    with page.expect_response(lambda response: response.headers["content-type"] == "application/pdf") as opened:
        pass
    response = page.request.get(opened.value.url)
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(response.body())).pages)
    assert WORDS in " ".join(text.split())


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_scrolls_sideways(page, people, width):
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, "hanna")
    programme = "/program/huddinge-2018-2021/"
    entry = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
    for url in (
        "/",
        "/mina-uppfoljningar/",
        entry,
        programme,
        f"{programme}2020/omrade/1/",
        f"{programme}2020/rapport/",
    ):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url


def test_handing_in_returning_and_two_tabs(page, people):
    review = "/granskning/huddinge-2018-2021/2021/3.1/"
    entry = "/mina-uppfoljningar/huddinge-2018-2021/2021/3.1/"
    log_in(page, "hanna")
    page.goto(entry)
    page.get_by_role("button", name="Spara och lämna in").click()
    expect(page.get_by_role("main")).to_contain_text("Mål 3.1 är inlämnat för granskning.")
    page.get_by_role("button", name="Logga ut").click()

    log_in(page, "greta")
    page.goto(review)
    page.locator("#comment-alla").fill("Hur många nåddes?")
    page.get_by_role("button", name="Återlämna för ändring").click()
    assert "svar är återlämnade." in page.get_by_role("main").inner_text()
    page.get_by_role("button", name="Logga ut").click()

    log_in(page, "hanna")
    page.goto(entry)
    assert "Hur många nåddes?" in page.get_by_role("main").inner_text()
    other_tab = page.context.new_page()
    other_tab.goto(entry)
    other_tab.get_by_role("textbox", name="Kommentar").fill("Skrivet i den andra fliken.")
    other_tab.get_by_role("button", name="Spara", exact=True).click()
    assert "Sparad " in other_tab.get_by_role("main").inner_text()
    page.get_by_role("textbox", name="Kommentar").fill("Skrivet i den första fliken.")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du har själv sparat under tiden, i en annan flik")
    page.get_by_label("Min text", exact=True).fill("Skrivet i båda flikarna.")
    page.get_by_role("button", name="Spara det jag har valt").click()
    assert page.get_by_role("textbox", name="Kommentar").input_value() == "Skrivet i båda flikarna."
