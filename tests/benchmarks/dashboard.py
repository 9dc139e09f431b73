"""Requests per second of the dashboard under gunicorn beside a bare Django view with a page of the same size."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.benchmarks.prepare import SLUG, YEAR, programme
from tests.benchmarks.server import connect, fetch, headers_of_a_user, server

THREADS = 4
REQUESTS = 40  # a thread and round
ROUNDS = 5


def rate(port: int, path: str, headers: dict[str, str]) -> float:
    """Requests per second of `path`, from a few threads with a connection each."""

    def work() -> None:
        connection = connect(port)
        for _ in range(REQUESTS):
            fetch(connection, path, headers)
        connection.close()

    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        # Asking for the results raises what a thread has raised.
        for client in [pool.submit(work) for _ in range(THREADS)]:
            client.result()
    return THREADS * REQUESTS / (time.perf_counter() - start)


def main() -> None:
    with programme(), server() as port:
        headers = headers_of_a_user()
        dashboard = f"/program/{SLUG}/{YEAR}/"
        size = len(fetch(connect(port), dashboard, headers))
        bare = f"/bare/{size}/"
        if len(fetch(connect(port), bare, headers)) != size:
            raise RuntimeError("the bare page is not as large as the dashboard")
        # Side by side in each round, so that a busy machine slows both.
        rounds = [(rate(port, dashboard, headers), rate(port, bare, headers)) for _ in range(ROUNDS)]
    print(f"dashboard-size: {size} bytes")
    print(f"dashboard-rate: {median(ours for ours, _ in rounds):.1f} requests/s")
    print(f"bare-view-rate: {median(bare for _, bare in rounds):.1f} requests/s")
    print(f"dashboard-relative-rate: {median(ours / bare for ours, bare in rounds):.3f} of bare view")


if __name__ == "__main__":
    main()
