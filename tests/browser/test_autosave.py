"""Saving while one writes, in a real browser: told in the page, brought up to date, and nothing lost when it fails."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from followup.models import SubGoalEntry
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def stored() -> SubGoalEntry:
    return SubGoalEntry.objects.get(follow_up__year=2021, sub_goal__area__number=1, sub_goal__number=1)


def comment(page: Page):
    return page.get_by_role("textbox", name="Kommentar")


def test_what_is_typed_is_saved_and_said(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    comment(page).press_sequentially("Tryggare kvällar.")
    status = page.locator("#goal-saved")
    expect(status).to_contain_text("Sparad ")
    expect(comment(page)).to_be_focused()
    page.get_by_role("group", name="Bedömning av året").get_by_label("Uppfyllt", exact=True).check()
    expect(page.locator("#check-goal")).to_have_text("Mål 1.1 saknar prognos")
    expect(page.locator("#id_goal-version")).to_have_value("3")
    assert (stored().comment, stored().assessment) == ("Tryggare kvällar.", "met")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mål 1.1")
    assert comment(page).input_value() == "Tryggare kvällar."


def test_typing_and_saving_at_once_is_no_conflict_with_oneself(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    for words in ("Först.", "Först. Sedan.", "Först. Sedan. Sist."):
        comment(page).fill(words)
        page.get_by_role("button", name="Spara", exact=True).click()
        expect(page.locator(".notice-success")).to_contain_text("Sparad ")
        assert comment(page).input_value() == words


def test_saving_waits_for_the_autosave_that_is_under_way(page, people):
    """Else it would arrive with the version before, and meet its own writer's text as somebody else's."""

    def write_on_and_save(route: Route) -> None:
        answer = route.fetch()
        comment(page).fill("Först. Sedan.")
        page.get_by_role("button", name="Spara", exact=True).click()
        route.fulfill(response=answer)

    log_in(page, "hanna")
    page.goto(ENTRY)
    page.route("**/autospara/", write_on_and_save, times=1)
    comment(page).fill("Först.")
    expect(page.locator(".notice-success")).to_contain_text("Sparad ")
    assert comment(page).input_value() == stored().comment == "Först. Sedan."


def lose_response(route: Route) -> None:
    """The server saves, and its response is lost on the way back."""
    route.fetch()
    route.abort("connectionreset")


def test_a_lost_response_makes_nobody_a_stranger_to_their_own_text(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    page.route("**/autospara/", lose_response, times=2)
    comment(page).fill("Fler.")
    expect(page.locator("#goal-saved")).to_contain_text("Inte sparat: servern svarar inte som den ska.")
    assert stored().comment == "Fler."
    comment(page).fill("Fler är trygga.")
    page.wait_for_timeout(1500)
    assert stored().comment == "Fler är trygga."
    comment(page).fill("Färre är otrygga.")
    expect(page.locator("#goal-saved")).to_contain_text("Sparad ")
    assert (stored().comment, stored().version) == ("Färre är otrygga.", 4)
    expect(page.locator("#id_goal-version")).to_have_value("4")


def test_saving_after_a_lost_response_is_no_conflict(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    page.route("**/autospara/", lose_response, times=1)
    comment(page).fill("Fler.")
    expect(page.locator("#goal-saved")).to_contain_text("Inte sparat: servern svarar inte som den ska.")
    comment(page).fill("Fler är trygga.")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator(".notice-success")).to_contain_text("Sparad ")
    assert stored().comment == comment(page).input_value() == "Fler är trygga."


TEXT_PAGES = ["texter/", "omrade/1/", "riktlinje/1/"]


@pytest.mark.parametrize("address", TEXT_PAGES)
def test_a_reviewers_text_is_saved_while_it_is_written(address, page, people):
    log_in(page, "greta")
    page.goto(f"/granskning/huddinge-2018-2021/2021/{address}")
    text = page.get_by_role("textbox").first
    text.press_sequentially("Tryggare kvällar.")
    expect(page.locator("#text-saved")).to_contain_text("Sparad ")
    expect(text).to_be_focused()
    page.goto("/")
    page.goto(f"/granskning/huddinge-2018-2021/2021/{address}")
    assert page.get_by_role("textbox").first.input_value() == "Tryggare kvällar."


def test_a_reviewers_text_outlives_a_lost_response_and_a_lost_session(page, people):
    log_in(page, "greta")
    page.goto("/granskning/huddinge-2018-2021/2021/omrade/1/")
    text = page.get_by_role("textbox", name="Sammanfattning")
    page.route("**/autospara/", lose_response, times=1)
    text.fill("Fler.")
    expect(page.locator("#text-saved")).to_contain_text("Inte sparat: servern svarar inte som den ska.")
    text.fill("Fler är trygga.")
    expect(page.locator("#text-saved")).to_contain_text("Sparad ")
    page.context.clear_cookies(name="sessionid")
    text.fill("Fler är trygga i år.")
    expect(page.locator("#text-saved")).to_contain_text("Inte sparat: du har blivit utloggad.")
    page.get_by_role("button", name="Logga in och ta med texten").click()
    page.get_by_label("Användarnamn").fill("greta")
    page.get_by_label("Lösenord").fill("en-lång-lösenfras")
    page.get_by_role("button", name="Logga in", exact=True).click()
    assert text.input_value() == "Fler är trygga i år."


def test_two_tabs_are_told_and_compared(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    other = page.context.new_page()
    other.goto(ENTRY)
    comment(other).fill("Skrivet i den andra fliken.")
    expect(other.locator("#goal-saved")).to_contain_text("Sparad ")
    comment(page).fill("Skrivet i den första fliken.")
    expect(page.locator("#goal-saved")).to_contain_text(
        "Inte sparat: du har själv sparat under tiden, i en annan flik."
    )
    assert comment(page).input_value() == "Skrivet i den första fliken."
    assert stored().comment == "Skrivet i den andra fliken."
    page.get_by_role("button", name="Jämför texterna").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Du har själv sparat under tiden, i en annan flik"
    assert "Skrivet i den andra fliken." in page.get_by_role("main").inner_text()
    assert page.get_by_label("Min text", exact=True).input_value() == "Skrivet i den första fliken."
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Spara det jag har valt").click()
    assert comment(page).input_value() == "Skrivet i den första fliken."


def test_a_text_outlives_its_session(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    cookies = [cookie for cookie in page.context.cookies() if cookie["name"] != "sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies(cookies)
    comment(page).fill("Skrivet efter arbetsdagens slut.")
    expect(page.locator("#goal-saved")).to_contain_text("Inte sparat: du har blivit utloggad.")
    page.get_by_role("button", name="Logga in och ta med texten").click()
    page.get_by_label("Användarnamn").fill("hanna")
    page.get_by_label("Lösenord").fill("en-lång-lösenfras")
    page.get_by_role("button", name="Logga in", exact=True).click()
    assert "Du blev utloggad medan du skrev" in page.get_by_role("main").inner_text()
    assert comment(page).input_value() == "Skrivet efter arbetsdagens slut."


def test_a_text_outlives_a_new_login_in_another_tab(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Logga ut").click()
    log_in(other, "hanna")
    comment(page).fill("Skrivet före och efter.")
    status = page.locator("#goal-saved")
    expect(status).to_contain_text("Inte sparat: du har loggat in på nytt")
    page.get_by_role("button", name="Spara det nu").click()
    expect(page.locator(".notice-success")).to_contain_text("Sparad ")
    assert stored().comment == "Skrivet före och efter."


def test_a_server_that_is_away_is_told_and_tried_again(page, people):
    log_in(page, "hanna")
    page.clock.install()
    page.goto(ENTRY)
    page.context.set_offline(True)
    comment(page).fill("Skrivet utan nät.")
    page.clock.run_for(2_000)
    expect(page.locator("#goal-saved")).to_contain_text("Inte sparat: servern svarar inte som den ska.")
    page.context.set_offline(False)
    page.clock.run_for(16_000)
    expect(page.locator("#goal-saved")).to_contain_text("Sparad ")
    assert stored().comment == "Skrivet utan nät."


def test_an_error_is_told_without_moving_focus(page, people):
    log_in(page, "hanna")
    page.goto(ENTRY)
    page.get_by_label("Genomförande").focus()
    page.get_by_label("Genomförande").select_option("Avbruten")
    status = page.locator("[id^=measure-][id$=-saved]").first
    expect(status).to_contain_text("Skriv varför åtgärden avbröts.")
    expect(page.get_by_label("Genomförande")).to_be_focused()
    page.get_by_label("Skäl till att åtgärden avbröts").fill("Pengarna tog slut.")
    expect(status).to_contain_text("Sparad ")


@pytest.fixture
def plain_page(browser: Browser, live_server):
    """A visitor whose browser runs no scripts."""
    context = browser.new_context(base_url=live_server.url, locale="sv-SE", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_it_all_works_without_scripts(plain_page, people, tmp_path):
    page = plain_page
    log_in(page, "hanna")
    page.goto(ENTRY)
    page.get_by_label("Vad som har gjorts").fill("Åtta vandringar.")
    page.get_by_role("button", name="Utgå från förra årets svar").click()
    assert "De är inte sparade" in page.get_by_role("main").inner_text()
    assert comment(page).input_value().startswith("Färre människor rörde sig ute")
    assert page.get_by_label("Vad som har gjorts").input_value() == "Åtta vandringar."
    assert stored().comment == ""
    page.get_by_role("button", name="Spara", exact=True).click()
    assert stored().comment.startswith("Färre människor rörde sig ute")
    assert stored().assessment == ""

    (tmp_path / "karta.png").write_bytes(b"MZ")
    page.get_by_label("Fil att bifoga").set_input_files(tmp_path / "karta.png")
    page.get_by_role("button", name="Bifoga filen").click()
    assert "”karta.png” är inte en PNG-fil" in page.get_by_role("main").inner_text()
    (tmp_path / "rapport.pdf").write_bytes(b"%PDF-1.7\n%%EOF")
    page.get_by_label("Fil att bifoga").set_input_files(tmp_path / "rapport.pdf")
    page.get_by_role("button", name="Bifoga filen").click()
    page.get_by_role("link", name="Ta bort rapport.pdf").click()
    page.get_by_role("button", name="Ta bort bilagan").click()
    assert "”rapport.pdf” är borttagen." in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Nästa mål: 1.3").click()
    assert page.url.endswith("/2021/1.3/")
    page.get_by_role("link", name="Föregående mål: 1.1").click()
    assert page.url.endswith("/2021/1.1/")


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_have_no_barriers(page, people, tmp_path, width):
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, "hanna")

    def check(what: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, what
        results = Axe().run(page)
        assert results.violations_count == 0, f"{what}: {results.generate_report()}"

    page.goto("/mina-uppfoljningar/")
    check("work list")
    page.goto(ENTRY)
    comment(page).fill("Tryggare.")
    expect(page.locator("#goal-saved")).to_contain_text("Sparad ")
    check("entry, saved")
    page.get_by_label("Genomförande").select_option("Avbruten")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Inget har sparats")
    check("entry, with errors")
    (tmp_path / "tom.pdf").write_bytes(b"")
    page.goto(ENTRY)
    page.get_by_label("Fil att bifoga").set_input_files(tmp_path / "tom.pdf")
    page.get_by_role("button", name="Bifoga filen").click()
    expect(page.get_by_role("alert")).to_contain_text("”tom.pdf” är tom.")
    check("a bad file")
    (tmp_path / "rapport.pdf").write_bytes(b"%PDF-1.7\n%%EOF")
    page.get_by_label("Fil att bifoga").set_input_files(tmp_path / "rapport.pdf")
    page.get_by_role("button", name="Bifoga filen").click()
    check("entry, with an attachment")
    page.get_by_role("link", name="Ta bort rapport.pdf").click()
    check("removing")
