"""A programme with words of its own: no page and no document of it has a word of another programme's form."""

import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from followup.documents.minutes.extract import proposed_summary
from followup.documents.statement.draft import acts_in_force, build_statement
from followup.models import SubGoalEntry
from followup.report.building import build_report
from followup.report.selection import compared_with, of_area, without_measures
from organisation.models import User
from organisation.roles import REVIEWER, SECRETARY
from programmes.models import Framework, Programme
from programmes.shipped_frameworks import (
    CLIMATE_FRAMEWORK,
    MINIMAL_FRAMEWORK,
    ShippedFramework,
    create,
)
from programmes.terms import Term, Terms
from tests.factories import make_area, make_goal, make_measure, make_programme, make_unit, open_year
from tests.fixtures import client_of, group_of, make_user

pytestmark = pytest.mark.django_db

# Words unlike those of the shipped frameworks, in the other gender, so that a fixed word or a wrong form is seen.
OWN = replace(
    MINIMAL_FRAMEWORK,
    slug="egen",
    name="Pelare, ambitioner och satsningar",
    terms=Terms(
        overarching_goal=Term("riktning", "riktningen", "riktningar", "riktningarna", "en"),
        area=Term("pelare", "pelaren", "pelare", "pelarna", "en"),
        goal=Term("ambition", "ambitionen", "ambitioner", "ambitionerna", "en"),
        measure=Term("löfte", "löftet", "löften", "löftena", "ett"),
    ),
    options={},
)
WITHOUT_AREAS = replace(OWN, slug="utan", name="Ambitioner och löften", options={"shows_areas": False})
MEASURE = r"åtgärd"
AREA = r"ansvarsområd"
GOAL = r"\bmål(et|ets|en|ens|s)?\b|delmål"
SHORT_AREA = r"område"


def foreign_words(framework: ShippedFramework) -> re.Pattern[str]:
    """Return a pattern of the words that belong to other programmes than those of the framework."""
    words = [MEASURE, AREA]
    if framework.terms.goal.singular != "mål":
        words += [GOAL, SHORT_AREA]
    return re.compile("|".join(words), re.IGNORECASE)


def stored(framework: ShippedFramework) -> Framework:
    found = Framework.objects.filter(slug=framework.slug).first()
    return found or create(framework, apps.get_model, "default")


@pytest.fixture(params=[CLIMATE_FRAMEWORK, MINIMAL_FRAMEWORK, OWN, WITHOUT_AREAS], ids=lambda shipped: shipped.slug)
def framework(request) -> ShippedFramework:
    return request.param


@pytest.fixture
def programme(framework) -> Programme:
    """A programme of the framework with two followed-up years; its second goal has no measures."""
    unit = make_unit("Klimatnämnden")
    programme = make_programme("Klimatplan", slug="klimat", framework=stored(framework))
    area = make_area(programme, "Resor", overarching_sub_goal="Färre bilresor.")
    goal = make_goal(area, "Fler cyklar.", units=[unit])
    make_goal(area, "Fler går.", units=[unit])
    make_measure(goal, "Bygg cykelbanor.", units=[unit])
    make_measure(goal, "Pumpar.", units=[unit], first_year=2023, change="added", change_year=2023, change_reason="Ny.")
    programme.guidelines.create(number=1, title="Riktlinje för resor")
    goal.indicators.create(number=1, name="Andel som cyklar", unit="procent", direction="up", target=20)
    first = open_year(programme, 2022)
    SubGoalEntry.objects.filter(follow_up=first).update(assessment=_first_step(programme, "assessment"))
    open_year(programme, 2023)
    return programme


def _first_step(programme: Programme, kind: str) -> str:
    return programme.framework.scales.of(kind).steps[0].key


