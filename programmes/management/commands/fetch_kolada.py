"""manage.py fetch_kolada, for cron: fetches the key figures that indicators are linked to."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from programmes.kolada import fetch_all


class Command(BaseCommand):
    help = (
        "Hämtar värden från Kolada till de indikatorer som är kopplade till nyckeltal, de äldsta först. "
        "En hämtning som avbröts fortsätter där den slutade. Slutar med felkod när något inte kunde hämtas."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than",
            type=int,
            default=20,
            metavar="TIMMAR",
            help="hämta bara det som är äldre än så många timmar (20); 0 hämtar allt",
        )

    def handle(self, *args: Any, older_than: int, **options: Any) -> None:
        log = fetch_all(timezone.now(), older_than=timedelta(hours=older_than))
        for line in log.kept:
            self.stdout.write(line)
        self.stdout.write(f"Hämtade nyckeltal: {log.key_figures}. Nya eller ändrade utfall: {log.changed}.")
        if log.failed:
            raise CommandError("\n".join(log.failed))
