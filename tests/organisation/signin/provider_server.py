"""A real OpenID provider on a separate port, which a test can make send false tokens."""

from __future__ import annotations

import json
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from werkzeug.serving import make_server

with warnings.catch_warnings():
    import authlib.deprecate  # noqa: F401 - it turns its warnings on when imported, so import it before the filter

    warnings.simplefilter("ignore")  # of its libraries about each other
    import oidc_provider_mock

CLIENT = "uppfoljning"


class Provider:
    """The WSGI application. `tamper` changes each ID token that it sends; `issued_tokens` holds the genuine ones."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app()
        self.tamper: Callable[[str], str] = lambda id_token: id_token
        self.issued_tokens: list[str] = []
        self.url = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/oauth2/token":
            return self.app(environ, start_response)
        started: list[Any] = []
        body = json.loads(b"".join(self.app.wsgi_app(environ, lambda *args: started.append(args))))
        if "id_token" in body:
            self.issued_tokens.append(body["id_token"])
            body["id_token"] = self.tamper(body["id_token"])
        content = json.dumps(body).encode()
        status, headers = started[0][:2]
        start_response(status, [(n, v) for n, v in headers if n != "Content-Length"])
        return [content]

    def add_person(self, sub: str, **claims: Any) -> None:
        assert requests.put(f"{self.url}/users/{sub}", json=claims, timeout=10).status_code == 204

    def sign_in(self, address: str, sub: str) -> str:
        """Sign in at the provider as the person `sub`; return the address that it redirects to."""
        answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@contextmanager
def provider_running() -> Iterator[Provider]:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # no TLS on localhost
    provider = Provider()
    server = make_server("localhost", 0, provider, threaded=True)
    provider.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
