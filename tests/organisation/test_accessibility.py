"""The accessibility statement: every item that the law prescribes, open to all, written by administrators."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from organisation.models import AccessibilityStatement
from organisation.roles import ADMINISTRATOR, REVIEWER, SECRETARY
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db

URL = "/tillganglighet/"
ADD = "/admin/organisation/accessibilitystatement/add/"


def statement(**values) -> AccessibilityStatement:
    return AccessibilityStatement(
        **{
            "site_name": "Program och uppföljning",
            "compliance": "partial",
            "shortcomings": "Bifogade filer kan sakna taggar, eftersom andra har gjort dem.",
            "method": "Egen granskning.",
            "contact_email": "webben@example.com",
            "contact_phone": "08-535 300 00",
            "supervisor": "Myndigheten för digital förvaltning",
            "complaint_url": "https://www.example.com/anmal",
            "published_on": date(2021, 1, 4),
            "assessed_on": date(2021, 2, 17),
            "updated_on": date(2021, 5, 5),
            **values,
        }
    )


def test_every_prescribed_item_is_read_without_login():
    statement().save()
    html = html_of(Client().get(URL))
    for item in (
        "Huddinge kommun står bakom webbplatsen Program och uppföljning.",
        "<strong>delvis förenlig</strong> med lagen om tillgänglighet till digital offentlig service",
        "Bifogade filer kan sakna taggar",
        "Egen granskning.",
        "bedömningen gjordes den 17 februari 2021",
        "uppdaterades senast den 5 maj 2021",
        'href="mailto:webben@example.com"',
        "08-535 300 00",
        'href="https://www.example.com/anmal"',
    ):
        assert item in html


def test_the_page_without_a_statement():
    html = html_of(Client().get(URL))
    assert "har inte publicerat någon tillgänglighetsredogörelse" in html


def test_pages_link_to_the_statement():
    assert f'href="{URL}"' in html_of(Client().get("/logga-in/"))


def test_partial_compliance_names_what_is_not_accessible():
    with pytest.raises(ValidationError, match="skriv vilket innehåll som inte är tillgängligt"):
        statement(shortcomings="").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        statement(shortcomings="").save()


def test_there_is_one_statement_at_most():
    statement().save()
    statement(site_name="Nytt namn").save()
    assert AccessibilityStatement.objects.get().site_name == "Nytt namn"


@pytest.mark.parametrize(("role", "status"), [(ADMINISTRATOR, 200), (REVIEWER, 403), (SECRETARY, 403), (None, 302)])
def test_only_administrators_write_the_statement(role, status):
    assert client_of(make_user("person", role=role)).get(ADD).status_code == status


EDIT = "/administration/tillganglighet/"
SENT = {
    "site_name": "Program och uppföljning",
    "act": "lagen",
    "compliance": "full",
    "method": "Egen granskning.",
    "contact_email": "webben@example.com",
    "supervisor": "Digg",
    "complaint_url": "example.com/anmal",
    "published_on": "2021-01-04",
    "assessed_on": "2021-02-17",
    "updated_on": "2021-05-05",
}


def test_an_administrator_writes_the_statement_on_its_page():
    administrator = make_user("anders", role=ADMINISTRATOR)
    client = client_of(administrator)
    assert "Ändra redogörelsen" in html_of(client.get(URL))
    assert "Ändra redogörelsen" not in html_of(Client().get(URL))
    assert client.post(EDIT, SENT).url == URL
    written = AccessibilityStatement.objects.get()
    assert (written.complaint_url, written.history.get().history_user) == ("https://example.com/anmal", administrator)
    refused = client.post(EDIT, SENT | {"compliance": "partial"})
    assert (refused.status_code, "Delvis förenlig: skriv vilket innehåll" in html_of(refused)) == (422, True)
    assert client.post(EDIT, SENT | {"site_name": "Nytt namn"}).status_code == 302
    assert AccessibilityStatement.objects.get().site_name == "Nytt namn"
