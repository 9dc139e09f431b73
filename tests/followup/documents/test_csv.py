"""The report as CSV, read again with Python's own reader."""

import csv as python_csv
import io

import pytest

from followup.documents.report import csv
from tests.followup.documents.conftest import FORMULA, LONG, MENDED, WORD


def read(report):
    return list(python_csv.DictReader(io.StringIO(csv.render(report).decode("utf-8-sig"), newline=""), delimiter=";"))


def test_as_swedish_excel_reads_it(report):
    content = csv.render(report)
    assert content.startswith(b"\xef\xbb\xbfTyp;Program;\xc3\x85r;")
    assert content.endswith(b"\r\n")
    assert content.split(b"\r\n")[0].decode("utf-8-sig").split(";") == list(csv.COLUMNS)


def test_a_row_for_each_goal_and_each_measure(report):
    rows = read(report)
    goals = [row for row in rows if row["Typ"] == "Mål"]
    measures = [row for row in rows if row["Typ"] == "Åtgärd"]
    assert len(rows) == len(goals) + len(measures)
    for row, goal in zip(goals, report.sub_goals, strict=True):
        assert (row["Område nr"], row["Mål nr"], row["Åtgärd nr"]) == (str(goal.area), str(goal.number), "")
        assert (row["Text"], row["Bedömning"], row["Prognos"]) == (goal.text, goal.assessment.word, goal.forecast.word)
        assert (row["Program"], row["År"], row["Genomförande"]) == (report.programme, "2020", "")
    for row, measure in zip(measures, report.measures, strict=True):
        assert ".".join([row["Område nr"], row["Mål nr"], row["Åtgärd nr"]]) == measure.code
        assert (row["Text"], row["Genomförande"], row["Bedömning"]) == (measure.text, measure.progress.word, "")
        assert (row["Ansvar"], row["Första år"]) == (measure.responsible, str(measure.first_year))


def test_a_programme_with_nothing_is_its_header(empty):
    assert read(empty) == []
    assert csv.render(empty).decode("utf-8-sig") == ";".join(csv.COLUMNS) + "\r\n"


def test_the_extreme_is_whole_and_no_formula(extreme):
    goal, measure = read(extreme)[:2]
    assert goal["Text"] == f"{WORD} {MENDED}"
    assert goal["Kommentar"] == LONG
    assert (goal["Program"], goal["Område"]) == (f"'{FORMULA}", "'-2+3")
    assert (measure["Text"], measure["Kommentar"]) == (f"'{FORMULA}", MENDED)
    assert (measure["Ansvar"], measure["Skäl till avbrott"]) == ("'+46, @SUM(A1)", "'\t=1+1")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_a_spreadsheet_would_compute_begins_with_an_apostrophe(sign):
    assert csv.escape_formula(f"{sign}1").startswith("'")


@pytest.mark.parametrize("text", ["", "1", "Åtgärd = mål", "'redan", " = 1"])
def test_other_texts_are_as_they_were(text):
    assert csv.escape_formula(text) == text
