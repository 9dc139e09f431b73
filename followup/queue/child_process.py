"""A forked process that does one job: it is killed at the end of the block that started it, or with its parent."""

from __future__ import annotations

import multiprocessing
import os
import select
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Thread
from types import TracebackType
from typing import Any, Self

from followup.queue.watchdog import report_alive

Send = Callable[[Any], None]


class ChildProcess:
    """Context manager that runs `work(send)` in a forked process. The job may send one answer before it ends.

    A fork inherits the parent's open database connection, which the two must not share: a job that uses the database
    needs the parent to close its connections first.
    """

    def __init__(self, work: Callable[[Send], None]) -> None:
        processes = multiprocessing.get_context("fork")
        self._reader, writer = processes.Pipe(duplex=False)
        self._process = processes.Process(target=_run, args=(work, self._reader, writer))
        self._process.start()
        # The child holds the only writing end now, so the end of the child ends the pipe.
        writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()
        self._reader.close()

    def is_finished(self, seconds: float) -> bool:
        """Wait at most `seconds`. Return whether the child has answered or ended."""
        report_alive()
        return self._reader.poll(seconds)

    def answer(self) -> Any:
        """Return the answer of the child. Raise EOFError when it ended without one."""
        return self._reader.recv()

    def exit_code(self) -> int | None:
        """Wait until the child has ended. Return its exit code, which is negative when a signal ended it."""
        self._process.join()
        return self._process.exitcode


def _run(work: Callable[[Send], None], reader: Connection, writer: Connection) -> None:
    reader.close()
    Thread(target=_end_with_parent, args=(writer,), daemon=True).start()
    work(writer.send)


def _end_with_parent(writer: Connection) -> None:
    """End this process when its parent has been killed: the kernel reports that nobody can read the pipe."""
    poll = select.poll()
    poll.register(writer, 0)
    poll.poll()
    os._exit(1)
