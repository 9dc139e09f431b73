"""A page that comes a little at a time, as on a slow line, is drawn before it is whole: its footer comes last, and
moves nothing."""

import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page

from organisation.models import User
from tests.browser.test_every_page import MOVED, enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Seconds between one tag and the next: each is drawn before the next is there.
PAUSE = 0.1


@pytest.fixture
def slow_line(live_server) -> Iterator[str]:
    """Address of the live server at the far end of a slow line: the end of a page comes tag by tag."""

    class SlowLine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cookie = {"Cookie": self.headers["Cookie"]} if "Cookie" in self.headers else {}
            with urlopen(Request(live_server.url + self.path, headers=cookie)) as answer:
                content, kind = answer.read(), answer.headers["Content-Type"]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            before, footer, rest = content.partition(b"<footer")
            for piece in [before, *re.split(rb"(?=<)", footer + rest)]:
                self.wfile.write(piece)
                time.sleep(PAUSE)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", 0), SlowLine)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("address", ["/logga-in/", "/hjalp/", "/tillganglighet/"])
def test_footer_stays_where_it_begins(address, width, page: Page, people, live_server, slow_line):
    if address != "/logga-in/":
        enter(page, User.objects.get(username="hanna"), live_server.url)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.goto(slow_line + address).ok
    assert page.evaluate(MOVED) == []
