"""The extract of the real matter as files, against the facts of the matter: part by part and in order."""

import io
import re
import subprocess
import sys
from pathlib import Path

import docx
import pikepdf
import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from followup.documents.minutes import docx as minutes_docx
from followup.documents.minutes import html as minutes_html
from followup.documents.minutes import pdf as minutes_pdf
from followup.documents.minutes import text as minutes_text
from followup.documents.minutes.extract import build_minutes_extract
from followup.models import Decision
from followup.worker import make_pdfs
from tests.fixtures import PROGRAMME, client_of
from tests.followup.decision.test_minutes import extract as another_extract
from tests.followup.decision.test_minutes import note as another_note

SLUG = "huddinge-2018-2021"
TITLE = "Uppföljning av Program för trygghet och säkerhet 2020"
# What the board's own extract states, part by part and in its order.
PARTS = [
    (
        "Kommunstyrelsens beslut",
        [
            "Uppföljningen för 2020 av ”Program för trygghet och säkerhet 2018–2021” godkänns enligt bilaga 1 till "
            "tjänsteutlåtandet den 17 februari 2021."
        ],
    ),
    (
        "Sammanfattning",
        [
            "”Program för trygghet och säkerhet 2018–2021”",
            "alla som bor, arbetar eller vistas i Huddinge ska kunna känna sig trygga och vara säkra",
            "fem ansvarsområdena",
            "Trygghetsskapande och brottsförebyggande arbete",
            "Skydd mot olyckor",
            "Krisberedskap",
            "Civilt försvar",
            "Internt skydds- och säkerhetsarbete",
            "perioden 2018–2021",
            "klotterrelaterad skadegörelse",
            "våldsbejakande extremism",
            "under 2020 framåt",
            "kommer att nås under programperioden",
            "pandemin",
            "flexibla",
            "social hållbarhet",
            "barnperspektiv",
        ],
    ),
    (
        "Överläggning",
        [
            "I ärendet yttrar sig Anders Lönroth (MP), Rasmus Lenefors (S) och Nujin Alacabek (V).",
            "Härefter förklaras överläggningen avslutad.",
        ],
    ),
    (
        "Propositioner",
        [
            "Ordföranden frågar om kommunstyrelsen beslutar enligt trygghets- och delaktighetsberedningens förslag, "
            "och finner att den gör det."
        ],
    ),
    (
        "Protokollsanteckningar",
        [
            "Anders Lönroth (MP) anmäler protokollsanteckning, se bilaga till detta protokoll.",
            "Rasmus Lenefors (S) anmäler protokollsanteckning, se bilaga till detta protokoll.",
            "Nujin Alacabek (V) anmäler protokollsanteckning, se bilaga till detta protokoll.",
        ],
    ),
    ("Beslutet ska skickas till", ["Samtliga nämnder och bolag"]),
]
HEADINGS = [heading for heading, _ in PARTS]
APPENDICES = [
    "Protokollsbilaga 1: Protokollsanteckning, Anders Lönroth (MP)",
    "Protokollsbilaga 2: Protokollsanteckning, Rasmus Lenefors (S)",
    "Protokollsbilaga 3: Protokollsanteckning, Nujin Alacabek (V)",
]


@pytest.fixture
def decision(huddinge) -> Decision:
    return Decision.objects.select_related("follow_up__programme").get(follow_up__year=2020)


@pytest.fixture
def extract(decision):
    return build_minutes_extract(decision)


@pytest.fixture(scope="module")
def pdfs() -> dict[str, bytes]:
    """Laid out once for the module: equal extracts give equal files."""
    return {}


@pytest.fixture
def file(extract, pdfs, tmp_path) -> Path:
    if "2020" not in pdfs:
        pdfs["2020"] = minutes_pdf.render(extract)
    path = tmp_path / "extract.pdf"
    path.write_bytes(pdfs["2020"])
    return path


def flat(text: str) -> str:
    return " ".join(text.split())


