"""Slow clients and hung threads do not stop other users: real gunicorn, with the project's settings."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from huddinge_safety.serving import HEAD_SECONDS, HEARTBEAT_SECONDS, LINGER_SECONDS
from tests.installation import HOST, Browser, Installation, Server, kill_all, wait_until

SLOW_CLIENTS = 200
HEAD = b"POST /losenord/ HTTP/1.1\r\nHost: uppfoljning.example.se\r\n"
SLOW_HEAD = HEAD + b"X-Slow: "
SLOW_BODY = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"


def connect(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), timeout=HEAD_SECONDS + 30)


def exchange(port: int, request: bytes) -> bytes:
    """Send `request` and return everything that comes back until the server closes."""
    with connect(port) as client:
        client.sendall(request)
        return b"".join(iter(lambda: client.recv(65536), b""))


@contextmanager
def dripping(port: int, beginning: bytes, number: int = SLOW_CLIENTS) -> Iterator[list[socket.socket]]:
    """Keep `number` connections that have sent `beginning` and then send a byte per second."""
    stop = threading.Event()

    def drip(clients: list[socket.socket]) -> None:
        while not stop.wait(1):
            for client in clients:
                with suppress(OSError):
                    client.send(b"a")

    with ExitStack() as stack:
        clients = [stack.enter_context(connect(port)) for _ in range(number)]
        for client in clients:
            client.sendall(beginning)
        thread = threading.Thread(target=drip, args=(clients,))
        thread.start()
        try:
            yield clients
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize("beginning", [b"", SLOW_HEAD, SLOW_BODY], ids=["silent", "head", "body"])
def test_slow_clients_keep_nobody_else_waiting(site, beginning):
    [session] = site.sessions("official")
    with site.server() as server, dripping(server.port, beginning):
        official = Browser(server, session)
        assert [official.get("/enheter/").status for _ in range(20)] == [200] * 20
        assert official.upload("/losenord/", "a.txt", b"a" * 200_000).status == 200


def test_a_head_that_does_not_end_is_refused_in_time(empty_site):
    with empty_site.server() as server, dripping(server.port, SLOW_HEAD, number=1) as [client]:
        assert client.recv(1000).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_client_that_does_not_close_keeps_nobody_waiting(empty_site):
    """A refused or answered connection that its client keeps open must not block the event loop."""
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with empty_site.server() as server, ExitStack() as stack:
        for _ in range(50):
            client = stack.enter_context(connect(server.port))
            client.sendall(request)
            assert client.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
        # Fifty times LINGER_SECONDS would exceed this client's patience.
        assert 50 * LINGER_SECONDS > 30
        assert Browser(server, "").get("/healthz").status == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (b"Transfer-Encoding: chunked\r\n", b"411 Length Required"),
        (b"Content-Length: 99999999999\r\n", b"413 Content Too Large"),
        (b"Content-Length: many\r\n", b"400 Bad Request"),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", b"400 Bad Request"),
        (b"X-Large: " + b"a" * 80_000, b"431 Request Header Fields Too Large"),
    ],
)
def test_a_request_that_cannot_be_received_is_refused(empty_site, fields, status):
    with empty_site.server() as server:
        answer = exchange(server.port, HEAD + fields + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status + b"\r\n")


def test_requests_that_arrive_together_or_in_pieces_are_answered(empty_site):
    first = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with empty_site.server() as server:
        assert exchange(server.port, first * 3 + last).count(b"HTTP/1.1 200 OK") == 4
        with connect(server.port) as client:
            for position in range(len(last)):
                client.sendall(last[position : position + 1])
            assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_asks_first_gets_leave_to_send_its_body(empty_site):
    with empty_site.server() as server, connect(server.port) as client:
        client.sendall(HEAD + b"Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"a=b")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert b"HTTP/1.1 301 Moved Permanently" in answer


@contextmanager
def notify_socket(folder: Path) -> Iterator[socket.socket]:
    """Socket on which systemd would receive heartbeats, at `folder`/notify."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(folder / "notify"))
        receiver.settimeout(30)
        yield receiver


@contextmanager
def hanging_site(folder: Path, *options: str) -> Iterator[Server]:
    """One process of a site whose /hang never answers, as started by systemd."""
    site = Installation.at(folder, "sqlite://:memory:")
    more = {
        "WEB_CONCURRENCY": "1",
        "NOTIFY_SOCKET": str(folder / "notify"),
        "DJANGO_SETTINGS_MODULE": "huddinge_safety.settings",
    }
    with site.server(*options, application="tests.faults.hanging_site", **more) as server:
        yield server


def hang_all_threads(server: Server, stack: ExitStack) -> None:
    for _ in range(4):
        client = stack.enter_context(connect(server.port))
        client.sendall(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")


def test_a_process_whose_threads_hang_is_replaced(tmp_path):
    with notify_socket(tmp_path) as systemd, hanging_site(tmp_path, "--timeout", "3") as server, ExitStack() as stack:
        assert b"READY=1" in systemd.recv(1000)
        assert systemd.recv(1000) == b"WATCHDOG=1"
        hang_all_threads(server, stack)
        wait_until(lambda: "WORKER TIMEOUT" in server.log.read_text())
        assert Browser(server, "").get("/").status == 200


def test_systemd_gets_no_heartbeat_while_all_threads_hang(tmp_path):
    with notify_socket(tmp_path) as systemd, hanging_site(tmp_path) as server, ExitStack() as stack:
        hang_all_threads(server, stack)
        systemd.settimeout(3 * HEARTBEAT_SECONDS)
        with pytest.raises(TimeoutError):
            # Those sent before the threads hung come first.
            list(iter(lambda: systemd.recv(1000), b""))
        server.kill()


@pytest.mark.parametrize(("queue", "table"), [("pdfs", "followup_rendering"), ("files", "followup_workbook")])
def test_a_worker_sends_heartbeats_only_while_it_looks_at_its_queue(empty_site, postgres, tmp_path, queue, table):
    with notify_socket(tmp_path) as systemd:
        worker = empty_site.start("render_queued", "--forever", "--only", queue, NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        lock = f"BEGIN; LOCK TABLE {table}; SELECT pg_sleep(60)"
        with subprocess.Popen(["psql", postgres.url(empty_site.database), "--command", lock]) as psql:
            systemd.settimeout(5)
            with pytest.raises(TimeoutError):
                list(iter(lambda: systemd.recv(100), b""))
            psql.terminate()
        kill_all(worker.pid)
        worker.wait()
