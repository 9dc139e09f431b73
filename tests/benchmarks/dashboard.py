"""Requests per second of the dashboard under gunicorn beside a bare Django view with a page of the same size."""

import http.client
import subprocess
import sys
import threading
import time

from tests.benchmarks.prepare import YEAR, clean_up, load_programme

PORT = 8765
THREADS = 4
REQUESTS = 60  # a thread and round
ROUNDS = 5


def rate(path: str, headers: dict[str, str]) -> float:
    """Requests per second of `path`, from a few threads with a connection each."""

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        for _ in range(REQUESTS):
            fetch(connection, path, headers)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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


def wait_for_server() -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", PORT, timeout=1).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn did not start")


def main() -> None:
    load_programme()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    headers = {"X-Forwarded-Proto": "https", "Cookie": f"sessionid={session_of_a_user()}"}
    command = [sys.executable, "-m", "gunicorn", "huddinge_safety.wsgi", "--bind", f"127.0.0.1:{PORT}"]
    server = subprocess.Popen([*command, "--workers", "2", "--threads", "2", "--log-level", "warning"])
    try:
        wait_for_server()
        dashboard = f"/program/trygghet-och-sakerhet-2018-2021/{YEAR}/"
        size = len(fetch(http.client.HTTPConnection("127.0.0.1", PORT), dashboard, headers))
        bare = f"/bare/{size}/"
        rounds = [(rate(dashboard, headers), rate(bare, headers)) for _ in range(ROUNDS)]
    finally:
        server.terminate()
        server.wait()
        clean_up()
    ours, theirs = (sorted(rates)[ROUNDS // 2] for rates in zip(*rounds, strict=True))
    print(f"dashboard-size: {size} bytes")
    print(f"dashboard-rate: {ours:.1f} requests/s")
    print(f"bare-view-rate: {theirs:.1f} requests/s")
    print(f"dashboard-to-bare-view: {ours / theirs:.3f} ratio")


if __name__ == "__main__":
    main()
