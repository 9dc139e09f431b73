"""The declared fields of an answer: each of them reaches every place that reads or writes answers."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from docx import Document
from openpyxl import load_workbook

from followup.answers.forms import FORMS, answer_form
from followup.documents.report import csv, docx, html, xlsx
from followup.intake.workbook import GOAL_ANSWERS, MEASURE_ANSWERS
from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.publication.withholding import masked, withholdable_texts
from followup.report.building import build_report
from followup.report.report import Report
from tests.fixtures import client_of
from tests.pages import html_of

pytestmark = pytest.mark.django_db

MODELS = [SubGoalEntry, MeasureEntry]
TEXTS = [(model, name) for model in MODELS for name in model.text_names()]
ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"


def word(model, name: str) -> str:
    """A word that occurs nowhere else."""
    return f"ordet{model.__name__.lower()}{name.replace('_', '')}"


def answer_of(model, year: FollowUp):
    """The answer to goal 1.1, or to measure 1.1.1."""
    if model is SubGoalEntry:
        return year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)
    return year.measureentry_set.get(measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=1)


@pytest.fixture
def written(open_year) -> FollowUp:
    """The year with a word of its own in each declared text."""
    for model in MODELS:
        answer = answer_of(model, open_year)
        model.objects.filter(pk=answer.pk).update(**{name: word(model, name) for name in model.text_names()})
    return open_year


@pytest.fixture
def report(written) -> Report:
    return build_report(written)


def words_in(value: object) -> Iterator[str]:
    text = json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else value
    return (word(model, name) for model, name in TEXTS if word(model, name) in text)


ALL = [word(model, name) for model, name in TEXTS]


def test_every_editable_field_of_the_model_is_declared():
    for model in MODELS:
        kept = {"id", "follow_up", "sub_goal", "measure", "state", "version", "page_save", "is_example"}
        assert {field.name for field in model._meta.concrete_fields} - kept == set(model.field_names())


@pytest.mark.parametrize("model", MODELS)
def test_the_form_has_each_field(model):
    assert tuple(FORMS[model].base_fields) == (*model.field_names(), "version")


@pytest.mark.parametrize(("model", "sheet"), [(SubGoalEntry, GOAL_ANSWERS), (MeasureEntry, MEASURE_ANSWERS)])
def test_the_workbook_has_a_column_for_each_field(model, sheet):
    assert set(model.field_names()) <= {column.key for column in sheet.columns}


@pytest.mark.parametrize(("model", "name"), TEXTS)
def test_autosave_saves_and_history_and_unsaved_texts_show_each_text(model, name, official, open_year):
    answer = answer_of(model, open_year)
    prefix = answer_form(answer, None).prefix
    client = client_of(official)
    address = f"{ENTRY}autospara/" if model is SubGoalEntry else ENTRY.replace("1.1/", "1.1.1/autospara/")
    for version, text in enumerate(("Skrivet först.", "Skrivet här."), start=1):
        sent = {f"{prefix}-version": version, f"{prefix}-{name}": text}
        assert client.post(address, sent).status_code == 200
    assert getattr(answer_of(model, open_year), name) == "Skrivet här."
    history = html_of(client.get("/program/huddinge-2018-2021/2021/mal/1.1/historik/"))
    assert str(model._meta.get_field(name).verbose_name).capitalize() in history
    model.objects.filter(pk=answer.pk).update(state="submitted")
    refused = client.post(ENTRY, {f"{prefix}-version": 1, f"{prefix}-{name}": "Skrivet för sent."})
    assert refused.status_code == 409
    assert "Skrivet för sent." in html_of(refused)


@pytest.mark.parametrize(("model", "name"), TEXTS)
def test_search_finds_each_text(model, name, written, reader):
    tab = "mal" if model is SubGoalEntry else "atgarder"
    html_of_search = html_of(client_of(reader).get("/sok/", {"q": word(model, name), "visa": tab}))
    assert "1.1" in html_of_search


def test_the_report_and_its_files_have_each_text(report):
    assert list(words_in(asdict(report))) == ALL
    assert list(words_in(csv.render(report).decode("utf-8-sig"))) == ALL
    assert list(words_in(html.render(report))) == ALL
    document = Document(io.BytesIO(docx.render(report)))
    assert list(words_in("\n".join(paragraph.text for paragraph in document.paragraphs))) == ALL
    book = load_workbook(io.BytesIO(xlsx.render(report)))
    cells = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert list(words_in(cells)) == ALL


def test_secrecy_shows_and_hides_each_text(report):
    assert list(words_in("\n".join(place.text for place in withholdable_texts(report)))) == ALL
    hidden = masked(report, {place.key: "18 kap. 13 §" for place in withholdable_texts(report)})
    assert list(words_in(asdict(hidden))) == []
