"""Every format is rendered with the characters that trip layout engines, next to spaces, as stored by release 0.2."""

import io
import sys
import unicodedata
from dataclasses import replace

import pytest
from pypdf import PdfReader

from followup.documents.formats import FORMATS
from followup.documents.minutes import docx as minutes_docx
from followup.documents.minutes import pdf as minutes_pdf
from followup.documents.minutes import text as minutes_text
from followup.documents.minutes.extract import MinutesExtract
from followup.report.building import build_report
from tests.factories import answer_all, make_area, make_goal, make_measure, make_programme, make_unit, open_year

# Spaces, separators, controls, format characters, surrogates, and some of the unassigned and private ones.
ODD = [
    chr(code)
    for code in (*range(0x3000), *range(0xD7FF, 0xE010), *range(0xF000, 0x10000), *range(0x1D173, 0x1D17B), 0xE0001)
    if unicodedata.category(chr(code)) in ("Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn")
]
ODD = [*ODD[:400], *ODD[400::40], chr(sys.maxunicode)]
# Each after, before and between spaces, after another of its kind, at the ends and within a word.
TEXTS = {
    "after a space": "".join(f"ord {odd}ord" for odd in ODD),
    "between spaces": "".join(f"ord {odd} {odd}{odd} " for odd in ODD),
    "within a word": "ord".join(ODD),
    "alone": "".join(ODD),
    "a table and a list": "Nr\tNamn\n1\tÅsa\n\uf0b7 ett\n\uf0a7\ttvå\n👍 🇸🇪 👩\u200d👩\u200d👧 e\u0301 \u202ebakvänt",
}


@pytest.fixture
def report(db):
    programme = make_programme()
    goal = make_goal(make_area(programme), units=[make_unit()])
    make_measure(goal)
    follow_up = open_year(programme)
    answer_all(follow_up)
    return build_report(follow_up)


def with_text(report, text):
    """Put the text in a comment, in names and in titles."""
    area = report.areas[0]
    goal = area.sub_goals[0]
    measure = replace(goal.measures[0], done=text, text=text, units=(text,))
    goal = replace(goal, comment=text, text=text, units=(text,), measures=(measure,))
    area = replace(area, name=text, summary=text, sub_goals=(goal,))
    return replace(report, programme=text, summary=text, overarching_goal=text, municipality=text, areas=(area,))


@pytest.mark.parametrize("place", TEXTS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_report_is_rendered_whatever_its_texts_hold(report, suffix, place):
    assert FORMATS[suffix].render(with_text(report, TEXTS[place]))


@pytest.mark.parametrize("place", TEXTS)
def test_the_minutes_extract_is_rendered_whatever_its_texts_hold(place):
    text = TEXTS[place]
    extract = MinutesExtract(
        municipality=text,
        body=text,
        meeting_date=None,
        paragraph=text,
        registration_number=text,
        year=2022,
        title=text,
        decision=text,
        summary=text,
        speakers=(text,),
        deliberation=text,
        propositions=text,
        notes=(),
        recipients=text,
    )
    assert minutes_pdf.render(extract)
    assert minutes_docx.render(extract)
    assert minutes_text.render(extract)


def test_line_breaks_and_cells_of_a_pasted_table_are_kept_apart(report):
    text = "Nr\tNamn\u2028Två\x0bTre \u2029Fyra"
    pages = PdfReader(io.BytesIO(FORMATS["pdf"].render(replace(report, summary=text)))).pages
    lines = "\n".join(page.extract_text() for page in pages).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Nr"))
    assert [line.split() for line in lines[start : start + 4]] == [["Nr", "Namn"], ["Två"], ["Tre"], ["Fyra"]]
