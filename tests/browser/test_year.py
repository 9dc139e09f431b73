"""A whole year in a real browser: two officials and a reviewer, from the opening to the proposal to the board."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from organisation.models import Membership, Unit, User
from programmes.models import Measure, Programme, ResponsibilityArea, SubGoal
from tests.browser.conftest import PASSWORD, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG, YEAR = "trygg", 2024
REVIEW = f"/granskning/{SLUG}/{YEAR}/"


@pytest.fixture
def programme(people: None) -> Programme:
    """A small one of its own: one goal of hanna's unit, with a measure that stig's unit answers for."""
    programme = Programme.objects.create(
        title="Trygg 2024", slug=SLUG, first_year=YEAR, last_year=YEAR, state="active", overarching_goal="Trygghet"
    )
    area = ResponsibilityArea.objects.create(programme=programme, number=1, name="Torget")
    goal = SubGoal.objects.create(area=area, number=1, text="Fler ska känna sig trygga")
    goal.units.add(Unit.objects.get(slug="kommunstyrelsen"))
    measure = Measure.objects.create(sub_goal=goal, number=1, text="Tänd lyktorna", first_year=YEAR, last_year=YEAR)
    measure.units.add(Unit.objects.get(slug="socialnamnden"))
    FollowUp.objects.create(programme=programme, year=YEAR, state="planned", opens_on="2024-11-01", due_on="2099-01-15")
    stig = User.objects.create_user("stig", password=PASSWORD, first_name="Stig")
    Membership.objects.create(user=stig, unit=Unit.objects.get(slug="socialnamnden"))
    return programme


def as_person(browser: Browser, page: Page, username: str) -> Page:
    """A browser of their own, logged in."""
    own = browser.new_context(base_url=page.url.rsplit("/logga-in", 1)[0], locale="sv-SE").new_page()
    log_in(own, username)
    return own


def sees(person: Page, text: str) -> None:
    """Waited for: a form that is sent while an autosave is under way leaves a moment later."""
    expect(person.get_by_role("main")).to_contain_text(text, use_inner_text=True)


def test_a_whole_year(browser, page, programme):
    entry = f"/mina-uppfoljningar/{SLUG}/{YEAR}/1.1/"
    page.goto("/logga-in/")
    greta, hanna, stig = (as_person(browser, page, name) for name in ("greta", "hanna", "stig"))

    greta.goto(REVIEW)
    greta.get_by_role("button", name="Öppna uppföljningen").click()
    sees(greta, f"Öppna uppföljningen {YEAR}?")
    greta.get_by_role("button", name="Öppna uppföljningen").click()
    sees(greta, f"Uppföljningen för {YEAR} är öppen.")

    # Both write on the same page, each their own; then hanna in two tabs, and goes on in the older one.
    hanna.goto(entry)
    stig.goto(entry)
    stig.get_by_label("Genomförande").select_option("Genomförd")
    stig.get_by_label("Vad som har gjorts").fill("Tolv lyktor lyser.")
    stig.get_by_role("button", name="Spara och lämna in").click()
    sees(stig, "Mål 1.1 är inlämnat för granskning.")
    other_tab = hanna.context.new_page()
    other_tab.goto(entry)
    other_tab.get_by_role("textbox", name="Kommentar").fill("Många är trygga.")
    other_tab.get_by_role("button", name="Spara", exact=True).click()
    sees(other_tab, "Sparad ")
    hanna.get_by_role("group", name="Bedömning av året").get_by_label("Uppfyllt", exact=True).check()
    hanna.get_by_role("group", name="Prognos för perioden").get_by_label("Kommer inte att nås").check()
    hanna.get_by_role("textbox", name="Kommentar").fill("Fler är trygga.")
    hanna.get_by_role("button", name="Spara", exact=True).click()
    expect(hanna.get_by_role("heading", level=1)).to_have_text("Du har själv sparat under tiden, i en annan flik")
    hanna.get_by_label("Min text", exact=True).fill("Många fler är trygga.")
    hanna.get_by_role("button", name="Spara det jag har valt").click()
    hanna.get_by_role("button", name="Spara och lämna in").click()
    sees(hanna, "Mål 1.1 är inlämnat för granskning.")

    # Returned with a comment, asked about, corrected and handed in again.
    greta.goto(f"{REVIEW}1.1/")
    greta.get_by_text("Godkänn eller återlämna bara målet 1.1").click()
    greta.get_by_label("Kommentar till enheten om 1.1", exact=True).fill("Hur många fler?")
    greta.get_by_role("button", name="Återlämna 1.1", exact=True).click()
    sees(greta, "1 svar är återlämnat.")
    hanna.goto(entry)
    sees(hanna, "Hur många fler?")
    hanna.get_by_role("link", name="Skriv en kommentar till granskarna").click()
    hanna.get_by_label("Ny kommentar").fill("Tolv procent, jag skriver in det.")
    hanna.get_by_role("button", name="Skicka kommentaren").click()
    sees(hanna, "Tolv procent, jag skriver in det.")
    hanna.get_by_role("textbox", name="Kommentar", exact=True).fill("Tolv procent fler är trygga.")
    hanna.get_by_role("button", name="Spara och lämna in").click()
    sees(hanna, "Mål 1.1 är inlämnat för granskning.")

    # The reviewer sees what changed, and approves both answers from the list.
    greta.goto(f"{REVIEW}1.1/")
    sees(greta, "Tolv procent, jag skriver in det.")
    assert "Tolv procent" in greta.locator(".beside-form ins").first.inner_text()
    greta.goto(REVIEW)
    greta.get_by_role("checkbox", name="Markera mål 1.1").check()
    greta.get_by_role("button", name="Godkänn det som är inlämnat på markerade mål").click()
    sees(greta, "2 svar på 1 mål är godkända.")

    # The year's texts: a forecast that the goals contradict is warned of, and does not hinder.
    greta.get_by_role("link", name="Årets texter").click()
    greta.get_by_role("textbox", name="Sammanfattning").fill("Ett gott år.")
    greta.get_by_role("group", name="Prognos för perioden").get_by_label("Kommer att nås", exact=True).check()
    greta.get_by_role("button", name="Spara", exact=True).click()
    sees(greta, "Den samlade prognosen är ”Kommer att nås”, men 1 mål har ”Kommer inte att nås”")
    greta.goto(REVIEW)
    greta.get_by_role("button", name="Avsluta ifyllandet").click()
    greta.get_by_role("button", name="Föreslå till kommunstyrelsen …").click()
    sees(greta, "Det här saknas och måste finnas")
    greta.get_by_role("link", name="Den samlade bedömningen saknas", exact=True).click()
    greta.get_by_role("group", name="Bedömning av året").get_by_label("Delvis uppfyllt", exact=True).check()
    greta.get_by_role("button", name="Spara", exact=True).click()
    greta.goto(f"{REVIEW}foresla/")
    greta.get_by_role("link", name="Bedömningen av område 1 saknas", exact=True).click()
    greta.get_by_role("group", name="Bedömning av året").get_by_label("Delvis uppfyllt", exact=True).check()
    greta.get_by_role("button", name="Spara", exact=True).click()
    greta.goto(f"{REVIEW}foresla/")
    assert Axe().run(greta).violations_count == 0
    greta.get_by_role("button", name="Föreslå till kommunstyrelsen").click()
    sees(greta, f"Uppföljningen för {YEAR} är föreslagen till kommunstyrelsen.")

    year = FollowUp.objects.get(programme=programme)
    assert (year.state, year.summary, year.forecast) == ("proposed", "Ett gott år.", "will")
    answer = SubGoalEntry.objects.get(follow_up=year)
    assert (answer.state, answer.comment) == ("approved", "Tolv procent fler är trygga.")
    assert MeasureEntry.objects.get(follow_up=year).done == "Tolv lyktor lyser."
    # Nothing that anybody saved is gone: each text stands in the history.
    saved = set(answer.history.values_list("comment", flat=True))
    assert {"Många är trygga.", "Många fler är trygga.", "Tolv procent fler är trygga."} <= saved
    for person in (greta, hanna, stig):
        person.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_reviewers_pages_have_no_barriers(page, people, width):
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, "greta")
    of_year = "huddinge-2018-2021/2021/"
    for url in (
        "/granskning/",
        f"/granskning/{of_year}",
        f"/granskning/{of_year}1.5/",
        f"/granskning/{of_year}texter/",
        f"/granskning/{of_year}omrade/1/",
        f"/granskning/{of_year}riktlinje/1/",
        f"/kommentarer/{of_year}1.5/",
        f"/program/{of_year}historik/",
        f"/program/{of_year}mal/1.5/historik/",
    ):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        assert [violation["id"] for violation in Axe().run(page).response["violations"]] == [], url