def check_parts(text: str) -> None:
    """Every heading once after the other, and each part's facts between its heading and the next, in order."""
    text = flat(text)
    rest = text[text.index(TITLE) + len(TITLE) :]
    for number, (heading, facts) in enumerate(PARTS):
        _, found, rest = rest.partition(heading)
        assert found, heading
        following = PARTS[number + 1][0] if number + 1 < len(PARTS) else APPENDICES[0]
        part = rest[: rest.index(following)].casefold()
        place = 0
        for fact in facts:
            assert fact.casefold() in part[place:], fact
            place = part.index(fact.casefold(), place)


def test_the_pdf_states_every_fact_of_the_matter_in_order(file):
    pages = [flat(page.extract_text()) for page in PdfReader(file).pages]
    # The head and foot of a page stand in the middle of a text that goes on: taken out before reading it whole.
    bare = [
        re.sub(r"PROTOKOLLSUTDRAG\s*KOMMUNSTYRELSEN|Huddinge kommun · KS-2021/307.173|\d+ \(\d+\)", "", p)
        for p in pages
    ]
    whole = " ".join(bare)
    head = whole[: whole.index(TITLE)]
    assert re.search(r"Sammanträdesdatum\s*Paragraf\s*Kommunstyrelsen\s*5 maj 2021\s*§ 24", head)
    assert re.search(r"Diarienummer\s*KS-2021/307.173", head)
    check_parts(whole)
    places = [whole.index(appendix) for appendix in APPENDICES]
    assert places == sorted(places)


def test_every_page_is_headed_and_numbered(file):
    pages = [flat(page.extract_text()) for page in PdfReader(file).pages]
    assert all(re.search(r"PROTOKOLLSUTDRAG\s*KOMMUNSTYRELSEN", page) for page in pages)
    assert all(f"{number} ({len(pages)})" in page for number, page in enumerate(pages, start=1))
    assert len(pages) == 2 + len(APPENDICES)


def test_the_areas_are_a_list(extract, file):
    with pikepdf.open(file) as pdf:
        kinds = [str(node["/S"]) for node in _nodes(pdf.Root.StructTreeRoot)]
    assert kinds.count("/L") == 1
    assert kinds.count("/LI") == 5
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == len(HEADINGS) + len(APPENDICES)


def _nodes(node):
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from _nodes(child)


def test_the_pdf_is_accessible_and_archivable(file):
    checked = subprocess.run(
        [Path(sys.executable).with_name("pdfua"), "check", file], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    sound = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)
    assert sound.returncode == 0, sound.stdout
    with pikepdf.open(file) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == f"Protokollsutdrag § 24: {TITLE}"
        assert pdf.Root.Lang == "sv"


def test_equal_extracts_give_equal_files(extract, file):
    assert minutes_pdf.render(extract) == file.read_bytes()
    assert minutes_docx.render(extract) == minutes_docx.render(extract)


def test_the_word_file_has_the_same_parts_with_real_styles(extract):
    document = docx.Document(io.BytesIO(minutes_docx.render(extract)))
    headings = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [
        ("Heading 1", TITLE),
        *(("Heading 2", heading) for heading in HEADINGS),
        *(("Heading 2", appendix) for appendix in APPENDICES),
    ]
    check_parts("\n".join(paragraph.text for paragraph in document.paragraphs))
    assert [p.text for p in document.paragraphs if p.style.name == "List Bullet"] == [
        "Trygghetsskapande och brottsförebyggande arbete",
        "Skydd mot olyckor",
        "Krisberedskap",
        "Civilt försvar",
        "Internt skydds- och säkerhetsarbete",
    ]
    assert document.sections[0].header.paragraphs[0].text.split("\t") == ["PROTOKOLLSUTDRAG", "KOMMUNSTYRELSEN"]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["", "Sammanträdesdatum", "Paragraf"],
        ["Kommunstyrelsen", "5 maj 2021", "§ 24"],
    ]
    assert "Diarienummer KS-2021/307.173" in [flat(paragraph.text) for paragraph in document.paragraphs]
    assert document.core_properties.title == f"Protokollsutdrag § 24: {TITLE}"