class VisibleText(HTMLParser):
    """The text of the main part of a page, with its title and the names that assistive technology reads."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.links: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in ("main", "title", "script", "style"):
            self._open.append(tag)
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"].partition("#")[0])
        if "main" in self._open:
            self.pieces += [value for name in ("aria-label", "title", "alt") if (value := attributes.get(name))]

    def handle_endtag(self, tag):
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data):
        if self._open and not {"script", "style"} & set(self._open):
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.pieces))


def excerpts(pattern: re.Pattern[str], text: str) -> list[str]:
    return [text[max(0, match.start() - 40) : match.end() + 30] for match in pattern.finditer(text)]


# The addresses of the programme and its unit; not its framework, whose page has examples of words.
OF_PROGRAMME = re.compile(r"/(?!styrmodeller/)(.+/)?(klimat|klimatnamnden)/(?!.*\.\w+$)")


def crawl(client: Client, start: list[str]) -> dict[str, VisibleText]:
    """Return the pages that are reached from the addresses in `start` and belong to the programme."""
    pages: dict[str, VisibleText] = {}
    waiting = list(start)
    while waiting:
        address = waiting.pop()
        if address in pages or not OF_PROGRAMME.match(address):
            continue
        response = client.get(address)
        page = VisibleText()
        page.feed(response.content.decode())
        pages[address] = page
        waiting += [link for link in page.links if link.startswith("/") and "?" not in link]
    return pages


def user_of_all_pages() -> User:
    """A user who answers, reviews and records decisions."""
    user = make_user("alla", unit="klimatnamnden", role=REVIEWER)
    user.groups.add(group_of(SECRETARY))
    return user


def addresses(year: int) -> list[str]:
    of_year = f"klimat/{year}/"
    return [
        "/program/klimat/",
        f"/program/{of_year}",
        f"/program/{of_year}rapport/?jamfor=2022" if year > 2022 else f"/program/{of_year}rapport/",
        f"/program/{of_year}tjansteutlatande/",
        "/program/klimat/nasta-period/",
        f"/mina-uppfoljningar/{of_year}1.1/",
        f"/mina-uppfoljningar/{of_year}1.2/",
        f"/kommentarer/{of_year}1.1/",
        f"/granskning/{of_year}",
        f"/granskning/{of_year}omrade/1/",
        f"/granskning/{of_year}texter/",
        f"/granskning/{of_year}1.1/",
        f"/granskning/{of_year}foresla/",
        f"/granskning/{of_year}sekretess/",
        f"/enheter/klimatnamnden/{of_year}",
    ]


def test_no_page_has_a_word_of_another_programme(framework, programme):
    client = client_of(user_of_all_pages())
    pages = crawl(client, addresses(2023))
    found = {address: excerpts(foreign_words(framework), page.text) for address, page in pages.items()}
    assert {address: texts for address, texts in found.items() if texts} == {}
    assert len(pages) > 25


def test_pages_without_content_and_refusals(framework, programme):
    """Empty lists, unknown numbers and incomplete answers."""
    client = client_of(user_of_all_pages())
    missing = [
        "/program/klimat/mal/9.9/",
        "/program/klimat/mal/1.1/historik/",
        "/program/klimat/mal/1.1/indikator/9/",
        "/program/klimat/mal/1.1/atgard/9/historik/",
        "/program/klimat/2023/omrade/9/",
        "/program/klimat/2023/omrade/9/historik/",
        "/program/klimat/2023/mal/9.9/historik/",
        "/granskning/klimat/2023/omrade/9/",
        "/mina-uppfoljningar/klimat/2023/1.1/?saknas=1",
        "/mina-uppfoljningar/",
    ]
    for address in missing:
        page = VisibleText()
        page.feed(client.get(address).content.decode())
        assert excerpts(foreign_words(framework), page.text) == [], address


def _docx_text(content: bytes) -> str:
    return " ".join(node.text or "" for node in Document(io.BytesIO(content)).element.iter() if node.tag.endswith("}t"))


def _xlsx_text(content: bytes) -> str:
    workbook = load_workbook(io.BytesIO(content))
    cells = [str(cell.value or "") for sheet in workbook for row in sheet.iter_rows() for cell in row]
    return " ".join([*workbook.sheetnames, *cells])


@pytest.mark.parametrize("query", ["", "?jamfor=2022", "?atgarder=utan"])
def test_no_document_has_a_word_of_another_programme(framework, programme, query):
    client = client_of(user_of_all_pages())
    readers = {"docx": _docx_text, "xlsx": _xlsx_text, "csv": bytes.decode}
    for suffix, text_of in readers.items():
        response = client.get(f"/program/klimat/2023/rapport.{suffix}{query}")
        content = b"".join(response) if response.streaming else response.content
        assert excerpts(foreign_words(framework), text_of(content)) == [], suffix


def test_no_draft_of_the_board_has_a_word_of_another_programme(framework, programme):
    report = build_report(programme.follow_ups.get(year=2023))
    text = " ".join([proposed_summary(report), *(part.text for part in build_statement(report).parts)])
    for act in acts_in_force(2023):
        text = text.replace(act, "")
    assert excerpts(foreign_words(framework), text) == []


def test_parts_of_a_report_keep_its_words(framework, programme):
    report = compared_with(build_report(programme.follow_ups.get(year=2023)), 2022)
    assert of_area(without_measures(report), 1).terms == framework.terms
    with pytest.raises(ValueError, match=f"Rapporten har {framework.terms.area.negated} 9"):
        of_area(report, 9)


def test_a_programme_without_areas_shows_its_goals_alone(programme, framework):
    if framework.options.get("shows_areas", True):
        pytest.skip("The framework shows areas.")
    client = client_of(user_of_all_pages())
    for address in ("/program/klimat/", "/program/klimat/2023/", "/program/klimat/2023/rapport/"):
        page = VisibleText()
        page.feed(client.get(address).content.decode())
        assert "Resor" not in page.text.replace("Riktlinje för resor", ""), address
        assert "Fler cyklar." in page.text, address
