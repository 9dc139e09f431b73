"""The report as files: real HTML, real PDF."""

import io
import sys
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from followup.documents.formats import FORMATS
from followup.documents.report import html, pdf
from followup.models import FollowUp, SubGoalEntry
from followup.report.building import build_report
from followup.report.selection import select
from followup.report.serialization import from_json
from followup.worker import make_pdfs
from tests.fixtures import PROGRAMME, client_of, reopened
from tests.pages import html_of

SLUG = "huddinge-2018-2021"


@pytest.fixture
def report(huddinge):
    return build_report(FollowUp.objects.select_related("programme").get(year=2020))


@pytest.fixture(scope="module")
def pdfs() -> dict[str, bytes]:
    """Laid out once for the module: laying out takes seconds and equal reports give equal files."""
    return {}


@pytest.fixture
def document(report, pdfs) -> PdfReader:
    if "2020" not in pdfs:
        pdfs["2020"] = pdf.render(report)
    return PdfReader(io.BytesIO(pdfs["2020"]))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_pdf_is_a_whole_document(document, report):
    pages = [flat(page.extract_text()) for page in document.pages]
    number = len(pages)
    assert "Uppföljning 2020" in pages[0]
    assert report.programme in pages[0]
    assert "Huddinge kommun" in pages[0]
    assert "KS-2021/307.173" in pages[0]
    assert "17 februari 2021" in pages[0]
    assert "Sida" not in pages[0]
    assert all(f"{report.title} · innehåller exempel" in page for page in pages[1:])
    assert all(f"Sida {index} av {number}" in page for index, page in enumerate(pages[1:], start=2))


def test_the_contents_name_the_page_where_each_area_begins(document, report):
    contents = document.pages[2].extract_text(extraction_mode="layout").splitlines()
    for area in report.areas:
        heading = f"Ansvarsområde {area.number}: {area.name}"
        page = next(
            index
            for index, page in enumerate(document.pages, start=1)
            if index > 3 and heading in flat(page.extract_text())
        )
        [line] = [line for line in contents if heading in line]
        assert line.split()[-1] == str(page)


def test_the_bookmarks_are_the_chapters(document, report):
    titles = [item.title for item in document.outline if not isinstance(item, list)]
    assert titles == [
        "Uppföljning 2020 på en sida",
        "Målen år för år",
        "Sammanfattning",
        "Uppdraget och hur det följs upp",
        "Samlad bedömning",
        "Årets förutsättningar",
        *(f"Ansvarsområde {area.number}: {area.name}" for area in report.areas),
        "Perspektiv",
        "Uppföljning av riktlinjer",
        "Ändringar i programmet under året",
        "Framåtblick",
    ]


def test_the_pdf_is_tagged_swedish_and_titled(document, report):
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv"
    assert document.metadata.title == report.title


def test_every_font_is_embedded_and_of_the_package(document):
    fonts = {}
    for page in document.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[font["/BaseFont"].split("+")[1]] = "/FontFile2" in font["/FontDescriptor"]
    assert fonts == {"Source-Sans-Pro": True, "Source-Sans-Pro-Semi-Bold": True}


def test_every_goal_and_measure_is_in_the_html(report):
    text = html.render(report)
    for area in report.areas:
        for goal in area.sub_goals:
            assert goal.text in text
            assert all(measure.text in text for measure in goal.measures)


def test_very_long_words_and_texts_stay_on_the_page(huddinge):
    follow_up = reopened(2020)
    word = "Trygghetsskapandeochbrottsförebyggande" * 20
    SubGoalEntry.objects.filter(follow_up=follow_up, sub_goal__area__number=1, sub_goal__number=1).update(
        comment=(word + " " + "Lång text om trygghet. " * 400)[:10_000]
    )
    document = PdfReader(io.BytesIO(pdf.render(build_report(follow_up))))
    text = "".join(page.extract_text() for page in document.pages)
    assert "".join(text.split()).count("Långtextomtrygghet.") >= 380


def test_an_empty_programme_gives_a_report(huddinge, official):
    from followup.models import AreaEntry, GuidelineEntry, MeasureEntry

    for model in (AreaEntry, GuidelineEntry, MeasureEntry, SubGoalEntry):
        model.objects.filter(follow_up__year=2021).delete()
    follow_up = FollowUp.objects.select_related("programme").get(year=2021)
    assert pdf.render(build_report(follow_up)).startswith(b"%PDF-")
    assert client_of(official).get(f"{PROGRAMME}2021/").status_code == 200


@pytest.fixture
def no_pango(monkeypatch):
    """As on a machine without Pango: importing WeasyPrint fails with the loader's OSError."""

    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])


