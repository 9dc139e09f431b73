"""Requests per second of the dashboard under gunicorn beside a bare Django view with a page of the same size."""

import http.client
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.benchmarks.prepare import SLUG, YEAR, programme

THREADS = 4
REQUESTS = 40  # a thread and round
ROUNDS = 5


def rate(port: int, path: str, headers: dict[str, str]) -> float:
    """Requests per second of `path`, from a few threads with a connection each."""

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(REQUESTS):
            fetch(connection, path, headers)
        connection.close()

    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        # Asking for the results raises what a thread has raised.
        for client in [pool.submit(work) for _ in range(THREADS)]:
            client.result()
    return THREADS * REQUESTS / (time.perf_counter() - start)


def fetch(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> bytes:
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")
    return body


def session_of_a_user() -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from organisation.models import User

    user = User.objects.create_user("benchmark")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def wait_for_server(port: int) -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn did not start")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def main() -> None:
    with programme():
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        headers = {"X-Forwarded-Proto": "https", "Cookie": f"sessionid={session_of_a_user()}"}
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "huddinge_safety.wsgi", "--bind", f"127.0.0.1:{port}"]
        server = subprocess.Popen([*command, "--workers", "2", "--threads", "2", "--log-level", "warning"])
        try:
            wait_for_server(port)
            dashboard = f"/program/{SLUG}/{YEAR}/"
            size = len(fetch(http.client.HTTPConnection("127.0.0.1", port), dashboard, headers))
            bare = f"/bare/{size}/"
            if len(fetch(http.client.HTTPConnection("127.0.0.1", port), bare, headers)) != size:
                raise RuntimeError("the bare page is not as large as the dashboard")
            # Side by side in each round, so that a busy machine slows both.
            rounds = [(rate(port, dashboard, headers), rate(port, bare, headers)) for _ in range(ROUNDS)]
        finally:
            server.terminate()
            server.wait()
    print(f"dashboard-size: {size} bytes")
    print(f"dashboard-rate: {median(ours for ours, _ in rounds):.1f} requests/s")
    print(f"bare-view-rate: {median(bare for _, bare in rounds):.1f} requests/s")
    print(f"dashboard-relative-rate: {median(ours / bare for ours, bare in rounds):.3f} of bare view")


if __name__ == "__main__":
    main()
