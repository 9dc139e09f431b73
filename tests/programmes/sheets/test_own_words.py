"""Workbooks in the words of a programme."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from programmes.sheets.own_words import in_words_of, understanding
from programmes.sheets.recognition import find_exact_column
from programmes.sheets.schema import SHEETS
from programmes.sheets.writing import programme_workbook
from programmes.shipped_frameworks import CLIMATE_FRAMEWORK, MINIMAL_FRAMEWORK, SHIPPED, STANDARD_FRAMEWORK
from programmes.terms import Term

EMPTY = {"units": [], "perspectives": [], "areas": [], "guidelines": [], "programme": {"title": "Plan"}}


def titles(terms) -> dict[str, list[str]]:
    return {
        sheet.key: [sheet.title, *(column.title for column in sheet.columns)] for sheet in in_words_of(terms, SHEETS)
    }


def test_the_standard_words_are_the_titles_of_the_schema():
    written = in_words_of(STANDARD_FRAMEWORK.terms, SHEETS)
    assert [(s.title, [c.title for c in s.columns]) for s in written] == [
        (s.title, [c.title for c in s.columns]) for s in SHEETS
    ]


def test_a_programme_has_its_own_titles():
    named = titles(CLIMATE_FRAMEWORK.terms)
    assert named["areas"][0] == "Fokusområden"
    assert named["measures"][0] == "Insatser"
    assert "Insats" in named["measures"]
    assert "Vision" in named["programme"]


@pytest.mark.parametrize("framework", [CLIMATE_FRAMEWORK, MINIMAL_FRAMEWORK], ids=lambda shipped: shipped.slug)
def test_no_other_word_is_written(framework):
    workbook = load_workbook(io.BytesIO(programme_workbook(EMPTY, framework.terms)))
    texts = [str(cell.value or "") for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert [
        text for text in [*workbook.sheetnames, *texts] if "åtgärd" in text.lower() or "ansvarsområd" in text.lower()
    ] == []


WORDS = st.text(st.characters(categories=["Ll", "Lu", "Nd", "Zs", "Po"]), min_size=1, max_size=60)


@settings(deadline=None, max_examples=50)
@given(WORDS, WORDS)
def test_columns_are_found_by_their_written_titles_whatever_the_words(singular, plural):
    """Also for words that Excel refuses, or that mean something else in a workbook."""
    odd = Term(singular, f"{singular}en", plural, f"{plural}na", "en")
    terms = replace(STANDARD_FRAMEWORK.terms, measure=odd, area=replace(odd, singular=f"{singular}del"))
    read = {sheet.key: sheet for sheet in understanding([terms], SHEETS)}
    for sheet in in_words_of(terms, SHEETS):
        for column in sheet.columns:
            found = find_exact_column(read[sheet.key], column.title)
            assert found is None or column.yearly or found.key == column.key, (sheet.key, column.title)


def test_the_shipped_words_are_understood():
    read = {sheet.key: sheet for sheet in understanding([shipped.terms for shipped in SHIPPED], SHEETS)}
    assert find_exact_column(read["programme"], "Syfte").key == "overarching_goal"
    assert find_exact_column(read["measures"], "Aktivitet").key == "text"