def test_without_pango_the_page_says_what_to_install(no_pango, official):
    client_of(official).get(f"{PROGRAMME}2020/rapport.pdf")
    assert make_pdfs() == 0
    response = client_of(official).get(f"{PROGRAMME}2020/rapport.pdf")
    assert response.status_code == 503
    assert "biblioteket Pango saknas på servern. Installera systempaketen libpango-1.0-0" in html_of(response)
    assert client_of(official).get(f"{PROGRAMME}2020/rapport/").status_code == 200


def test_without_pango_the_command_says_what_to_install(no_pango, huddinge, tmp_path):
    with pytest.raises(CommandError, match="biblioteket Pango saknas"):
        call_command("render_report", SLUG, "2020", "--output", str(tmp_path / "r.pdf"))
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_files(huddinge, tmp_path, capsys):
    call_command("render_report", SLUG, "2020", "--output", str(tmp_path / "r.pdf"))
    call_command("render_report", SLUG, "2020", "--format", "html", "--output", str(tmp_path / "r.html"))
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")
    assert '<html lang="sv">' in (tmp_path / "r.html").read_text()
    assert capsys.readouterr().out.count("skrevs till") == 2


@pytest.mark.parametrize(
    ("slug", "year", "message"),
    [
        ("okant", "2020", f"Det finns inget program med kortnamnet ”okant”. Program som finns: {SLUG}."),
        (SLUG, "2030", "2030 ligger utanför programmets period 2018–2021."),
    ],
)
def test_the_command_says_what_is_wrong(slug, year, message, huddinge, tmp_path):
    with pytest.raises(CommandError) as error:
        call_command("render_report", slug, year, "--output", str(tmp_path / "r.pdf"))
    assert str(error.value) == message
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_that_the_year_is_not_opened(huddinge, tmp_path):
    huddinge.last_year = 2022
    huddinge.save()
    with pytest.raises(CommandError, match="Uppföljningen för 2022 har inte öppnats"):
        call_command("render_report", SLUG, "2022", "--output", str(tmp_path / "r.pdf"))


def test_the_command_says_that_the_file_cannot_be_written(huddinge, tmp_path):
    with pytest.raises(CommandError, match="kunde inte skrivas: No such file or directory"):
        call_command("render_report", SLUG, "2020", "--format", "html", "--output", str(tmp_path / "no" / "r.html"))


@pytest.mark.parametrize("suffix", ["csv", "docx", "html", "json", "xlsx"])
def test_the_command_writes_every_format_of_a_part(suffix, huddinge, tmp_path):
    target = tmp_path / f"r.{suffix}"
    call_command(
        "render_report", SLUG, "2021", "--format", suffix, "--area", "2", "--since", "2018", "--output", target
    )
    follow_up = FollowUp.objects.select_related("programme").get(year=2021)
    expected = FORMATS[suffix].render(select(build_report(follow_up), area=2, earlier_year=2018))
    assert target.read_bytes() == (expected.encode() if isinstance(expected, str) else expected)


def test_the_command_writes_one_units_goals_without_measures(huddinge, tmp_path):
    target = tmp_path / "r.json"
    options = ["--unit", "Socialnämnden", "--without-measures", "--output", target]
    call_command("render_report", SLUG, "2021", "--format", "json", *options)
    written = from_json(target.read_text())
    assert (written.selection, written.with_measures, written.measures) == ("Socialnämnden", False, ())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--area", "9"], "Rapporten har inget ansvarsområde 9."),
        (["--unit", "Okänd nämnd"], "Okänd nämnd ansvarar inte för något i rapporten."),
        (["--since", "2021"], "Rapporten för 2021 kan inte jämföras med 2021."),
    ],
)
def test_the_command_says_what_the_report_has_not(options, message, huddinge, tmp_path):
    with pytest.raises(CommandError) as error:
        call_command("render_report", SLUG, "2021", "--format", "csv", *options, "--output", tmp_path / "r.csv")
    assert str(error.value) == message
    assert list(tmp_path.iterdir()) == []


def test_the_pages_of_a_decided_report_name_its_decision_and_leave_out_empty_texts(report):
    decided = replace(
        report, state="Beslutad: Kommunstyrelsen 5 maj 2021 § 24", is_decided=True, assessment_comment="", summary=""
    )
    document = html.render(decided)
    assert '<span class="label">Beslut</span> Kommunstyrelsen 5 maj 2021 § 24' in document
    assert "har skrivits ännu" not in document
    draft = html.render(replace(report, state="Öppen", is_decided=False, assessment_comment=""))
    assert '<span class="label">Läge</span> Utkast (öppen)' in draft
    assert "Ingen samlad bedömning har skrivits ännu." in draft
