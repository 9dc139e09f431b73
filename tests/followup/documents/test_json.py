"""The report as JSON and its schema, checked by jsonschema."""

import json as python_json
from dataclasses import replace

import jsonschema
import pytest

from followup.documents.report import json
from followup.report.report import SCHEMA
from followup.report.selection import compared_with, of_unit
from followup.report.serialization import from_json, json_schema


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("name", ["report", "empty", "extreme"])
def test_the_schema_describes_every_report(validator, name, request):
    content = json.render(request.getfixturevalue(name))
    assert list(validator.iter_errors(python_json.loads(content))) == []


def test_the_schema_describes_a_part_and_a_comparison(validator, report):
    content = json.render(compared_with(of_unit(report, "Socialnämnden"), 2018))
    assert list(validator.iter_errors(python_json.loads(content))) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("year"), "'year' is a required property"),
        (lambda data: data.update(year="2020"), "'2020' is not of type 'integer'"),
        (lambda data: data.update(schema=999), f"{SCHEMA} was expected"),
        (lambda data: data.update(report_date="i går"), "'i går' is not valid under any of the given schemas"),
        (lambda data: data.update(extra=1), "Additional properties are not allowed ('extra' was unexpected)"),
        (lambda data: data["areas"][0].update(number=None), "None is not of type 'integer'"),
    ],
)
def test_the_schema_refuses_what_is_no_report(validator, report, change, message):
    data = python_json.loads(json.render(report))
    change(data)
    assert [error.message for error in validator.iter_errors(data)] == [message]


@pytest.mark.parametrize("name", ["report", "empty", "extreme"])
def test_what_is_read_back_is_the_same_report(name, request):
    report = request.getfixturevalue(name)
    assert from_json(json.render(report).decode()) == report


def test_a_broken_character_is_escaped(report):
    content = json.render(replace(report, summary="\ud800\x00"))
    assert b'"summary":"\\ud800\\u0000"' in content


def test_the_schema_tells_what_the_parts_are():
    schema = json_schema()
    definitions = schema["$defs"]
    assert (
        definitions["YearStatus"]["description"]
        == "Assessment and forecast of a goal in one year: a cell of the matrix."
    )
    assert "description" not in definitions["AreaStatus"]
    assert schema["properties"]["areas"] == {"type": "array", "items": {"$ref": "#/$defs/AreaStatus"}}
    assert schema["properties"]["report_date"] == {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("year"), "year\n  Field required"),
        (lambda data: data.update(year="i år"), "year\n  Input should be a valid integer"),
        (lambda data: data.update(schema=999), "Rapporten har schemaversion 999"),
        (lambda data: data.pop("schema"), "Rapporten har schemaversion None"),
        (lambda data: data.update(report_date="i går"), "report_date\n  Input should be a valid date"),
        (lambda data: data.update(extra=1), "extra\n  Unexpected keyword argument"),
        (lambda data: data["areas"][0].update(number=None), r"areas\.0\.number\n  Input should be a valid integer"),
        (lambda data: data["areas"][0].update(extra=1), r"areas\.0\.extra\n  Unexpected keyword argument"),
        (lambda data: data["areas"][0]["assessment"].update(extra=1), r"areas\.0\.assessment\.extra\n"),
        (lambda data: data.update(areas={}), "areas\n  Input should be a valid tuple"),
    ],
)
def test_another_form_is_not_read(report, change, message):
    data = python_json.loads(json.render(report))
    change(data)
    with pytest.raises(ValueError, match=message):
        from_json(python_json.dumps(data))


@pytest.mark.parametrize(
    "text", ['{"schema": 1}', '{"schema": 2, "areas": null}', '{"schema": [1]}', '{"schema": true}']
)
def test_an_earlier_version_in_another_form_is_not_read(text):
    with pytest.raises(ValueError, match="schemaversion"):
        from_json(text)


def test_a_list_is_no_report():
    with pytest.raises(ValueError, match="inte ett objekt"):
        from_json("[]")


def test_deep_nesting_is_not_read():
    with pytest.raises(ValueError, match="för många nivåer"):
        from_json('{"schema": 3, "areas": ' + "[" * 100_000)
