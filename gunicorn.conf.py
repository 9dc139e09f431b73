"""Read by gunicorn when it is started in this folder. What differs between hosts comes from the environment."""

import os
import shutil
import tempfile

from huddinge_safety.logs import LEVELS, logging_config

bind = os.environ.get("BIND") or "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Each thread keeps a connection to the database open: workers times threads, of those that the server allows.
threads = int(os.environ.get("THREADS") or 4)
timeout = 60
graceful_timeout = 30
# A process is replaced now and then, at different times, so that memory it has not given back goes.
max_requests, max_requests_jitter = 5000, 500
# Signs of life go to memory: a slow disk must not look like a dead process.
# It is steered by signals, as systemd does: nothing else listens, and nothing is written to a home folder.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108

level = os.environ.get("LOG_LEVEL", "").upper()
logconfig_dict = logging_config("json", level if level in LEVELS else "INFO")

# Where the processes lay their counts together, for /metrics. It is read before the application is.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))


def child_exit(server: object, worker: object) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]


def on_exit(server: object) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