def test_the_text_to_copy_has_it_all(extract):
    text = minutes_text.render(extract)
    assert text.startswith("Protokollsutdrag\nKommunstyrelsen 5 maj 2021 § 24\nDiarienummer KS-2021/307.173\n")
    check_parts(text)


def test_invented_notes_are_marked(extract):
    assert extract.shows_example
    assert minutes_html.render(extract).count('<span class="example-mark">Exempel</span>') == len(APPENDICES)
    assert minutes_text.render(extract).count("[Exempel]") == len(APPENDICES)


def test_an_invented_decision_is_marked_as_a_whole():
    invented = another_extract(is_example=True)
    assert "2022 [Exempel]" in minutes_text.render(invented)
    assert '2022 <span class="example-mark">Exempel</span>' in minutes_html.render(invented)
    paragraphs = docx.Document(io.BytesIO(minutes_docx.render(invented))).paragraphs
    assert [p.text for p in paragraphs if p.style.name == "Subtitle"] == ["Exempel"]


def test_another_boards_extract_has_nothing_of_this_matter():
    other = another_extract(speakers=("A (S)",), notes=(another_note("A (S)"),))
    word = docx.Document(io.BytesIO(minutes_docx.render(other)))
    texts = [
        minutes_html.render(other),
        minutes_text.render(other),
        "\n".join(paragraph.text for paragraph in [*word.paragraphs, *word.sections[0].header.paragraphs]),
    ]
    for text in texts:
        assert "SOCIALNÄMNDEN" in text.upper()
        assert not re.search(r"Huddinge|kommunstyrelse|säkerhet|Lönroth|nämnder och bolag|2021", text, re.IGNORECASE)


def test_the_pages_give_the_files(decision, official, extract):
    client = client_of(official)
    base = f"{PROGRAMME}2020/beslut/1/protokollsutdrag"
    waiting = client.get(f"{base}.pdf")
    assert waiting.status_code == 202
    assert f'href="{base}/"' in waiting.content.decode()
    assert make_pdfs() == 1
    pdf = client.get(f"{base}.pdf")
    assert pdf["Content-Disposition"] == 'inline; filename="protokollsutdrag-2021-05-05-par-24.pdf"'
    assert pdf.content.startswith(b"%PDF-")
    word = client.get(f"{base}.docx")
    assert word["Content-Disposition"] == 'attachment; filename="protokollsutdrag-2021-05-05-par-24.docx"'
    assert word.content == minutes_docx.render(extract)
    check_parts(re.sub(r"<[^>]+>", " ", client.get(f"{base}/").content.decode()))
    assert minutes_text.render(extract).splitlines()[0] in client.get(f"{base}/text/").content.decode()


@pytest.mark.parametrize("suffix", ["pdf", "docx", "html", "txt"])
def test_the_command_writes_the_file(decision, tmp_path, capsys, suffix):
    file = tmp_path / f"extract.{suffix}"
    call_command("render_minutes_extract", SLUG, "2020", "--output", str(file))
    assert file.stat().st_size > 2000
    assert "Kommunstyrelsen 5 maj 2021 § 24" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("slug", "year", "name", "problem"),
    [
        (SLUG, "2021", "a.pdf", "Inget beslut är infört om uppföljningen för 2021."),
        (SLUG, "2020", "a.odt", "en okänd ändelse. Välj någon av .pdf, .docx, .html, .txt."),
        ("finns-inte", "2020", "a.pdf", "Det finns inget program med kortnamnet"),
        (SLUG, "2020", "saknas/a.txt", "kunde inte skrivas"),
    ],
)
def test_the_command_says_what_is_wrong(huddinge, tmp_path, slug, year, name, problem):
    with pytest.raises(CommandError, match=problem):
        call_command("render_minutes_extract", slug, year, "--output", str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []
