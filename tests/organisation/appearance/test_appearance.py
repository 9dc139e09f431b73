"""The municipality's accent colour and logotype: accepted and refused ones, and their effect on pages."""

import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from organisation.appearance.logotype import PNG, aspect_ratio, sanitise
from organisation.colours import (
    contrast,
    dark_page_colours,
    is_legible,
    light_page_colours,
    mix,
    nearest_legible,
)
from organisation.models import Appearance
from organisation.roles import ADMINISTRATOR, REVIEWER, SECRETARY
from tests.fixtures import client_of, make_user
from tests.pages import html_of

ADD = "/admin/organisation/appearance/add/"
CSS = "/utseende.css"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 30 10">{}</svg>'
DRAWING = SVG.format('<style>.a{fill:url(#g)}</style><path class="a" d="M0 0h9v9z"/>').encode()


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def png(*extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", 40, 20, 8, 2, 0, 0, 0)
    return (
        PNG
        + chunk(b"IHDR", header)
        + b"".join(extra)
        + chunk(b"IDAT", zlib.compress(b"\0" * 2420))
        + chunk(b"IEND", b"")
    )


def test_contrast_as_in_wcag():
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert contrast("#123456", "#123456") == 1


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_has_a_legible_shade_in_light_and_dark(number):
    accent = nearest_legible(f"#{number:06x}")
    light, dark = light_page_colours(accent), dark_page_colours(accent)
    assert contrast(light["accent"], light["accent-soft"]) >= 4.5
    assert contrast(light["link"], "#f4f6f8") >= 4.5
    assert contrast("#ffffff", light["accent-strong"]) >= 4.5
    assert contrast(dark["accent"], dark["accent-soft"]) >= 7
    assert contrast(dark["accent"], "#1c232b") >= 4.5
    assert contrast("#0d1a24", dark["accent"]) >= 4.5
    assert contrast("#e6eaee", dark["accent-soft"]) >= 4.5


def test_a_legible_accent_is_not_changed():
    assert nearest_legible("#12405c") == "#12405c"
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert not is_legible("#ffcc00")


def test_a_drawing_keeps_its_shapes_and_loses_its_metadata():
    editor = '<metadata><a/></metadata><path xmlns:i="http://inkscape" i:label="x" d="M0 0"/><x xmlns="http://other"/>'
    content, suffix = sanitise(b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'x' 'y'>" + SVG.format(editor).encode())
    assert suffix == "svg"
    assert b"metadata" not in content
    assert b"inkscape" not in content
    assert b"other" not in content
    assert b'<path d="M0 0" />' in content
    assert aspect_ratio(content) == 3


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path onload="alert(1)"/>',
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
        '<image href="https://example.com/x.png"/>',
        '<use xlink:href="https://example.com/x.svg#a"/>',
        '<use href="data:image/svg+xml;base64,AAAA"/>',
        '<path fill="url(https://example.com/#a)"/>',
        "<style>@import 'https://example.com/x.css'</style>",
        "<style>path{fill:u\\72l(https://example.com)}</style>",
        '<a href="javascript:alert(1)"/>',
        "<animate attributeName='href' to='x'/>",
    ],
)
def test_scripts_and_references_in_a_logotype_are_refused(inside):
    with pytest.raises(ValidationError, match="som en logotyp inte behöver"):
        sanitise(SVG.format(inside).encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"GIF89a", "varken en SVG- eller en PNG-bild"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "varken en SVG- eller en PNG-bild"),
        (b"<svg", "varken en SVG- eller en PNG-bild"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg/>', "egna definitioner"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="100%"/>', "saknar storlek"),
        (png()[:60], "trasig"),
        (PNG, "trasig"),
        (b" " * 40_001, "större än 40 kB"),
    ],
)
def test_a_file_that_is_no_logotype_is_refused(content, message):
    with pytest.raises(ValidationError, match=message):
        sanitise(content)


def test_a_png_loses_its_metadata():
    content, suffix = sanitise(png(chunk(b"tEXt", b"Author\0Anna"), chunk(b"eXIf", b"59.23, 17.98")))
    assert (content, suffix, aspect_ratio(content)) == (png(), "png", 2)


@pytest.fixture
def administrator(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_user("administrator", role=ADMINISTRATOR)


def test_an_administrator_changes_the_appearance_of_all_pages(administrator):
    client = client_of(administrator)
    before = Client().get(CSS)
    logotype = SimpleUploadedFile("Vår logga.svg", DRAWING)
    sent = {"accent": "#7a1f5c", "logotype": logotype, "logotype_has_name": "on", "history_reason": "Ny profil"}
    assert client.post(ADD, sent).status_code == 302
    appearance = Appearance.objects.get()
    assert appearance.history.get().history_change_reason == "Ny profil"

    css = Client().get(CSS, headers={"if-none-match": before.headers["ETag"]})
    assert css.status_code == 200
    text = html_of(css)
    assert "--accent: #7a1f5c;" in text
    assert f'url("/utseende/{appearance.file_name}")' in text
    assert "2.75rem * 3.000" in text
    assert Client().get(CSS, headers={"if-none-match": css.headers["ETag"]}).status_code == 304

    picture = Client().get(f"/utseende/{appearance.file_name}")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert b"".join(picture) == sanitise(DRAWING)[0]
    assert client.get(ADD).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("accent", "#ffcc00", "Färgen #ffcc00 är för ljus för att läsas mot vitt. Närmaste nyans"),
        ("accent", "red", "Skriv färgen som # och sex tecken"),
        ("logotype", SimpleUploadedFile("x.svg", SVG.format("<script/>").encode()), "”script”"),
    ],
)
def test_an_error_is_shown_at_its_field(administrator, field, value, message):
    response = client_of(administrator).post(ADD, {"accent": "#12405c", field: value})
    assert message in response.context["adminform"].form.errors[field][0]
    assert not Appearance.objects.exists()


@pytest.mark.parametrize(("role", "status"), [(ADMINISTRATOR, 200), (REVIEWER, 403), (SECRETARY, 403), (None, 302)])
def test_only_administrators_change_the_appearance(db, role, status):
    assert client_of(make_user("person", role=role)).get(ADD).status_code == status


@pytest.mark.django_db
def test_a_visitor_chooses_light_or_dark():
    client = Client()
    assert "@media screen and (prefers-color-scheme: dark) {" in html_of(client.get(CSS))
    response = client.post("/utseende/", {"scheme": "morkt", "back": "/logga-in/"})
    assert response.url == "/logga-in/"
    assert "@media screen {" in html_of(client.get(CSS))
    client.post("/utseende/", {"scheme": "ljust"})
    assert "@media not all {" in html_of(client.get(CSS))
    assert client.post("/utseende/", {"scheme": "morkt", "back": "https://example.com/"}).url == "/"
    client.cookies["utseende"] = "trasig"
    assert client.get(CSS).status_code == 200
    assert "Välj ett giltigt alternativ" in html_of(client.post("/utseende/", {"scheme": "x"}))


@pytest.mark.django_db
def test_an_administrator_changes_the_appearance_on_its_page(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    administrator = make_user("anders", role=ADMINISTRATOR)
    client = client_of(administrator)
    page = "/administration/utseende/"
    sent = {"accent": "#12405c", "logotype": SimpleUploadedFile("l.svg", DRAWING)}
    assert client.post(page, sent).url == page
    appearance = Appearance.objects.get()
    assert (appearance.file_name[-4:], appearance.history.get().history_user) == (".svg", administrator)
    for bad in ({"accent": "#ffff00"}, {"accent": "#12405c", "logotype": SimpleUploadedFile("l.svg", b"inget")}):
        assert client.post(page, bad).status_code == 422
    appearance.refresh_from_db()
    assert appearance.accent == "#12405c"
