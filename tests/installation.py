"""The application as it stands in production, with real processes of its own: PostgreSQL, gunicorn, the commands.

For tests that kill, fill up, back up, restore and upgrade it. Everything lies in one folder and ends with its block.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

HOST = "127.0.0.1"
PROGRAMMES = Path(os.environ.get("POSTGRES_BIN") or max(Path("/usr/lib/postgresql").glob("*/bin"), default="/usr/bin"))
DEMO = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def wait_until(happened: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not happen within {seconds} s")
        time.sleep(0.05)


def kill_all(parent: int) -> None:
    """End a process and its children at once; by their numbers, and only those."""
    children = [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    for process in (parent, *children):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    wait_until(lambda: not any(is_alive(process) for process in (parent, *children)))


def is_alive(process: int) -> bool:
    """Whether it runs; one that has ended and that nobody has taken note of does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Postgres:
    """A database server of its own, which keeps what it has said is kept: fsync and all as installed."""

    def __init__(self) -> None:
        # In memory where there is such a place: processes are killed here, not the machine, and disks are slow.
        self.data = Path(tempfile.mkdtemp(prefix="postgres-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.port = free_port()
        # It refuses to be run by root, as tests are in a container.
        self.run_as: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres", "postgres")
            self.run_as = {"user": "postgres", "group": "postgres", "extra_groups": []}
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [str(PROGRAMMES / "initdb"), f"--pgdata={self.data}", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self.run_as)

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.data)

    def start(self) -> None:
        # Its shared memory in files of its own folder: what a killed server leaves behind goes with the folder.
        shared = ["-c", "dynamic_shared_memory_type=mmap"]
        options = ["-c", f"listen_addresses={HOST}", "-c", "max_connections=60", *shared]
        command = [str(PROGRAMMES / "postgres"), "-D", str(self.data), "-p", str(self.port), "-k", str(self.data)]
        with (self.data / "log").open("ab") as log:
            self.process = subprocess.Popen([*command, *options], stderr=log, cwd="/", **self.run_as)
        wait_until(self.answers)

    def kill(self) -> None:
        """As when the machine's power goes: every process of the server at once."""
        kill_all(self.process.pid)
        self.process.wait()

    def answers(self) -> bool:
        command = ["pg_isready", "--quiet", f"--host={HOST}", f"--port={self.port}"]
        return subprocess.run(command, check=False).returncode == 0

    def create(self, name: str, template: str = "template0") -> str:
        """A new database; its address."""
        self.query("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        # PostgreSQL 15 copies a sequence as far ahead of its log as it was: a checkpoint saves it from a crash.
        self.query("postgres", "CHECKPOINT")
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgres://postgres@{HOST}:{self.port}/{name}"

    def query(self, database: str, sql: str) -> str:
        command = ["psql", self.url(database), "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@dataclass
class Server:
    """gunicorn, answering on a port."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self.port, timeout=30)

    def kill(self) -> None:
        """The master and its workers, by their numbers, without a word to any of them."""
        kill_all(self.process.pid)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@dataclass
class Installation:
    """One installation: its folder and its environment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path, database: str) -> Installation:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        return cls(
            folder,
            kept
            | {
                "SECRET_KEY": "0123456789abcdefghij" * 3,
                "ALLOWED_HOSTS": "uppfoljning.example.se",
                "SITE_URL": "https://uppfoljning.example.se",
                "REQUIRE_MFA": "0",  # tests/organisation tries it; here nobody has a telephone
                "DATABASE_URL": database,
                "EMAIL_URL": "dummymail://",
                "MEDIA_ROOT": str(folder / "media"),
                "ARCHIVE_ANCHOR_FILE": str(folder / "archive-anchor.txt"),
                "STATIC_ROOT": str(folder / "static"),
                "RENDER_ON_DEMAND": "0",
            },
        )

    @property
    def database(self) -> str:
        """The name of its database."""
        return self.environment["DATABASE_URL"].rpartition("/")[2]

    def run(self, *command: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=check,
            timeout=300,
        )

    def manage(self, *arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "manage.py", *arguments, check=check, **more)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """One of the commands, left to run."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=self.environment | more, stdout=subprocess.DEVNULL)

    def python(self, code: str) -> str:
        """What a piece of code prints that is run with the application's models at hand."""
        return self.manage("shell", "--no-imports", "--command", code).stdout.strip()

    @contextmanager
    def server(
        self, *options: str, port: int = 0, application: str = "huddinge_safety.wsgi", **more: str
    ) -> Iterator[Server]:
        """The site under gunicorn, as `gunicorn.conf.py` says; on a free port unless one is given."""
        port, log = port or free_port(), self.folder / "gunicorn.log"
        environment = self.environment | {"BIND": f"{HOST}:{port}", "WEB_CONCURRENCY": "2", "THREADS": "4"} | more
        with log.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", application, *options],
                cwd=settings.BASE_DIR,
                env=environment,
                stderr=file,
            )
        server = Server(process, port, log)
        try:
            wait_until(lambda: self._is_up(server))
            yield server
        finally:
            server.stop()

    def _is_up(self, server: Server) -> bool:
        if server.process.poll() is not None:
            raise RuntimeError(f"gunicorn ended: {server.log.read_text()}")
        connection = server.connect()
        try:
            connection.request("GET", "/healthz")
            with connection.getresponse() as response:
                return response.status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def sessions(self, *usernames: str) -> list[str]:
        """The cookies of people who have logged in."""
        return self.python(
            "from importlib import import_module\n"
            "from django.conf import settings\n"
            "from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY\n"
            "from organisation.models import User\n"
            f"for username in {usernames!r}:\n"
            "    user = User.objects.get(username=username)\n"
            "    session = import_module(settings.SESSION_ENGINE).SessionStore()\n"
            "    session[SESSION_KEY] = str(user.pk)\n"
            "    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]\n"
            "    session[HASH_SESSION_KEY] = user.get_session_auth_hash()\n"
            "    session.create()\n"
            "    print(session.session_key)"
        ).split()


@dataclass
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def text(self) -> str:
        return self.body.decode()

    def fields(self) -> dict[str, str]:
        """Names and values of the hidden fields, such as versions and the token against forgery."""
        tags = re.findall(r"<input[^>]*>", self.text)
        pairs = ((re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags)
        return {name[1]: value[1] for name, value in pairs if name and value}


class Browser:
    """Somebody who has logged in, behind the proxy. Connection errors reach the caller, as a user would see them."""

    def __init__(self, server: Server, session: str) -> None:
        self.server = server
        self.cookies = {"__Host-sessionid": session}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, data: dict[str, str]) -> Answer:
        data = data | {"csrfmiddlewaretoken": self.token()}
        return self._ask("POST", path, urlencode(data).encode(), "application/x-www-form-urlencoded")

    def upload(self, path: str, name: str, content: bytes) -> Answer:
        """Send a form with one file, named `file`."""
        data = {"csrfmiddlewaretoken": self.token(), "file": SimpleUploadedFile(name, content)}
        return self._ask("POST", path, encode_multipart(BOUNDARY, data), MULTIPART_CONTENT)

    def token(self) -> str:
        """The token against forgery, as the cookie has it. (Any page with a form sets it.)"""
        if "__Host-csrftoken" not in self.cookies:
            self.get("/losenord/")
        return self.cookies["__Host-csrftoken"]

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        # A connection of its own each time: a server that was killed meanwhile is told from one that is slow.
        connection = self.server.connect()
        headers = {
            "Host": "uppfoljning.example.se",
            "X-Forwarded-Proto": "https",
            "Referer": "https://uppfoljning.example.se/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body is not None:
            headers["Content-Type"] = kind
        try:
            connection.request(method, path, body, headers)
            with connection.getresponse() as response:
                answer = Answer(response.status, response.read(), response.headers)
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer
