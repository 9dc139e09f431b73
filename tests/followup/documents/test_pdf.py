"""Documents as PDF/UA-1 and PDF/A-3a in one file: judged by a checker, by qpdf, and by reading the file's objects."""

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from typing import Any

import pdfua
import pikepdf
import pytest
from django.utils.html import escape
from pikepdf import Name
from pypdf import PdfReader

from followup.documents.minutes import html as minutes_html
from followup.documents.minutes.extract import build_minutes_extract
from followup.documents.report import html, pdf
from followup.models import AreaEntry, Decision, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.report.building import build_report
from followup.report.report import Change, Report, Scale
from programmes.scales import Step

LONG_WORD = "Trygghetsskapandeochbrottsförebyggandesamverkansöverenskommelse"
SCRIPT = "<script>document.title='borta'</script><img src='http://example.com/x.png'>"
BROKEN = "noll\x00 klocka\x07 flykt\x1b halvt\ud800 tecken\ufffe slut"


def report_of(year: int) -> Report:
    return build_report(FollowUp.objects.select_related("programme").get(year=year))


def empty_report() -> Report:
    """A programme with nothing in it, as a year without entries gives."""
    for model in (AreaEntry, GuidelineEntry, MeasureEntry, SubGoalEntry):
        model.objects.filter(follow_up__year=2021).delete()
    return replace(
        report_of(2021), overarching_goal="", summary="", circumstances="", registration_number="", report_date=None
    )


def extreme_report() -> Report:
    """Words that fit no column, 10,000 characters of comment or none, control characters and script."""
    report = report_of(2020)
    area, *others = report.areas
    first, second, third, *rest = area.sub_goals
    measures = tuple(
        replace(measure, text=LONG_WORD, units=(LONG_WORD, LONG_WORD), done=SCRIPT, problem=BROKEN)
        for measure in first.measures
    )
    goals = (
        replace(first, text=f"{LONG_WORD} {LONG_WORD}", units=(LONG_WORD,), comment=BROKEN, measures=measures),
        replace(second, text=SCRIPT, comment=(f"{LONG_WORD} Lång text om trygghet. " * 200)[:10_000]),
        replace(third, comment="", measures=()),
        *rest,
    )
    return replace(report, summary=SCRIPT + BROKEN, areas=(replace(area, name=LONG_WORD, sub_goals=goals), *others))


REPORTS = {"real": lambda: report_of(2020), "empty": empty_report, "extreme": extreme_report}


@pytest.fixture(scope="module")
def laid_out() -> dict[str, bytes]:
    """Laid out once for the module: laying out takes seconds, and equal reports give equal files."""
    return {}


@pytest.fixture(params=REPORTS)
def file(request, huddinge, laid_out) -> bytes:
    if request.param not in laid_out:
        laid_out[request.param] = pdf.render(REPORTS[request.param]())
    return laid_out[request.param]


@pytest.fixture
def real(huddinge, laid_out) -> bytes:
    if "real" not in laid_out:
        laid_out["real"] = pdf.render(report_of(2020))
    return laid_out["real"]


@pytest.fixture
def report_2020(huddinge) -> Report:
    return report_of(2020)


@pytest.fixture
def opened(file) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(file)) as opened:
        yield opened


@pytest.fixture
def sound_checker(monkeypatch):
    """The checker asks of a list whether it `is_integer`, and pikepdf 10 answers with ValueError instead of no."""
    monkeypatch.setattr("pdfua.rules.structure.as_integer", lambda value: value if isinstance(value, int) else None)


def test_the_pdfua_checker_finds_nothing(file, tmp_path, sound_checker):
    path = tmp_path / "report.pdf"
    path.write_bytes(file)
    checked = pdfua.validate(str(path))
    assert [outcome.rule_id for outcome in checked.outcomes if outcome.skipped_reason] == []
    assert [(finding.rule_id, finding.message) for finding in checked.findings] == []


