"""Worker class of gunicorn in which slow clients and hung threads do not stop other users.

gunicorn's own threaded worker reads a request in one of its few threads, without a time limit: a handful of clients
that send a byte per second occupy them all. Here the event loop receives the whole request first, and a thread gets
only complete ones. docs/decisions/slow-clients.md compares the alternatives.
"""

from __future__ import annotations

import re
import selectors
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.conf import settings
from gunicorn import http, util
from gunicorn.systemd import sd_notify
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10
MAX_HEAD_BYTES = 64 * 1024
# A body may take BODY_SECONDS plus the time that its length takes at this rate.
BODY_SECONDS = 20
MIN_BODY_BYTES_PER_SECOND = 16 * 1024
# Larger bodies are kept in a temporary file while they arrive.
BODY_BYTES_IN_MEMORY = 64 * 1024
RECEIVE_BYTES = 64 * 1024
# A thread waits at most this long for a client that does not read its answer.
SEND_SECONDS = 30
# A refused client has this long to read the refusal and close.
LINGER_SECONDS = 2
SWEEP_SECONDS = 1
HEARTBEAT_SECONDS = 5

END_OF_HEAD = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
EXPECT_CONTINUE = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


def max_body_bytes() -> int:
    """Return the largest accepted body, above the largest file: the application names a file that is too large."""
    return max(25, 3 * int(settings.ATTACHMENT_MAX_MB)) * 2**20


class RequestRefusedError(Exception):
    """The request is answered with `status` and its connection closed."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class ReceivedRequest:
    """Bytes of one request as they arrive, with the deadline of its head and then of its body."""

    def __init__(self, now: float) -> None:
        self.started_at = now
        self.deadline = now + HEAD_SECONDS
        self.head = bytearray()
        self.body = tempfile.SpooledTemporaryFile(BODY_BYTES_IN_MEMORY)  # noqa: SIM115  closed by `close`
        self.missing_body_bytes: int | None = None

    @property
    def is_complete(self) -> bool:
        return self.missing_body_bytes == 0

    @property
    def awaits_continue(self) -> bool:
        """Whether the client waits for "100 Continue" before it sends the body."""
        return bool(self.missing_body_bytes) and EXPECT_CONTINUE.search(self.head) is not None

    @property
    def wanted_bytes(self) -> int:
        return min(self.missing_body_bytes or RECEIVE_BYTES, RECEIVE_BYTES)

    def add(self, data: bytes) -> None:
        """Add received bytes. Raise RequestRefusedError when the request is too large or its length is not given."""
        if self.missing_body_bytes is None:
            self._add_to_head(data)
        else:
            self.body.write(data)
            self.missing_body_bytes -= len(data)

    def chunks(self) -> Iterator[bytes]:
        """Return everything received, for gunicorn's parser, which then never reads from the socket."""
        yield bytes(self.head)
        self.body.seek(0)
        while data := self.body.read(RECEIVE_BYTES):
            yield data

    def close(self) -> None:
        self.body.close()

    def _add_to_head(self, data: bytes) -> None:
        # The end may be split between two deliveries.
        search_from = max(len(self.head) - len(END_OF_HEAD), 0)
        self.head += data
        end = self.head.find(END_OF_HEAD, search_from)
        if end >= 0:
            self._begin_body(end + len(END_OF_HEAD))
        elif len(self.head) > MAX_HEAD_BYTES:
            raise RequestRefusedError(431, "Request Header Fields Too Large")

    def _begin_body(self, head_length: int) -> None:
        fields = self.head[:head_length]
        if TRANSFER_ENCODING.search(fields):
            raise RequestRefusedError(411, "Length Required")
        lengths = CONTENT_LENGTH.findall(fields)
        # gunicorn's parser refuses several lengths, and one that is not a number, without reading a body.
        length = int(lengths[0]) if len(lengths) == 1 else 0
        if length > max_body_bytes():
            raise RequestRefusedError(413, "Content Too Large")
        self.deadline = self.started_at + HEAD_SECONDS + BODY_SECONDS + length / MIN_BODY_BYTES_PER_SECOND
        self.missing_body_bytes = max(head_length + length - len(self.head), 0)


