"""Dashboard of a year under gunicorn, next to a bare Django view with a page of the same size.

Measured with one programme and with 300 in the database, and as painted by Chromium.
"""

import os
import shutil
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import BinaryIO

from tests.benchmarks import large
from tests.benchmarks.prepare import SLUG, YEAR, programme
from tests.benchmarks.server import ask, connect, fetch, headers_of_a_user, server

THREADS = 4
REQUESTS = 20  # a thread and round
ROUNDS = 9
SMALL = "with_one_programme"
LARGE_DASHBOARD = f"/program/{large.SLUG}/{large.YEARS[-1]}/"

# Largest contentful paint in milliseconds and the sum of all layout shifts, half a second after the page has loaded.
PAINTED = """() => new Promise(done => {
  const seen = {paint: 0, shift: 0};
  new PerformanceObserver(list => list.getEntries().forEach(entry => seen.paint = entry.startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(entry => seen.shift += entry.value))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(seen), 500);
})"""


def rate(port: int, path: str, headers: dict[str, str], expected: int = 200) -> float:
    """Return the requests per second of `path`, from a few threads with a connection each."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    request = "\r\n".join([*lines, "", ""]).encode()

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
            for _ in range(REQUESTS):
                connection.sendall(request)
                read(answers, expected)

    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        # Reading the results raises exceptions of the threads.
        for client in [pool.submit(work) for _ in range(THREADS)]:
            client.result()
    return THREADS * REQUESTS / (time.perf_counter() - start)


def read(answers: BinaryIO, expected: int) -> None:
    """Read one answer completely, with raw sockets.

    Client and server share the machine, and next to an unchanged page the work of Python's own client shows.
    """
    status, size = answers.readline(), 0
    while (line := answers.readline().lower()) != b"\r\n":
        if line.startswith(b"content-length:"):
            size = int(line.partition(b":")[2])
    answers.read(size)
    if int(status.split()[1]) != expected:
        raise RuntimeError(f"{expected} was expected: {status!r}")


def rates(port: int, headers: dict[str, str]) -> None:
    dashboard = f"/program/{SLUG}/{YEAR}/"
    answer, page = ask(connect(port), dashboard, headers)
    size = len(page)
    bare = f"/bare/{size}/"
    if len(fetch(connect(port), bare, headers)) != size:
        raise RuntimeError("the bare page is not as large as the dashboard")
    again = headers | {"If-None-Match": answer["ETag"]}
    # Side by side in each round, so that a busy machine slows all.
    rounds = [
        (rate(port, dashboard, headers), rate(port, dashboard, again, 304), rate(port, bare, headers))
        for _ in range(ROUNDS)
    ]
    print(f"dashboard-size: {size} bytes")
    print(f"dashboard-rate: {median(ours for ours, _, _ in rounds):.1f} requests/s")
    print(f"dashboard-conditional-rate: {median(again for _, again, _ in rounds):.1f} requests/s")
    print(f"bare-view-rate: {median(bare for _, _, bare in rounds):.1f} requests/s")
    print(f"dashboard-relative-rate: {median(ours / bare for ours, _, bare in rounds):.3f} of bare view")
    print(
        f"dashboard-conditional-relative-rate: {median(again / bare for _, again, bare in rounds):.3f} of bare view",
        flush=True,
    )


def seconds(port: int, headers: dict[str, str]) -> float:
    connection = connect(port)
    connection.connect()
    start = time.perf_counter()
    fetch(connection, LARGE_DASHBOARD, headers)
    return time.perf_counter() - start


def beside_one_programme(headers: dict[str, str]) -> None:
    """Compare the dashboard in a database with one programme and with 300, in turns.

    Once with warm caches, and once with a change before every request, so that everything is read and rendered again.
    """
    from django.db import connections

    from followup.models import Tick

    small_url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{SMALL}"
    connections.databases[SMALL] = connections.databases["default"] | {"NAME": SMALL}

    with server() as large_port, server(small_url) as small_port:
        for name, alters in (("dashboard", False), ("dashboard-after-change", True)):
            pairs = []
            for _ in range(5 * ROUNDS):
                if alters:
                    for alias in ("default", SMALL):
                        Tick.objects.using(alias).create(number=1)
                pairs.append((seconds(large_port, headers), seconds(small_port, headers)))
            with_many, with_one = (median(times) for times in zip(*pairs, strict=True))
            print(f"{name}-median-with-one-programme: {1000 * with_one:.1f} ms")
            print(f"{name}-median-with-300-programmes: {1000 * with_many:.1f} ms")
            print(f"{name}-relative-median: {with_many / with_one:.2f} of one programme", flush=True)


def paint(port: int, headers: dict[str, str]) -> None:
    """Measure a first visit in Chromium with an empty browser cache."""
    from playwright.sync_api import sync_playwright

    name, _, value = headers["Cookie"].partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        seen = []
        for _ in range(ROUNDS):
            context = browser.new_context(extra_http_headers={"X-Forwarded-Proto": headers["X-Forwarded-Proto"]})
            context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}/program/{SLUG}/{YEAR}/", wait_until="load")
            seen.append(page.evaluate(PAINTED))
            context.close()
        browser.close()
    print(f"dashboard-largest-contentful-paint: {median(one['paint'] for one in seen):.0f} ms")
    print(f"dashboard-layout-shift: {max(one['shift'] for one in seen):.3f}", flush=True)


def main() -> None:
    with programme():
        from django.db import connection

        headers = headers_of_a_user()
        with server() as port:
            rates(port, headers)
            paint(port, headers)
        first = large.one_programme()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {SMALL} TEMPLATE {connection.settings_dict['NAME']}")
        large.make(first)
        beside_one_programme(headers)


if __name__ == "__main__":
    main()