def test_qpdf_finds_nothing(file, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(file)
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_long_row_of_goals_without_measures_breaks_over_pages(huddinge):
    report = report_of(2020)
    area = report.areas[0]
    bare = replace(area.sub_goals[0], text="Torgen är trygga.", comment="", measures=(), indicators=())
    goals = tuple(replace(bare, number=number) for number in range(1, 91))
    report = replace(report, areas=(replace(area, sub_goals=goals),), guidelines=(), changes=())
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(report))).pages]
    in_chapter = [page.count("Torgen är trygga.") for page in pages if "Ansvar" in page]
    assert sum(in_chapter) >= 90
    assert all(page.strip() for page in pages)


def test_the_metadata_claim_both_standards(opened):
    with opened.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"
    xmp = opened.Root.Metadata.read_bytes().decode()
    assert xmp.count("<rdf:RDF") == 1
    # PDF/A allows a property of another standard only with its description.
    assert "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>" in xmp


def test_the_file_says_how_it_is_to_be_shown(opened):
    root = opened.Root
    assert root.Lang == "sv"
    assert root.MarkInfo.Marked
    assert root.ViewerPreferences.DisplayDocTitle
    [intent] = root.OutputIntents
    assert (intent.S, intent.DestOutputProfile.N) == (Name.GTS_PDFA1, 3)
    assert all(page.Tabs == Name.S for page in opened.pages)
    assert "/AA" not in root
    assert "/OpenAction" not in root
    assert len(opened.trailer.ID) == 2


def test_every_font_is_embedded_with_the_words_behind_its_glyphs(opened):
    fonts = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"]
    descendants = [font for font in fonts if font.Subtype == Name.CIDFontType2]
    assert descendants
    assert all("/FontFile2" in font.FontDescriptor for font in descendants)
    assert all("+" in str(font.BaseFont) for font in descendants)
    assert all("/ToUnicode" in font for font in fonts if font.Subtype == Name.Type0)


def elements(node: pikepdf.Object, parent: str = "") -> Iterator[tuple[str, str, pikepdf.Object]]:
    """Every structure element below `node` with the name of its own and of its parent's kind."""
    if not isinstance(node, pikepdf.Dictionary) or "/S" not in node:
        return
    kind = str(node.S).removeprefix("/")
    yield kind, parent, node
    for child in node.get("/K", []):
        yield from elements(child, kind)


