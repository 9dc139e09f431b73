"""manage.py render_queued [--forever] [--only pdfs|files]"""

import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from followup.queue.jobs import FILES, PDFS
from followup.queue.watchdog import report_alive
from followup.worker import make_pdfs, read_files

PAUSE_SECONDS = 1
WORK = {PDFS: make_pdfs, FILES: read_files}


class Command(BaseCommand):
    help = (
        "Skapar de PDF-filer som någon väntar på och läser de filer som lämnats in, i var sin process, och slutar "
        "sedan. Sidorna startar kommandot själva."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true", help="vänta på fler filer, som tjänst")
        parser.add_argument("--only", choices=list(WORK), help="bara PDF-filerna, eller bara filerna som lämnats in")

    def handle(self, *args: Any, forever: bool, only: str | None, **options: Any) -> None:
        """Work on one queue, or on both at once: the PDFs in this process and the uploaded files in a second one."""
        # SIGTERM acts as Ctrl+C: the running job goes back into the queue.
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
        if only:
            self._work(only, forever)
            return
        # A slow file must not delay the PDF of a decision, so each queue has its own process.
        reader = self._start(FILES, forever)
        try:
            self._work(PDFS, forever, other=reader)
        except BaseException:
            reader.terminate()
            raise
        finally:
            reader.wait()

    def _work(self, queue: str, forever: bool, other: "subprocess.Popen[bytes] | None" = None) -> None:
        """Do the waiting jobs once, or until this process or the `other` one is stopped."""
        done = WORK[queue]()
        while forever and (other is None or other.poll() is None):
            close_old_connections()
            report_alive()
            time.sleep(PAUSE_SECONDS)
            done += WORK[queue]()
        if queue == PDFS:
            self.stdout.write(f"{done} filer skapades.")

    def _start(self, queue: str, forever: bool) -> "subprocess.Popen[bytes]":
        """Start the command in another process, for one queue."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "render_queued", "--only", queue]
        return subprocess.Popen([*command, *(["--forever"] if forever else [])], stdin=subprocess.DEVNULL)
