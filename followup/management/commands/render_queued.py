"""manage.py render_queued [--forever]"""

import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from followup.worker import drain

PAUSE_SECONDS = 1


class Command(BaseCommand):
    help = (
        "Läser de stora arbetsböcker och skapar de PDF-filer som någon väntar på, och slutar sedan. "
        "Sidorna startar kommandot själva."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true", help="vänta på fler filer att skapa, som tjänst")

    def handle(self, *args: Any, forever: bool, **options: Any) -> None:
        # SIGTERM acts as Ctrl+C: the running job goes back into the queue.
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
        made = drain()
        while forever:
            close_old_connections()
            time.sleep(PAUSE_SECONDS)
            made += drain()
        self.stdout.write(f"{made} filer skapades.")
