"""The API: what it answers to whom, and that it keeps to its own description."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from followup.models import ApiToken, DecidedReport, FollowUp
from followup.report.serialization import from_json, json_schema
from huddinge_safety.wsgi import site
from programmes.models import IndicatorTarget, IndicatorValue, Programme, SubGoal
from tests.fixtures import client_of, make_draft
from tests.followup.reading.test_dashboards import grow
from tests.pages import html_of

pytestmark = pytest.mark.django_db

API = "/api/v1/"
PROGRAMME = f"{API}programmes/huddinge-2018-2021"


def with_key(user) -> Client:
    _, secret = ApiToken.objects.issue(user, "Test")
    return Client(headers={"authorization": f"Bearer {secret}"})


def read(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The real WSGI application lets go of its connection to the database after a request; the test goes on with it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def described(reader, one_connection) -> Any:
    description = schemathesis.openapi.from_wsgi(f"{API}openapi.json", site)
    _, secret = ApiToken.objects.issue(reader, "Schemathesis")
    description.config.headers = {"Authorization": f"Bearer {secret}"}
    return description


KNOWN = {"slug": "huddinge-2018-2021", "year": 2020, "decision": 1}


def test_it_answers_as_it_is_described(described):
    """Whatever is asked, of what is there and of what is not: no fault of the server's, and each answer as its
    description says."""
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) == 10
    for operation in operations:
        assert 200 in statuses_of(operation)


def statuses_of(operation: Any) -> set[int]:
    seen = set()

    @given(case=operation.as_strategy())
    @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        seen.add(case.call_and_validate().status_code)
        case.path_parameters = {name: KNOWN[name] for name in case.path_parameters}
        seen.add(case.call_and_validate().status_code)

    ask()
    return seen


def test_programmes_and_years(reader, huddinge):
    client = client_of(reader)
    [programme] = read(client, f"{API}programmes")["items"]
    assert programme == read(client, PROGRAMME)
    assert (programme["slug"], programme["first_year"], programme["state"]) == ("huddinge-2018-2021", 2018, "active")
    years = read(client, f"{PROGRAMME}/years")["items"]
    assert [(year["year"], year["state"]) for year in years] == [
        (2018, "decided"),
        (2019, "decided"),
        (2020, "decided"),
        (2021, "open"),
    ]
    assert years[2] == read(client, f"{PROGRAMME}/years/2020")


def test_goals_measures_and_indicators(reader, huddinge):
    client = with_key(reader)
    goals = read(client, f"{PROGRAMME}/goals?area=2")["items"]
    assert [goal["code"] for goal in goals] == [f"2.{number}" for number in range(1, len(goals) + 1)]
    assert {goal["area_name"] for goal in goals} == {"Skydd mot olyckor"}
    [measure, *_] = read(client, f"{PROGRAMME}/measures")["items"]
    assert (measure["code"], measure["goal"]) == ("1.1.1", "1.1")
    assert [unit["slug"] for unit in measure["units"]] == ["huge-fastigheter", "kommunstyrelsen"]
    outcome = IndicatorValue.objects.get(indicator__sub_goal__area__number=1, indicator__number=1, year=2020, value=67)
    IndicatorValue.objects.filter(pk=outcome.pk).update(women=61, assessment="on_the_way")
    IndicatorTarget.objects.create(indicator=outcome.indicator, year=2020, value=68)
    [indicator, *_] = read(client, f"{PROGRAMME}/indicators")["items"]
    assert (indicator["goal"], indicator["target"]) == ("1.1", 70)
    assert indicator["targets"] == [{"year": 2020, "value": 68}]
    assert indicator["outcomes"][-1] == {
        "year": 2020,
        "value": 67,
        "women": 61,
        "men": None,
        "assessment": "on_the_way",
        "kpi": "",
        "dated": None,
    }


def test_reports(reader, huddinge):
    client = with_key(reader)
    report = client.get(f"{PROGRAMME}/years/2021/report")
    Draft202012Validator(json_schema()).validate(report.json())
    assert from_json(report.content.decode()).year == 2021
    assert report["Link"] == '</program/rapport.schema.json>; rel="describedby"'
    decided = read(client, f"{API}reports")["items"]
    assert [(one["year"], one["decision"]) for one in decided] == [(2020, 1), (2019, 1), (2018, 1)]
    stored = DecidedReport.objects.get(decision__follow_up__year=2020)
    assert decided[0]["sha256"] == stored.sha256
    assert client.get(decided[0]["report"]).content == stored.json.encode()


def test_a_list_comes_a_page_at_a_time(reader, huddinge):
    client = with_key(reader)
    page = read(client, f"{PROGRAMME}/goals?per_page=10")
    codes = [goal["code"] for goal in page["items"]]
    while page["next"]:
        assert len(page["items"]) == 10
        page = read(client, page["next"])
        codes += [goal["code"] for goal in page["items"]]
    assert (len(codes), len(set(codes)), page["count"]) == (24, 24, 24)


def test_what_is_unchanged_is_not_sent_again(reader, huddinge):
    client = with_key(reader)
    first = client.get(PROGRAMME)
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(PROGRAMME, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    Programme.objects.update(title="Ett annat namn")
    assert client.get(PROGRAMME, headers={"if-none-match": first["ETag"]}).json()["title"] == "Ett annat namn"


@pytest.mark.parametrize(
    "address",
    [
        f"{API}programmes",
        f"{PROGRAMME}/years/2021/report",
        f"{PROGRAMME}/indicators?per_page=5",
        f"{API}reports/huddinge-2018-2021/2020/1",
    ],
)
def test_what_is_unchanged_is_not_put_together_again(address, reader, reviewer, huddinge, django_assert_num_queries):
    """The key and the count of changes are all that is looked up."""
    client = with_key(reader)
    known = {"if-none-match": client.get(address)["ETag"]}
    with django_assert_num_queries(2):
        assert client.get(address, headers=known).status_code == 304
    assert with_key(reviewer).get(address, headers=known).status_code == 200  # who may see more
    assert Client(headers=known).get(address).status_code == 401
    SubGoal.objects.filter(area__number=1, number=1).update(text="En annan lydelse.")
    assert client.get(address, headers=known).status_code == 200


def test_another_page_and_another_filter_are_other_answers(reader, huddinge):
    client = with_key(reader)
    tags = {client.get(f"{PROGRAMME}/goals{query}")["ETag"] for query in ("", "?page=2", "?per_page=5", "?area=1")}
    assert len(tags) == 4


@pytest.mark.parametrize(
    ("address", "status", "detail"),
    [
        (f"{API}programmes/finns-inte", 404, "Det finns inget program med den adressen."),
        (f"{PROGRAMME}/years/2030", 404, "Programmet gäller 2018–2021, så det finns ingen uppföljning för 2030."),
        (f"{PROGRAMME}/years/i-fjol", 422, "Frågan kan inte besvaras. Fel värde för: year."),
        (f"{PROGRAMME}/goals?page=0&per_page=9999", 422, "Frågan kan inte besvaras. Fel värde för: page, per_page."),
        (f"{API}reports/huddinge-2018-2021/2021/1", 404, "Det finns ingen beslutad rapport 1 om 2021."),
    ],
)
def test_what_is_not_there_or_not_understood_is_said(address, status, detail, reader, huddinge):
    response = with_key(reader).get(address)
    assert (response.status_code, response.json()) == (status, {"detail": detail})


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer uppfoljning_gissad"}])
def test_a_stranger_is_answered_in_json(headers, huddinge):
    response = Client(headers=headers).get(PROGRAMME)
    assert (response.status_code, response["Content-Type"]) == (401, "application/json; charset=utf-8")
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["detail"].startswith("Logga in, eller sänd en giltig nyckel")


def test_nothing_can_be_changed(reviewer, huddinge):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(with_key(reviewer), method)(PROGRAMME).status_code == 405


def test_drafts_and_planned_years_are_for_those_who_see_them_on_the_pages(reader, reviewer, huddinge):
    FollowUp.objects.filter(year=2021).update(state="planned")
    assert with_key(reader).get(f"{PROGRAMME}/years/2021").status_code == 404
    assert with_key(reviewer).get(f"{PROGRAMME}/years/2021").status_code == 200
    make_draft(Programme.objects.get())
    for address in (PROGRAMME, f"{PROGRAMME}/goals", f"{API}reports/huddinge-2018-2021/2020/1"):
        assert with_key(reader).get(address).status_code == 404
        assert with_key(reviewer).get(address).status_code == 200
    assert read(with_key(reader), f"{API}reports")["count"] == 0


def test_a_key_is_shown_once_and_stored_as_a_digest_alone(reader):
    client = client_of(reader)
    html = client.post(
        "/api-nycklar/", {"name": "Statistikprogrammet", "expires_on": timezone.localdate()}
    ).content.decode()
    secret = html.split("<code>")[1].split("</code>")[0]
    token = ApiToken.objects.get()
    assert secret not in json.dumps(ApiToken.objects.values_list("digest", "name")[0])
    assert secret not in client.get("/api-nycklar/").content.decode()
    assert Client(headers={"authorization": f"Bearer {secret}"}).get(f"{API}programmes").status_code == 200
    token.refresh_from_db()
    assert token.last_used_on == timezone.localdate()


def test_a_key_is_taken_back_by_its_person_or_an_administrator(reader, official, administrator):
    for user, status in ((official, 404), (reader, 302), (administrator, 302)):
        token, secret = ApiToken.objects.issue(reader, "Test")
        response = client_of(user).post(f"/api-nycklar/{token.pk}/aterkalla/")
        opened = Client(headers={"authorization": f"Bearer {secret}"}).get(f"{API}programmes").status_code
        assert (response.status_code, opened) == (status, 200 if status == 404 else 401)


def opens(secret: str) -> bool:
    return Client(headers={"authorization": f"Bearer {secret}"}).get(f"{API}programmes").status_code == 200


def test_a_key_ends_on_its_last_day(reader):
    _, secret = ApiToken.objects.issue(reader, "Test", timezone.localdate())
    assert opens(secret)
    ApiToken.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert not opens(secret)
    assert "Har gått ut" in html_of(client_of(reader).get("/api-nycklar/"))


def test_a_key_ends_with_a_changed_password(reader):
    reader.set_password("en-lång-lösenfras")
    reader.save()
    _, secret = ApiToken.objects.issue(reader, "Test")
    assert opens(secret)
    reader.set_password("en-annan-lång-fras")
    reader.save()
    assert not opens(secret)
    assert "Upphörde när lösenordet byttes" in html_of(client_of(reader).get("/api-nycklar/"))
    assert opens(ApiToken.objects.issue(reader, "Ny")[1])


@pytest.mark.parametrize(("days", "is_accepted"), [(-1, False), (0, True), (365, True), (366, False)])
def test_a_key_is_for_a_year_at_most(days, is_accepted, reader):
    last_day = timezone.localdate() + timedelta(days=days)
    page = client_of(reader).post("/api-nycklar/", {"name": "Test", "expires_on": last_day.isoformat()})
    assert page.status_code == (200 if is_accepted else 422)
    assert ("Välj en dag från och med i dag till och med" in html_of(page)) is not is_accepted
    assert ApiToken.objects.exists() is is_accepted


def test_who_makes_a_key_proves_who_they_are_first(reader, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    reader.set_password("en-lång-lösenfras")
    reader.save()
    client = client_of(reader)
    assert client.get("/api-nycklar/").status_code == 200
    data = {"name": "Test", "expires_on": timezone.localdate().isoformat()}
    asked = client.post("/api-nycklar/", data)
    assert asked.url == "/logga-in/bekrafta/?next=%2Fapi-nycklar%2F"
    assert not ApiToken.objects.exists()
    client.post(asked.url, {"password": "fel"})
    assert not ApiToken.objects.exists()
    # What was filled in is carried out then.
    page = html_of(client.post(asked.url, {"password": "en-lång-lösenfras"}))
    assert "Nyckeln är skapad" in page
    assert opens(page.split("<code>")[1].split("</code>")[0])


def test_the_key_of_somebody_who_has_left_opens_nothing(reader, huddinge):
    client = with_key(reader)
    reader.is_active = False
    reader.save()
    assert client.get(PROGRAMME).status_code == 401


def test_the_page_tells_of_every_address_without_scripts(reader):
    html = client_of(reader).get("/api/").content.decode()
    paths = Client().get(f"{API}openapi.json").json()["paths"]
    assert len(paths) == 10
    assert all(path in html for path in paths)
    assert html.count("<script") == client_of(reader).get("/").content.decode().count("<script")


@pytest.mark.parametrize("what", ["goals", "measures", "indicators"])
def test_a_long_list_takes_as_many_queries_as_a_short_one(what, reader, open_year, django_assert_num_queries):
    client = client_of(reader)
    address = f"{PROGRAMME}/{what}?per_page=500"
    read(client, address)
    with CaptureQueriesContext(connection) as few:
        read(client, address)
    grow(open_year)
    with django_assert_num_queries(len(few)):
        read(client, address)
