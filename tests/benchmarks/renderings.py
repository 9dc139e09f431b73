"""Time to serve a cached PDF, and the effect of rendering on readers of pages."""

import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

from tests.benchmarks.prepare import SLUG, YEAR, programme
from tests.benchmarks.server import connect, fetch, headers_of_a_user, server

REQUESTS = 100
# The years whose reports are made while the dashboard is read.
OTHER_YEARS = (2018, 2019, 2021)


def times(number: int, port: int, path: str, headers: dict[str, str]) -> list[float]:
    """Return the seconds of each of so many requests, one after the other."""
    connection = connect(port)
    moments = [time.perf_counter()]
    for _ in range(number):
        fetch(connection, path, headers)
        moments.append(time.perf_counter())
    connection.close()
    return [after - before for before, after in pairwise(moments)]


def pdf(year: int) -> str:
    return f"/program/{SLUG}/{year}/rapport.pdf"


def wait_until(happened: Callable[[], bool]) -> None:
    for _ in range(1200):
        if happened():
            return
        time.sleep(0.1)
    raise RuntimeError("it did not happen")


def main() -> None:
    with programme(), server() as port:
        from followup.models import Rendering

        def is_done(year: int) -> bool:
            return Rendering.objects.filter(follow_up__year=year, state=Rendering.State.DONE).exists()

        headers = headers_of_a_user()
        fetch(connect(port), pdf(YEAR), headers, expected=202)
        wait_until(lambda: is_done(YEAR))
        rendering = Rendering.objects.light().get()
        assert rendering.took
        cached = times(REQUESTS, port, pdf(YEAR), headers)

        dashboard = f"/program/{SLUG}/{YEAR}/"
        usual = times(REQUESTS, port, dashboard, headers)
        for year in OTHER_YEARS:
            fetch(connect(port), pdf(year), headers, expected=202)
        wait_until(Rendering.objects.running().exists)
        busy = []
        while Rendering.objects.running().exists():
            busy += times(5, port, dashboard, headers)
        usual += times(REQUESTS, port, dashboard, headers)
    print(f"report-rendering-time: {rendering.took.total_seconds():.2f} s")
    print(f"report-cached-time: {median(cached):.4f} s")
    print(f"report-cached-relative-speed: {rendering.took.total_seconds() / median(cached):.0f} times a rendering")
    print(f"dashboard-median-time: {median(usual):.4f} s")
    print(f"dashboard-median-while-rendering: {median(busy) / median(usual):.2f} of usual, {len(busy)} requests")


if __name__ == "__main__":
    main()
