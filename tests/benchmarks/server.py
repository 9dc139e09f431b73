"""The application under gunicorn as in production, and a logged-in client."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command


@contextmanager
def server(database: str = "") -> Iterator[int]:
    """Yield the port of a server that stops at the end of the block.

    It uses the benchmark's own database, or `database`, a URL.
    """
    call_command("collectstatic", interactive=False, verbosity=0)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "huddinge_safety.wsgi", "--bind", f"127.0.0.1:{port}"]
    environment = os.environ | ({"BENCHMARK_DATABASE_URL": database} if database else {})
    process = subprocess.Popen(
        [*command, "--workers", "2", "--threads", "2", "--log-level", "warning"], env=environment
    )
    try:
        wait_for_server(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for_server(port: int) -> None:
    for _ in range(100):
        try:
            connect(port).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn did not start")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def headers_of_a_user(username: str = "benchmark") -> dict[str, str]:
    """Return the headers of a logged-in browser behind the proxy."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from organisation.models import User

    user = User.objects.create_user(username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"X-Forwarded-Proto": "https", "Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


def fetch(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], expected: int = 200) -> bytes:
    return ask(connection, path, headers, expected)[1]


def ask(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str], expected: int = 200
) -> tuple[http.client.HTTPMessage, bytes]:
    """Return the headers and the body of the answer."""
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != expected:
        raise RuntimeError(f"{path}: {response.status}")
    return response.headers, body
