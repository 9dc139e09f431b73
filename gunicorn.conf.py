"""Settings of gunicorn, which reads this file when it is started in this folder."""

import os
import shutil
import tempfile

from huddinge_safety.logs import LEVELS, logging_config

bind = os.environ.get("BIND") or "127.0.0.1:8000"
# Requests are received outside the threads, within bounded time, so that slow clients stop nobody else.
worker_class = "huddinge_safety.serving.BufferingThreadWorker"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Each thread keeps a connection to the database open: workers times threads, of those that the server allows.
threads = int(os.environ.get("THREADS") or 4)
# A process whose threads have completed nothing for so many seconds is replaced.
timeout = 60
graceful_timeout = 30
# Each process is replaced after some thousand requests, at different times, to return memory that it holds.
max_requests, max_requests_jitter = 5000, 500
# gunicorn is controlled by signals, as systemd does; a control socket would be one more door.
control_socket_disable = True
# Heartbeats go to memory: a slow disk must not look like a dead process.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108

level = os.environ.get("LOG_LEVEL", "").upper()
logconfig_dict = logging_config("json", level if level in LEVELS else "INFO")

# Folder in which the processes add up their counts for /metrics. prometheus_client reads it when it is imported.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))


def child_exit(server: object, worker: object) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]


def on_exit(server: object) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