class Connection(TConn):
    """Connection whose requests are received in the event loop."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.is_refused = False
        self.begin_request()

    def begin_request(self) -> None:
        self.request = ReceivedRequest(time.monotonic())

    def close(self, graceful: bool = False) -> None:
        # gunicorn's graceful close waits two seconds, in the event loop, for a client that does not close.
        self.request.close()
        util.close(self.sock)


class BufferingThreadWorker(ThreadWorker):
    """Threaded worker that receives requests in its event loop and is alive only while its threads complete work."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.receiving: set[Connection] = set()
        self.next_sweep_at = 0.0
        self.heartbeat: Future[None] | None = None
        self.next_heartbeat_at = 0.0

    def accept(self, listener: socket.socket) -> None:
        try:
            client_socket, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self.enqueue_req(Connection(self.cfg, client_socket, address, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """Receive the next request of `conn`; gunicorn calls this for new and for kept connections."""
        # Bytes that followed the previous request in the same delivery.
        received = conn.parser.unreader.take_buffered() if conn.parser else b""
        conn.request.close()
        conn.begin_request()
        conn.sock.setblocking(False)
        self.receiving.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.receive, conn))
        if received:
            self.add_to_request(conn, received)

    def receive(self, conn: Connection, _socket: socket.socket) -> None:
        """Read the bytes that have arrived, without waiting for more."""
        try:
            data = conn.sock.recv(RECEIVE_BYTES if conn.is_refused else conn.request.wanted_bytes)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.drop(conn)
        elif not conn.is_refused:
            self.add_to_request(conn, data)

    def add_to_request(self, conn: Connection, data: bytes) -> None:
        """Add the bytes to the request that `conn` receives, and hand it to a thread once it is complete.

        Refuse a request that breaks a limit, and answer a client that waits for permission to send the body.
        """
        was_in_head = conn.request.missing_body_bytes is None
        try:
            conn.request.add(data)
        except RequestRefusedError as error:
            self.refuse(conn, error)
            return
        except OSError:
            self.log.exception("A request body could not be kept while it arrived")
            self.refuse(conn, RequestRefusedError(507, "Insufficient Storage"))
            return
        if conn.request.is_complete:
            self.hand_to_thread(conn)
        elif was_in_head and conn.request.awaits_continue:
            util.write_nonblock(conn.sock, b"HTTP/1.1 100 Continue\r\n\r\n")

    def hand_to_thread(self, conn: Connection) -> None:
        self.receiving.remove(conn)
        self.poller.unregister(conn.sock)
        conn.parser = http.get_parser(self.cfg, conn.request.chunks(), conn.client)
        conn.data_ready = True
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Answer a complete request, in a thread; give up a client that does not read the answer."""
        conn.sock.settimeout(SEND_SECONDS)
        try:
            is_kept_alive: bool = super().handle_request(req, conn)
        except TimeoutError:
            self.log.info("A client did not read its answer within %s seconds", SEND_SECONDS)
            return False
        return is_kept_alive

    def refuse(self, conn: Connection, error: RequestRefusedError) -> None:
        """Answer with an error, and close once the client has read it or LINGER_SECONDS have passed."""
        conn.is_refused = True
        try:
            util.write_error(conn.sock, error.status, error.reason, error.reason)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.drop(conn)
            return
        conn.request.deadline = time.monotonic() + LINGER_SECONDS

    def drop(self, conn: Connection) -> None:
        self.receiving.remove(conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """End connections whose request has not arrived in time; gunicorn calls this from its event loop."""
        super().murder_pending()
        now = time.monotonic()
        if now < self.next_sweep_at:
            return
        self.next_sweep_at = now + SWEEP_SECONDS
        for conn in list(self.receiving):
            has_begun = bool(conn.request.head)
            # A stopping worker does not wait for a client that has not begun its request.
            is_stopping_idle = not self.alive and not has_begun
            if now < conn.request.deadline and not is_stopping_idle:
                continue
            if has_begun and not conn.is_refused:
                self.refuse(conn, RequestRefusedError(408, "Request Timeout"))
            else:
                self.drop(conn)

    def notify(self) -> None:
        """Report to gunicorn that this process lives, while its threads complete work.

        gunicorn replaces a process that has been silent for `timeout` seconds. Its own worker reports from the event
        loop, also when every thread hangs.
        """
        if self.heartbeat and not self.heartbeat.done():
            return
        super().notify()
        now = time.monotonic()
        if now >= self.next_heartbeat_at:
            self.next_heartbeat_at = now + HEARTBEAT_SECONDS
            self.heartbeat = self.tpool.submit(self.notify_systemd)

    def notify_systemd(self) -> None:
        """Send the heartbeat of `WatchdogSec=` from a thread that serves requests."""
        sd_notify("WATCHDOG=1", self.log)
