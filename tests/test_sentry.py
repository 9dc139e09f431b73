"""What leaves the house when something fails: where in the program it was, and nothing of what people wrote."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import brotli

from tests.installation import Installation

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
# A search that fails with the reader's words in its message, and a mail to somebody that the log tells of.
FAILURE = """
import logging
from unittest.mock import patch
import sentry_sdk
from django.test import Client
from organisation.models import User
user = User.objects.create_user("hemliga.hanna", "hemlig@example.com")
reader = Client(headers={"x-forwarded-proto": "https", "host": "uppfoljning.example.se"}, REMOTE_ADDR="192.0.2.77",
    raise_request_exception=False)
reader.force_login(user)
reader.get("/sok/", {"q": "hemligt sökord"})
with patch("followup.reading.search_views.find_goals", side_effect=ValueError("hemligt i felet")):
    print(reader.get("/sok/", {"q": "hemligt sökord"}).status_code)
logging.getLogger("followup.mail").error("%s failed", "hemlig@example.com")
sentry_sdk.flush()
"""


@contextmanager
def ingest() -> Iterator[tuple[str, list[dict]]]:
    """A DSN of this machine, and the events that are sent to it."""
    events: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/api/7/envelope/"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            lines = UNPACK[self.headers["Content-Encoding"]](body)
            items = [json.loads(line) for line in lines.splitlines() if line]
            events.extend(item for item in items if "event_id" in item and "level" in item)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://key@127.0.0.1:{server.server_port}/7", events
        finally:
            server.shutdown()


def test_a_failure_is_told_without_what_anybody_wrote(tmp_path: Path):
    site = Installation.at(tmp_path, f"sqlite:///{tmp_path / 'site.sqlite3'}")
    site.manage("migrate", "-v0")
    with ingest() as (dsn, events):
        site.environment["SENTRY_DSN"] = dsn
        site.manage("collectstatic", "--no-input", "-v0")
        assert site.python(FAILURE) == "500"
    failure, logged = events
    [told] = failure["exception"]["values"]
    assert (told["type"], failure["transaction"]) == ("ValueError", "/sok/")
    assert told["stacktrace"]["frames"][-1]["function"] == "_execute_mock_call"
    assert len(failure["tags"]["request"]) == 32  # as in the log
    assert (logged["logger"], logged["logentry"]["message"]) == ("followup.mail", "%s failed")
    sent = json.dumps(events, ensure_ascii=False).lower()
    for private in ("hemlig", "sökord", "s%c3%b6kord", "192.0.2.77", "sessionid", "cookie"):
        assert private not in sent
