"""Help for each role, and the introduction that a new user can dismiss."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from organisation.views import HELP
from tests.fixtures import client_of, make_user
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("topic", HELP)
def test_help_is_open_to_everybody_and_its_pictures_exist(topic):
    html = html_of(Client().get(f"/hjalp/{topic}/"))
    assert f"<h1>{HELP[topic]}</h1>" in html
    pictures = re.findall(r'<img src="/static/([^"]+)"', html)
    assert bool(pictures) == (topic != "administrator")
    assert [name for name in pictures if finders.find(name) is None] == []


def test_the_introduction_is_shown_until_it_is_dismissed():
    anna, olle = client_of(make_user("anna")), client_of(make_user("olle"))
    assert "Välkommen, Anna" in html_of(anna.get("/"))
    assert anna.post("/introduktion/").url == "/"
    assert "Välkommen" not in html_of(anna.get("/"))
    assert "Välkommen, Olle" in html_of(olle.get("/"))
    assert "Välkommen" not in html_of(olle.get("/enheter/"))
