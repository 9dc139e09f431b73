"""The open pages: what everybody may read while PUBLIC_REPORTS is on, and that nothing else is there."""

import io
import re
import zipfile
from xml.etree.ElementTree import fromstring

import pytest
from django.utils import timezone
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Namespace, URIRef

from followup.documents.formats import FORMATS
from followup.models import DecidedReport, FollowUp, Rendering, Withholding
from followup.report.serialization import from_json
from programmes.models import Programme
from tests.fixtures import PROGRAMME, client_of, make_draft, reopened
from tests.followup.test_access import LOGIN, PAGES, addresses_of_pages, got
from tests.pages import html_of

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
OPEN = "/offentligt/huddinge-2018-2021/2020/"
PAGES_OF_A_YEAR = (OPEN, f"{OPEN}rapport/", f"{OPEN}enhet/socialnamnden/", f"{OPEN}rapport.csv", f"{OPEN}rapport.json")
GROUND = "18 kap. 13 § offentlighets- och sekretesslagen"


@pytest.fixture
def opened(huddinge, settings):
    settings.PUBLIC_REPORTS = True
    settings.PUBLIC_CONTACT = "oppnadata@example.se"
    settings.SITE_URL = "https://example.se"


@pytest.fixture
def anyone(opened):
    return client_of(None)


def mark(place: str, about: str, official) -> Withholding:
    return Withholding.objects.create(
        follow_up=FollowUp.objects.get(year=2020),
        place=place,
        about=about,
        ground=GROUND,
        reason="Hemligt.",
        by=official,
    )


def goal_marked(official) -> str:
    """Marks the comment of goal 1.3, which is given back."""
    goal = next(goal for goal in from_json(decided().json).sub_goals if goal.code == "1.3")
    mark("mal-1.3", f"Mål 1.3: {goal.text}", official)
    return goal.comment


def decided() -> DecidedReport:
    return DecidedReport.objects.get(decision__follow_up__year=2020)


