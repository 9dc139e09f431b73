"""A Kolada for tests: a real server that answers in the shapes of its API (version 3), and fails when it is told to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY_FIGURES = [
    {
        "id": "N07403",
        "title": "Personer som upplever trygghet utomhus, andel (%)",
        "description": "Andel som svarat att de är trygga.",
        "is_divided_by_gender": 1,
        "municipality_type": "K",
        "publication_date": "2022-03-01",
    },
    {"id": "N07540", "title": "Anmälda våldsbrott, antal/100 000 inv", "description": None, "is_divided_by_gender": 0},
]
MUNICIPALITIES = {"0126": "Huddinge", "0127": "Botkyrka", "0136": "Haninge", "0138": "Tyresö", "0180": "Stockholm"}
GROUPS = {"G35000": "Liknande kommuner, Huddinge"}
MOST_IDS = 25


class FakeKolada:
    """`data` holds values by key figure, municipality and year: of all, women and men. `failures` are what the next
    answers are instead: a status, with or without a Retry-After, or "silence" or "nonsense"."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.data: dict[tuple[str, str, int], tuple[float | None, float | None, float | None]] = {}
        self.deleted: set[tuple[str, str, int]] = set()
        self.failures: list[tuple[int, str] | str] = []
        self.asked: list[str] = []
        self.page_size = 1000
        self.released = Event()

    def answer(self, path: str) -> tuple[int, list[dict[str, Any]]]:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        match [unquote(part) for part in parts.path.strip("/").split("/")[1:]]:
            case ["kpi"]:
                title = query["title"][0].lower()
                return 200, [one for one in KEY_FIGURES if title in one["title"].lower()]
            case ["kpi", ids]:
                return 200, [one for one in KEY_FIGURES if one["id"] in ids.split(",")]
            case ["municipality" | "municipality_groups" as kind, ids]:
                known = MUNICIPALITIES if kind == "municipality" else GROUPS
                if len(ids.split(",")) > MOST_IDS:
                    return 400, []
                return 200, [{"id": one, "title": known[one], "type": "K"} for one in ids.split(",") if one in known]
            case ["data", "kpi", kpi, "municipality", ids]:
                return (400, []) if len(ids.split(",")) > MOST_IDS else (200, self._values(kpi, ids.split(",")))
        return 404, []

    def _values(self, kpi: str, ids: list[str]) -> list[dict[str, Any]]:
        return [
            {
                "kpi": kpi,
                "municipality": place,
                "period": year,
                "values": [
                    {
                        "gender": gender,
                        "count": 1,
                        "status": "",
                        "value": value,
                        "isdeleted": (of, place, year) in self.deleted,
                    }
                    for gender, value in zip("TKM", values, strict=True)
                    if value is not None or gender == "T"
                ],
            }
            for (of, place, year), values in sorted(self.data.items())
            if of == kpi and place in ids
        ]


class Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        fake: FakeKolada = self.server.fake
        fake.asked.append(self.path)
        failure = fake.failures.pop(0) if fake.failures else None
        if failure == "silence":
            fake.released.wait(10)
            self.close_connection = True
        elif failure == "nonsense":
            self._send(200, b"<html>Underh\xc3\xa5ll</html>", {})
        elif isinstance(failure, tuple):
            self._send(failure[0], b"{}", {"Retry-After": failure[1]} if failure[1] else {})
        else:
            status, values = fake.answer(self.path)
            self._send(status, json.dumps(self._page(fake, values)).encode(), {})

    def _page(self, fake: FakeKolada, values: list[dict[str, Any]]) -> dict[str, Any]:
        number = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        first = (number - 1) * fake.page_size
        shown = values[first : first + fake.page_size]
        page: dict[str, Any] = {"values": shown, "count": len(values), "previous_url": None, "next_url": None}
        if first + fake.page_size < len(values):
            # As the real one, which names its own host.
            page["next_url"] = f"https://api.kolada.se{urlsplit(self.path).path}?page={number + 1}"
        return page

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[FakeKolada]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.fake = FakeKolada(f"http://127.0.0.1:{server.server_port}/v3")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.fake
    finally:
        server.fake.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
