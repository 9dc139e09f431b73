"""WSGI application whose requests to /hang never end."""

import threading
from collections.abc import Callable, Iterable


def application(environ: dict[str, str], start_response: Callable[..., object]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/hang":
        threading.Event().wait()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