def test_nothing_but_the_open_pages_is_open(opened, open_year, official, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    addresses = addresses_of_pages(open_year, official)
    client = client_of(None)
    is_open = ("followup:public", "followup:open_data", "followup:sitemap")
    for page, address in addresses.items():
        expected = 200 if page[0].startswith(is_open) else PAGES[page][0]["anonymous"]
        assert (page, got(client, address)) == (page, expected)


@pytest.mark.parametrize("address", [*PAGES_OF_A_YEAR, "/offentligt/", "/oppna-data/", "/oppna-data/katalog.rdf"])
def test_an_open_page_may_be_kept_and_does_not_look_at_its_reader(
    address, anyone, official, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        response = anyone.get(address)
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    again = anyone.get(address, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    assert client_of(official).get(address).content == response.content


def test_a_change_gives_another_etag(anyone, official):
    before = anyone.get(f"{OPEN}rapport/")["ETag"]
    goal_marked(official)
    assert anyone.get(f"{OPEN}rapport/", headers={"If-None-Match": before}).status_code == 200


def test_search_engines_find_the_open_pages_alone(anyone):
    page = anyone.get(f"{OPEN}rapport/").content.decode()
    assert f'<link rel="canonical" href="https://example.se{OPEN}rapport/">' in page
    assert "noindex" not in page
    assert '<meta name="robots" content="noindex">' in anyone.get("/logga-in/").content.decode()
    found = re.findall("<loc>(.+?)</loc>", anyone.get("/sitemap.xml").content.decode())
    assert f"https://example.se{OPEN}" in found
    assert all(anyone.get(address.removeprefix("https://example.se")).status_code == 200 for address in found)
    robots = anyone.get("/robots.txt").content.decode()
    assert "Allow: /offentligt/\n" in robots
    assert robots.endswith("Disallow: /\nSitemap: https://example.se/sitemap.xml\n")


def test_search_engines_are_asked_to_stay_away_where_nothing_is_open(huddinge):
    assert client_of(None).get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("year", [2021, 2030])
def test_a_year_that_is_not_decided_is_not_there(year, anyone, reviewer):
    for client in (anyone, client_of(reviewer)):
        assert client.get(f"/offentligt/huddinge-2018-2021/{year}/rapport/").status_code == 404


def test_a_programme_that_is_a_draft_is_not_there(anyone):
    make_draft(Programme.objects.get())
    assert anyone.get(OPEN).status_code == 404
    assert "Ingen rapport är beslutad ännu" in html_of(anyone.get("/offentligt/"))


def test_a_correction_in_progress_does_not_show(anyone):
    reopened(2020)
    FollowUp.objects.filter(year=2020).update(summary="Ändrad under rättelsen.")
    response = anyone.get(f"{OPEN}rapport/")
    assert response.status_code == 200
    assert "Ändrad under rättelsen." not in html_of(response)


def test_what_is_stored_is_given_out_as_it_is(anyone):
    assert anyone.get(f"{OPEN}rapport.json").content.decode() == decided().json


def text_of(suffix: str, content: bytes) -> str:
    """All that a file says, whatever package it comes in."""
    if suffix not in ("docx", "xlsx"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(name) for name in package.namelist() if name.endswith(".xml")]
    return " ".join("".join(fromstring(part).itertext()) for part in parts)


def test_a_secret_text_is_in_no_page_and_no_file(anyone, official):
    secret = goal_marked(official)
    untouched = decided()
    for address in (f"{OPEN}rapport/", f"{OPEN}enhet/socialnamnden/"):
        page = html_of(anyone.get(address))
        assert secret not in page
        assert f"[Texten är inte publicerad. Lagrum: {GROUND}.]" in page
        assert "En uppgift är utelämnad" in page
    for suffix in set(FORMATS) - {"pdf"}:
        text = text_of(suffix, anyone.get(f"{OPEN}rapport.{suffix}").content)
        assert secret not in text
        assert GROUND in text
    assert anyone.get(f"{OPEN}rapport.pdf").status_code == 202
    source = Rendering.objects.get().source
    assert secret not in source
    assert GROUND in source
    assert decided().sha256 == untouched.sha256
    assert secret in html_of(client_of(official).get(f"{PROGRAMME}2020/rapport/"))


def test_a_secret_report_is_not_there(anyone, official):
    mark("rapporten", "Hela rapporten", official)
    for address in (*PAGES_OF_A_YEAR, f"{OPEN}rapport.pdf"):
        assert anyone.get(address).status_code == 404
    for address in ("/offentligt/", "/oppna-data/", "/oppna-data/katalog.rdf", "/sitemap.xml"):
        assert "2018-2021/2020/" not in anyone.get(address).content.decode()


def test_a_report_whose_mark_has_lost_its_place_is_not_there(anyone, official):
    mark("mal-1.3", "Mål 1.3: Det hette något annat.", official)
    assert anyone.get(f"{OPEN}rapport/").status_code == 404


def test_the_pdf_comes_from_the_queue_and_a_failure_is_tried_again(anyone):
    waiting = anyone.get(f"{OPEN}rapport.pdf")
    assert (waiting.status_code, waiting["Refresh"], waiting["Cache-Control"]) == (202, "3", "no-store")
    Rendering.objects.update(state="failed", problem="Det gick fel.", finished_at="2021-01-01T00:00Z")
    assert anyone.get(f"{OPEN}rapport.pdf").status_code == 202
    Rendering.objects.update(state="failed", problem="Det gick fel.", finished_at=timezone.now())
    assert anyone.get(f"{OPEN}rapport.pdf").status_code == 503
    Rendering.objects.update(state="done", content=b"%PDF-1.7", finished_at="2021-01-01T00:00Z")
    done = anyone.get(f"{OPEN}rapport.pdf")
    assert (done.content, done["Cache-Control"]) == (b"%PDF-1.7", "public, max-age=300")


def test_no_names_of_people_who_log_in(anyone, official, secretary, reviewer):
    for user in (official, secretary, reviewer):
        user.first_name, user.last_name = f"Namn{user.pk}", "Hemligsson"
        user.save()
    goal_marked(official)
    for address in (*PAGES_OF_A_YEAR, "/offentligt/", "/oppna-data/", "/oppna-data/katalog.rdf"):
        assert "Hemligsson" not in anyone.get(address).content.decode()


def test_the_catalogue_is_rdf_with_all_that_the_profile_requires(anyone):
    graph = Graph().parse(data=anyone.get("/oppna-data/katalog.rdf").content, format="xml")
    [catalogue] = graph.subjects(RDF.type, DCAT.Catalog)
    required = [DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license, DCAT.dataset]
    assert [name for name in required if not graph.value(catalogue, name)] == []
    datasets = list(graph.objects(catalogue, DCAT.dataset))
    assert len(datasets) == FollowUp.objects.published().count() == 3
    for dataset in datasets:
        assert (dataset, RDF.type, DCAT.Dataset) in graph
        for name in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.contactPoint, DCAT.theme):
            assert graph.value(dataset, name)
        assert graph.value(graph.value(dataset, DCTERMS.publisher), FOAF.name)
        contact = graph.value(dataset, DCAT.contactPoint)
        assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:oppnadata@example.se")
        distributions = list(graph.objects(dataset, DCAT.distribution))
        assert len(distributions) == 3
        for distribution in distributions:
            assert graph.value(distribution, DCTERMS.license)
            for name in (DCAT.accessURL, DCAT.downloadURL):
                address = str(graph.value(distribution, name)).removeprefix("https://example.se")
                assert anyone.get(address).status_code == 200


def test_the_login_page_leads_to_the_open_pages(anyone, settings):
    assert "/offentligt/" in html_of(anyone.get("/logga-in/"))
    settings.PUBLIC_REPORTS = False
    assert "/offentligt/" not in html_of(anyone.get("/logga-in/"))
    assert anyone.get(f"{PROGRAMME}2020/").status_code == LOGIN
