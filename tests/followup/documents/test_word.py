"""What our Word documents are made of: opened again with python-docx, and read as XML where it has no words for it."""

import io
from datetime import datetime
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn

from followup.documents.tools import word
from programmes.scales import BLANK
from tests.factories import SCALES

MADE = datetime(2021, 2, 17, 12)


@pytest.fixture
def document():
    return word.new_document(
        title="Uppföljning", author="Huddinge kommun", subject="Trygghet", keywords="trygghet; mål", made=MADE
    )


def opened(document):
    return docx.Document(io.BytesIO(word.save(document)))


def test_the_properties_say_what_it_is_in_swedish(document):
    properties = opened(document).core_properties
    assert (properties.title, properties.author, properties.subject, properties.keywords, properties.language) == (
        "Uppföljning",
        "Huddinge kommun",
        "Trygghet",
        "trygghet; mål",
        "sv-SE",
    )
    assert properties.created.replace(tzinfo=None) == properties.modified.replace(tzinfo=None) == MADE
    assert properties.comments == ""


def test_the_language_is_swedish_in_text_and_theme(document):
    again = opened(document)
    assert {lang.get(qn("w:val")) for lang in again.styles.element.iter(qn("w:lang"))} == {"sv-SE"}
    assert again.settings.element.find(qn("w:themeFontLang")).get(qn("w:val")) == "sv-SE"


def test_equal_documents_are_equal_files():
    def file():
        made = word.new_document(title="T", author="A", subject="S", keywords="K", made=MADE)
        word.heading(made, "Rubrik", 1)
        return word.save(made)

    assert file() == file()
    assert {info.date_time for info in ZipFile(io.BytesIO(file())).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_empty_line_parts_paragraphs_and_a_line_break_stays(document):
    word.prose(document, "Ett\nmed brytning.\r\n\r\n\r\nTvå.")
    assert [(p.text, p.style.name) for p in opened(document).paragraphs] == [
        ("Ett\nmed brytning.", "Normal"),
        ("Två.", "Normal"),
    ]


def test_what_no_reader_can_show_is_replaced(document):
    word.prose(document, "a\x00b\x0bc\ud800d\ufffee 👍")
    word.heading(document, "R\x07", 1)
    assert [p.text for p in opened(document).paragraphs] == ["a�b\nc�d�e 👍", "R�"]


def test_a_table_has_a_repeated_header_and_whole_rows(document):
    table = word.table(document, ["Nr", "Status"], [20, 50], "Alla mål")
    word.row(table, ["1.1", SCALES.assessment.step("met")])
    again = opened(document).tables[0]
    assert [[cell.text for cell in row.cells] for row in again.rows] == [["Nr", "Status"], ["1.1", "✓\xa0Uppfyllt"]]
    assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in again.rows] == [True, False]
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in again.rows)
    assert again._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val")) == "Alla mål"
    assert [cell.paragraphs[0].style.name for row in again.rows for cell in row.cells] == [
        "Tabellrubrik",
        "Tabellrubrik",
        "Tabelltext",
        "Tabelltext",
    ]


def test_a_status_is_symbol_word_and_colour(document):
    word.add_status(word.paragraph(document), SCALES.assessment.step("met"))
    sign, text = opened(document).paragraphs[0].runs
    assert (sign.text, text.text) == ("✓", "\xa0Uppfyllt")
    assert str(sign.font.color.rgb) == str(text.font.color.rgb) == "17632F"


def test_every_step_of_every_scale_has_a_symbol_of_its_own_within_the_scale():
    for scale in (SCALES.assessment, SCALES.forecast, SCALES.progress):
        signs = [word.SIGNS[step.path] for step in scale.steps]
        assert len(set(signs)) == len(signs)
    assert word.SIGNS[BLANK.path] == "○"


def test_the_contents_are_links_to_every_heading(document):
    first = word.heading(document, "Sammanfattning", 1)
    word.heading(document, "Mål 1.1", 2)
    word.heading(document, "Åtgärder", 3)
    word.contents(document, first)
    again = opened(document)
    lines = [p for p in again.paragraphs if p.style.name.startswith("toc")]
    assert [(line.text.strip(), line.style.name) for line in lines] == [
        ("Sammanfattning", "toc 1"),
        ("Mål 1.1", "toc 2"),
    ]
    anchors = [link.get(qn("w:anchor")) for link in again.element.iter(qn("w:hyperlink"))]
    marks = [mark.get(qn("w:name")) for mark in again.element.iter(qn("w:bookmarkStart"))]
    assert anchors == marks == ["_Toc00000001", "_Toc00000002"]
    assert again.settings.element.find(qn("w:updateFields")).get(qn("w:val")) == "true"
    kinds = [mark.get(qn("w:fldCharType")) for mark in again.element.iter(qn("w:fldChar"))]
    # One field around, and in it one for each page number.
    assert kinds == ["begin", "separate", *["begin", "separate", "end"] * 2, "end"]
    assert [code.text for code in again.element.iter(qn("w:instrText"))] == [
        ' TOC \\o "1-2" \\h \\z \\u ',
        " PAGEREF _Toc00000001 \\h ",
        " PAGEREF _Toc00000002 \\h ",
    ]


def test_header_and_footer_name_the_document_and_the_page(document):
    word.header_and_footer(document, header="Uppföljning 2020", footer="Huddinge kommun")
    section = opened(document).sections[0]
    assert section.header.paragraphs[0].text == "Uppföljning 2020"
    assert section.footer.paragraphs[0].text == "Huddinge kommun\tSida 1 av 1"
    assert [code.text for code in section.footer._element.iter(qn("w:instrText"))] == [" PAGE ", " NUMPAGES "]
    assert section.different_first_page_header_footer
