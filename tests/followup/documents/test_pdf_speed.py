"""A faster WeasyPrint writes the same bytes, and is known to replace the code that it was written for."""

import gc
import hashlib
import inspect
import os
import subprocess
import sys
from xml.etree import ElementTree

import pydyf
import pytest
import tinyhtml5
import weasyprint
from weasyprint.images import SVGImage
from weasyprint.pdf.stream import Stream
from weasyprint.svg import SVG

from followup.documents.minutes import html as minutes_html
from followup.documents.minutes.extract import build_minutes_extract
from followup.documents.report import html, pdf
from followup.documents.tools.garbage import collector_paused
from followup.documents.tools.pdf_speed import File, parse
from followup.documents.unit import html as unit_html
from followup.models import Decision, FollowUp
from followup.report.archive import report_of
from followup.report.unit_year import unit_year
from organisation.models import Unit
from tests.followup.documents.test_pdf import empty_report, extreme_report

DOCUMENTS = ("extreme", "empty", "unit", "extract")
LAY_OUT = """
import sys
from pathlib import Path
import django
django.setup()
from followup.documents.report import pdf
for path in map(Path, sys.argv[1:]):
    path.with_suffix(".pdf").write_bytes(pdf.layout(path.read_text()))
"""
# Beginnings of the SHA-256 of the code that pdf_speed replaces or relies on. When an update changes one: read the
# change, adapt pdf_speed, and only then the value here.
REPLACED = {
    weasyprint.HTML.__init__: "5f19f40b81837f87",
    weasyprint.html.handle_svg: "7333e60dbdc9a354",
    weasyprint.html.make_replaced_box: "cfb6d92ef9169cca",
    SVGImage: "91c26b229879fc1c",
    SVG.draw: "2751538befd88406",
    Stream.push_state: "3e2340c99b30acb9",
    Stream.pop_state: "de364bfee3bd7f4f",
    Stream.set_color: "d289ec41ef8285c2",
    Stream.set_alpha: "c9c74350fd9a8fb5",
    Stream.set_font_size: "34b9096d1555895d",
    pydyf.Object: "09d351b7b8390001",
    pydyf.Stream.data.fget: "bdc2bc513f286de7",
    pydyf.PDF.add_object: "d2291d0d3ab50234",
    pydyf.PDF.page_references.fget: "060bf90aad55931b",
    pydyf.PDF.write: "242cd38f92ecd33f",
}


@pytest.fixture
def documents(huddinge) -> dict[str, str]:
    year = FollowUp.objects.select_related("programme").get(year=2020)
    unit = Unit.objects.get(slug="kommunstyrelsen")
    return {
        "extreme": html.render(extreme_report()),
        "empty": html.render(empty_report()),
        "unit": unit_html.render(unit_year(unit, year, report_of(year))),
        "extract": minutes_html.render(build_minutes_extract(Decision.objects.get(follow_up=year))),
    }


def test_files_are_those_of_an_unchanged_weasyprint(documents, tmp_path):
    paths = [tmp_path / f"{name}.html" for name in DOCUMENTS]
    for path in paths:
        path.write_text(documents[path.stem])
    environment = os.environ | {"PDF_SPEED_UPS": "off", "DEBUG": "1"}
    subprocess.run([sys.executable, "-c", LAY_OUT, *map(str, paths)], env=environment, check=True)
    for path in paths:
        assert pdf.layout(path.read_text()) == path.with_suffix(".pdf").read_bytes(), path.stem
    assert pydyf.PDF is File


def described(element: ElementTree.Element) -> list[object]:
    """Return the tree below an element as plain values."""
    children = [described(child) for child in element if isinstance(child.tag, str)]
    return [element.tag, dict(element.attrib), element.text or "", element.tail or "", children]


def without_outer_space(root: ElementTree.Element) -> ElementTree.Element:
    """Remove the white space around head and body, and at the end of the body: it prints nothing."""
    head, body = root
    root.text = head.tail = body.tail = None
    body[-1].tail = (body[-1].tail or "").rstrip()
    return root


@pytest.mark.parametrize("name", DOCUMENTS)
def test_lxml_reads_our_documents_as_tinyhtml5_does(name, documents):
    expected = tinyhtml5.parse(documents[name], namespace_html_elements=False)
    assert described(without_outer_space(parse(documents[name]))) == described(without_outer_space(expected))


def test_equal_drawings_are_drawn_once_for_each_size(monkeypatch):
    drawn = []
    monkeypatch.setattr(SVG, "draw", lambda self, *args, draw=SVG.draw: (drawn.append(args[1:3]), draw(self, *args)))
    symbol = "<svg viewBox='0 0 8 8' width='{0}' height='{0}'><path fill='#123' d='M0 0h8v8z'/></svg>"
    small, large = symbol.format(8), symbol.format(16)
    pdf.layout(f"<html lang='sv'><title>-</title><p>{(small + large) * 20}</p></html>")
    # The first drawing of all adds the state of the page's transparency, and the state before it is another.
    assert len(drawn) < 8
    assert set(drawn) == {(8, 8), (16, 16)}


def test_the_collector_pauses_until_the_last_layout_has_ended():
    assert gc.isenabled()
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_after_a_failed_layout():
    with pytest.raises(ZeroDivisionError), collector_paused():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_the_replaced_code_is_the_code_that_was_replaced():
    found = {code: hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[:16] for code in REPLACED}
    assert found == REPLACED