# ISO 32000-1, 14.8.4.3: what lists and tables consist of.
PARTS = {
    "Table": {"Caption", "THead", "TBody", "TFoot", "TR"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TR": {"TH", "TD"},
    "L": {"Caption", "L", "LI"},
    "LI": {"Lbl", "LBody"},
}
WHOLES = {"TR": {"Table", "THead", "TBody"}, "TH": {"TR"}, "TD": {"TR"}, "LI": {"L"}, "LBody": {"LI"}, "Lbl": {"LI"}}


def test_the_tags_form_whole_tables_lists_and_headings(opened):
    found = list(elements(opened.Root.StructTreeRoot.K[0]))
    wrong = {
        (parent, kind)
        for kind, parent, _ in found
        if kind not in PARTS.get(parent, {kind}) or parent not in WHOLES.get(kind, {parent})
    }
    assert wrong == set()
    headings = {"H1", "H2", "H3", "H4"}
    assert not [kind for kind, parent, _ in found if {kind, parent} <= headings]
    levels = [int(kind[1]) for kind, _, _ in found if kind in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_header_cell_has_its_scope_and_every_figure_its_words(opened):
    found = list(elements(opened.Root.StructTreeRoot.K[0]))
    headers = [element.A.Scope for kind, _, element in found if kind == "TH"]
    assert set(headers) <= {Name.Column, Name.Row}
    assert all(str(element.Alt).strip() for kind, _, element in found if kind == "Figure")


def test_all_content_is_tagged_or_decoration(opened):
    """Each marked content is held by an element that can be reached from the document, the rest is an artifact."""
    held = {element.objgen for _, _, element in elements(opened.Root.StructTreeRoot.K[0])}
    numbers = opened.Root.StructTreeRoot.ParentTree.Nums
    for index, page in enumerate(opened.pages):
        assert page.StructParents == numbers[2 * index] == index
        parents = numbers[2 * index + 1]
        depth = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC":
                    depth += 1
                    assert parents[operands[1].MCID].objgen in held
                case "BMC":
                    depth += 1
                    assert operands == [Name.Artifact]
                case "EMC":
                    depth -= 1
                case "Tj" | "TJ" | "f" | "S" | "Do" | "sh":
                    assert depth >= 1
        assert depth == 0


def test_the_matrix_has_headers_of_columns_and_rows(real, report_2020):
    with pikepdf.open(io.BytesIO(real)) as opened:
        tables = [node for kind, _, node in elements(opened.Root.StructTreeRoot.K[0]) if kind == "Table"]
        scopes = [str(cell.A.Scope) for table in tables for kind, _, cell in elements(table) if kind == "TH"]
    goals = len(report_2020.sub_goals)
    assert scopes.count("/Row") >= goals
    assert scopes.count("/Column") >= len(report_2020.years) + 2


def test_a_link_is_described_by_its_words(real):
    with pikepdf.open(io.BytesIO(real)) as opened:
        links = {str(link.Dest): str(link.Contents) for page in opened.pages for link in page.get("/Annots", [])}
    assert links["omrade-2"] == "Ansvarsområde 2: Skydd mot olyckor"


def test_list_items_alone_have_pseudo_elements_of_the_stylesheet_of_weasyprint():
    """Were there notes for every element again, a long report would take half as much memory more."""
    from weasyprint.css import StyleFor

    counted: list[int] = []
    init = StyleFor.__init__

    def counting(self, *arguments):
        init(self, *arguments)
        counted.append(sum(pseudo is not None for element, pseudo in self.get_computed_styles() if element != "@page"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StyleFor, "__init__", counting)
        file = pdf.layout("<html lang='sv'><title>Lista</title><p>Ett <b>ord</b><ul><li>Punkt<li>Punkt</ul>")
    assert counted == [2]
    assert PdfReader(io.BytesIO(file)).pages[0].extract_text().count("•") == 2


def test_the_metadata_are_those_of_the_report(real):
    information = PdfReader(io.BytesIO(real)).metadata
    assert information.title == "Uppföljning 2020 av Program för trygghet och säkerhet 2018–2021"
    assert information.author == "Huddinge kommun"
    assert (
        information.subject
        == "Alla som bor, arbetar eller vistas i Huddinge ska kunna känna sig trygga och vara säkra."
    )
    assert information.keywords == "KS-2021/307.173"
    assert information.creation_date.date() == date(2021, 2, 17)


LAY_OUT = """
import sys, django
django.setup()
from followup.documents.report import pdf
sys.stdout.buffer.write(pdf.layout(sys.stdin.read()))
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_gives_the_same_file(huddinge, seed, settings):
    document = html.render(replace(report_of(2020), areas=()))
    environment = {"PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "huddinge_safety.settings", "DEBUG": "1"}
    other = subprocess.run(
        [sys.executable, "-c", LAY_OUT],
        input=document.encode(),
        capture_output=True,
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
    )
    assert other.stdout == pdf.layout(document)


SECRET = "HEMLIG"


@pytest.fixture
def httpserver_requests() -> Iterator[tuple[str, list[str]]]:
    """A real server's host with port, and the paths that it has been asked for."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", requests
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "address",
    ["http://{host}/x", "file://{file}", "{file}", "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"],
)
def test_nothing_is_fetched_from_elsewhere(address, tmp_path, httpserver_requests):
    host, requests = httpserver_requests
    file = tmp_path / "secret.css"
    file.write_text(f"body::before {{ content: '{SECRET}' }}")
    address = address.format(host=host, file=file)
    document = (
        '<html lang="sv"><title>T</title>'
        f'<link rel="stylesheet" href="{address}"><link rel="attachment" href="{address}">'
        f'<style>@import url("{address}"); body {{ background: url("{address}") }}</style>'
        f'<img src="{address}" alt="bild"><svg><image href="{address}"/></svg><object data="{address}"></object>'
        f'<iframe src="{address}"></iframe><p>Text</p>'
    )
    content = pdf.layout(document)
    reader = PdfReader(io.BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "Text" in text
    assert SECRET not in text
    assert not reader.attachments
    assert requests == []


def hostile(value: Any, attack: str) -> Any:
    """The value with `attack` in every text that a person writes, however deep; scales and their symbols are ours."""
    if isinstance(value, str):
        return f"{attack} {value}"
    if isinstance(value, tuple):
        return tuple(hostile(item, attack) for item in value)
    if not is_dataclass(value) or isinstance(value, (Step, Scale)):
        return value
    kept = {
        "slug",
        "programme_slug",
        "kind",
        "kind_plural",
        "state",
        "name" if isinstance(value, Scale) else "",
        "shape",
    }
    texts = {
        field.name: hostile(getattr(value, field.name), attack) for field in fields(value) if field.name not in kept
    }
    return replace(value, **texts)


def documents(attack: str) -> list[str]:
    """Each document that is laid out, with every text hostile; one area, goal and measure hold one of each field."""
    report = report_of(2020)
    area = next(area for area in report.areas if any(goal.indicators and goal.measures for goal in area.sub_goals))
    goal = next(goal for goal in area.sub_goals if goal.indicators and goal.measures)
    goal = replace(goal, measures=goal.measures[:1], indicators=goal.indicators[:1])
    change = Change(code="1.1", text="Ny", kind="Ny", reason="Skäl", is_example=False)
    report = replace(
        report, areas=(replace(area, sub_goals=(goal,)),), guidelines=report.guidelines[:1], changes=(change,),
        perspective_accounts=(replace(report.perspective_accounts[0], measures=goal.measures),),
    )  # fmt: skip
    decision = Decision.objects.filter(outcome=Decision.Outcome.APPROVED).latest("pk")
    extract = build_minutes_extract(decision)
    return [html.render(hostile(report, attack)), minutes_html.render(hostile(extract, attack))]


def test_no_text_of_a_persons_makes_a_document_fetch_anything(huddinge, tmp_path, httpserver_requests, monkeypatch):
    host, requests = httpserver_requests
    file = tmp_path / "secret.css"
    file.write_text(f"body::before {{ content: '{SECRET}' }}")
    addresses = (f"http://{host}/x", f"file://{file}", "data:text/css,p::before{content:attr(class)}")
    attack = "".join(
        f"<img src='{address}'><link rel='stylesheet' href='{address}'><link rel='attachment' href='{address}'>"
        f'<style>@import url({address});</style>"><svg><image href="{address}"/></svg> url({address}) <!--'
        for address in addresses
    )
    asked: list[str] = []
    own = pdf._fetcher().__class__
    monkeypatch.setattr(own, "fetch", recording(own.fetch, asked))
    monkeypatch.setattr(pdf, "_fetcher", own)
    for document in documents(attack):
        assert document.count(escape(attack)) > 5
        assert attack not in document
        reader = PdfReader(io.BytesIO(pdf.layout(document)))
        text = "".join(page.extract_text() for page in reader.pages)
        assert "<img src='http" in " ".join(text.split())
        assert SECRET not in text
        assert not reader.attachments
    assert requests == []
    assert {url.partition(":")[0] for url in asked} == {"static"}


def recording(fetch: Any, asked: list[str]) -> Any:
    def recorded(self: Any, url: str, headers: Any = None) -> Any:
        asked.append(url)
        return fetch(self, url, headers)

    return recorded


def test_characters_that_no_document_can_hold_become_marks(huddinge):
    report = replace(report_of(2020), summary=BROKEN, areas=())
    assert "noll� klocka� flykt� halvt� tecken� slut" in html.render(report)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(report))).pages)
    assert "halvt" in text
    assert "\ud800" not in text
