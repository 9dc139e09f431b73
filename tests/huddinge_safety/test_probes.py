"""What machines ask of the site, and what it answers when it cannot serve."""

import json
import logging

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.client import RequestFactory

from followup.documents.report import pdf
from followup.models import Rendering
from huddinge_safety.upgrading import unapplied_migrations
from huddinge_safety.wsgi import WaitForMigrations
from tests.fixtures import client_of
from tests.pages import html_of

TOKEN = "a-token-of-the-monitoring"
# Neither HTTPS nor a name of the site: as a load balancer asks.
PLAIN = {"HTTP_HOST": "10.0.0.7:8000"}


def test_alive_without_a_database():
    response = Client().get("/healthz", **PLAIN)
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready():
    response = Client().get("/readyz", **PLAIN)
    serving = {"status": "ok", "database": "ok", "writing": "ok", "space": "ok", "rendering": "ok"}
    operation = {"pdf_queue": "ok", "file_queue": "ok", "backup": "ok", "verification": "ok"}
    assert (response.status_code, response.json()) == (200, serving | operation)
    response = Client().get("/readyz?only=serving", **PLAIN)
    assert (response.status_code, response.json()) == (200, serving)


@pytest.mark.django_db
def test_not_ready_without_what_makes_pdfs(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "ok"
    assert "biblioteket Pango saknas" in response.json()["rendering"]


@pytest.mark.django_db
def test_not_ready_when_the_database_is_gone(monkeypatch, caplog):
    def gone(*args: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("huddinge_safety.readiness.unapplied_migrations", gone)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"].startswith("Databasen svarar inte.")
    assert response.json()["backup"] == "inte kontrollerat, eftersom databasen inte går att använda"
    assert response.json()["space"] == "ok"
    assert "connection refused" in caplog.text


@pytest.fixture
def behind(db) -> str:
    """A database that lacks the latest migration of `followup`; its name."""
    applied = [name for app, name in migrations() if app == "followup"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'followup' AND name = %s", [applied[-1]])
    return applied[-1]


def migrations() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY name")
        return cursor.fetchall()


def test_a_database_behind_says_what_to_do(behind):
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert f"1 migreringar saknas (followup.{behind} först). Kör: manage.py migrate" in response.json()["database"]
    assert unapplied_migrations() == [f"followup.{behind}"]


def ask(application, path: str) -> tuple[str, str]:
    """Status and body that a WSGI application answers with."""
    answered: list[str] = []
    body = application(RequestFactory().get(path).environ, lambda status, headers: answered.append(status))
    return answered[0], b"".join(body).decode()


def site(environ, start_response):
    start_response("200 OK", [])
    return [b"the site"]


def test_the_site_waits_for_the_migrations(behind, monkeypatch):
    # The test's connection holds its transaction.
    monkeypatch.setattr(connection, "close", lambda: None)
    application = WaitForMigrations(site)
    status, body = ask(application, "/program/")
    assert status == "503 Service Unavailable"
    assert "Kör: manage.py migrate" in body
    assert ask(application, "/healthz")[0] == "200 OK"
    call_command("migrate", "followup", fake=True, verbosity=0)
    assert ask(application, "/program/") == ("200 OK", "the site")
    # From then on nothing is looked up.
    monkeypatch.setattr("huddinge_safety.wsgi.database_problem", lambda: pytest.fail("looked again"))
    assert ask(application, "/program/") == ("200 OK", "the site")


def test_a_database_that_goes_away_is_503_and_not_500(official, monkeypatch):
    def gone(*args: object, **kwargs: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("followup.reading.unit_views.render", gone)
    client = client_of(official)
    client.raise_request_exception = False
    response = client.get("/enheter/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "Det du hade sparat finns kvar." in html_of(response)


def figures(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}


def test_figures_are_for_those_with_the_token(official, open_year, settings):
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    before = figures(Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode())
    client_of(official).get("/program/huddinge-2018-2021/2021/rapport.pdf")
    after = figures(Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, **PLAIN).content.decode())
    asked = 'huddinge_requests_total{method="GET",status="202",view="followup:report_file"}'
    assert after[asked] == before.get(asked, 0) + 1
    assert after['huddinge_renderings{state="waiting"}'] == Rendering.objects.waiting().count() == 1
    assert after["huddinge_mail_waiting"] == 0


@pytest.mark.django_db
def test_each_request_has_a_line_and_a_number(caplog):
    caplog.set_level(logging.INFO, "huddinge_safety")
    response = Client().get("/tillganglighet/?q=Anna", headers={"X-Request-ID": "from-the-proxy"})
    assert response["X-Request-ID"] == "from-the-proxy"
    facts = caplog.records[-1].facts
    assert 0 <= facts.pop("ms") < 60_000
    assert facts == {
        "method": "GET",
        "path": "/tillganglighet/",
        "view": "organisation:accessibility",
        "status": 200,
        "user": None,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "short", 'x" injected', "x" * 65])
def test_a_number_that_is_none_is_replaced(sent):
    number = Client().get("/tillganglighet/", headers={"X-Request-ID": sent})["X-Request-ID"]
    assert number != sent
    assert len(number) == 32


@pytest.mark.django_db
def test_a_link_that_opens_a_door_is_not_logged(caplog):
    caplog.set_level(logging.INFO, "huddinge_safety")
    Client().get("/utskick/hemlig-text/")
    assert caplog.records[-1].facts["path"] == "/utskick/…/"


def test_a_line_of_the_log_is_one_line_of_json():
    from huddinge_safety.logs import JsonFormatter, request_id

    token = request_id.set("n1")
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        record = logging.LogRecord("a", logging.ERROR, "", 0, "it\n%s", ("broke",), (ValueError, error, None))
    line = JsonFormatter().format(record)
    request_id.reset(token)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["level"], read["request"], read["message"]) == ("ERROR", "n1", "it\nbroke")
    assert "ValueError: first\nsecond" in read["exception"]


def test_a_page_says_which_version_runs(official, settings):
    client = client_of(official)
    assert f"Version {settings.VERSION} av" in html_of(client.get("/om/"))
    assert 'href="/om/"' in html_of(client.get("/enheter/"))
