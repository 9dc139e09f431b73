"""The report's page and files: formats, file names and the reader's selection."""

import csv
import io
import json
from urllib.parse import urlencode

import docx
import jsonschema
import openpyxl
import pytest

from followup.documents.formats import FORMATS
from followup.documents.report import html
from followup.models import FollowUp
from followup.report.building import build_report
from followup.report.selection import select
from followup.report.serialization import from_json
from tests.fixtures import PROGRAMME, client_of
from tests.pages import html_of

REPORT = f"{PROGRAMME}2020/rapport"
# An undecided year: its report is built from the entries.
DRAFT = f"{PROGRAMME}2021/rapport"


def rows_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix != "pdf"])
def test_every_format_has_its_type_and_name(suffix, official):
    response = client_of(official).get(f"{REPORT}.{suffix}")
    assert response.status_code == 200
    assert response["Content-Type"] == FORMATS[suffix].content_type
    name = f"uppfoljning-huddinge-2018-2021-2020.{suffix}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Cache-Control"] == "private, no-cache"


def test_the_files_are_what_they_say(official):
    client = client_of(official)
    value = build_report(FollowUp.objects.select_related("programme").get(year=2021))
    assert docx.Document(io.BytesIO(client.get(f"{DRAFT}.docx").content)).core_properties.title == value.title
    assert openpyxl.load_workbook(io.BytesIO(client.get(f"{DRAFT}.xlsx").content)).sheetnames[0] == "Om rapporten"
    assert len(rows_of(client.get(f"{DRAFT}.csv"))) == len(value.sub_goals) + len(value.measures)
    assert from_json(client.get(f"{DRAFT}.json").content.decode()) == value
    assert client.get(f"{DRAFT}.html").content.decode() == html.render(value)


def test_an_unknown_format_is_answered_in_words(official):
    response = client_of(official).get(f"{REPORT}.xyz")
    assert response.status_code == 404
    text = html_of(response)
    assert "Rapporten finns inte som .xyz. De format som finns är .pdf, .docx, .xlsx, .csv, .json, .html." in text


def test_anybody_can_have_the_schema_and_the_json_names_it(official):
    response = client_of(official).get(f"{REPORT}.json")
    assert response["Link"] == '</program/rapport.schema.json>; rel="describedby"'
    schema = client_of(None).get("/program/rapport.schema.json")
    assert schema["Content-Type"] == "application/json"
    jsonschema.validate(json.loads(response.content), json.loads(schema.content))


def test_the_page_offers_every_format(official):
    text = html_of(client_of(official).get(f"{REPORT}/"))
    for suffix, kind in FORMATS.items():
        assert f'<a href="{REPORT}.{suffix}">{kind.name}</a>' in text


def test_the_choice_goes_along_to_the_files(official):
    choice = urlencode({"urval": "enhet-Socialnämnden", "atgarder": "utan", "jamfor": "2018"})
    response = client_of(official).get(f"{REPORT}/?{choice}")
    text = html_of(response)
    assert f'href="{REPORT}.docx?{choice.replace("&", "&amp;")}"' in text
    assert "<strong>Socialnämnden, utan åtgärder, förändrat sedan 2018</strong>" in text
    assert '<option value="enhet-Socialnämnden" selected>' in text


def test_a_choice_of_nothing_is_the_whole_report(official):
    response = client_of(official).get(f"{REPORT}/?urval=&atgarder=&jamfor=")
    assert response.context["report"].selection == ""
    assert f'href="{REPORT}.docx"' in html_of(response)
    assert "Visa hela rapporten" not in html_of(response)


@pytest.mark.parametrize(
    ("choice", "options"),
    [
        ({"urval": "omrade-2"}, {"area": 2}),
        ({"urval": "enhet-Socialnämnden"}, {"unit": "Socialnämnden"}),
        ({"atgarder": "utan"}, {"measures": False}),
        ({"jamfor": "2018"}, {"earlier_year": 2018}),
        (
            {"urval": "omrade-2", "jamfor": "2018", "atgarder": "utan"},
            {"area": 2, "earlier_year": 2018, "measures": False},
        ),
    ],
)
def test_page_and_json_show_what_is_chosen(choice, options, official):
    value = select(build_report(FollowUp.objects.select_related("programme").get(year=2021)), **options)
    client = client_of(official)
    assert client.get(f"{DRAFT}/", choice).context["report"] == value
    assert from_json(client.get(f"{DRAFT}.json", choice).content.decode()) == value


def test_the_files_name_says_what_was_chosen(official):
    choice = {"urval": "omrade-2", "jamfor": "2018", "atgarder": "utan"}
    response = client_of(official).get(f"{REPORT}.csv", choice)
    name = "uppfoljning-huddinge-2018-2021-2020-omrade-2-utan-atgarder-sedan-2018.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert {row["Område nr"] for row in rows_of(response)} == {"2"}
    assert {row["Typ"] for row in rows_of(response)} == {"Mål"}


@pytest.mark.parametrize("address", [f"{REPORT}/", f"{REPORT}.docx", f"{REPORT}.pdf"])
@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"urval": "omrade-9"}, "Rapporten har ingen del som heter ”omrade-9”."),
        ({"urval": "enhet-"}, "Rapporten har ingen del som heter ”enhet-”."),
        ({"urval": "<script>"}, "Rapporten har ingen del som heter ”&lt;script&gt;”."),
        ({"urval": "a\x00"}, "”a"),
        ({"jamfor": "2020"}, "Rapporten kan inte jämföras med ”2020”."),
        ({"jamfor": "1999"}, "Rapporten kan inte jämföras med ”1999”."),
        ({"atgarder": "kanske"}, "Åtgärder kan visas eller utelämnas (”utan”), inte ”kanske”."),
    ],
)
def test_what_the_report_has_not_is_answered_in_words(address, choice, words, official):
    response = client_of(official).get(address, choice)
    assert response.status_code == 404
    assert words in html_of(response)


def test_a_part_as_pdf_is_its_own_file(official):
    whole = client_of(official).get(f"{DRAFT}.pdf")
    part = client_of(official).get(f"{DRAFT}.pdf?urval=omrade-2")
    assert (whole.status_code, part.status_code) == (202, 202)
    assert whole.context["rendering"] != part.context["rendering"]
    assert part["Refresh"].endswith("?urval=omrade-2")
