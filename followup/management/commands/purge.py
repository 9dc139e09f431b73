"""manage.py purge, for cron: deletes rows whose retention time is up (gallring)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from followup.retention import rules


class Command(BaseCommand):
    help = "Gallrar: tar bort det som inte längre behövs, efter regler i inställningarna. Beslutat material rörs inte."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="visa bara vad som skulle tas bort")

    def handle(self, *args: Any, **options: Any) -> None:
        for rule in rules(timezone.now()):
            rows = list(rule.rows)
            if not options["dry_run"]:
                for row in rows:
                    rule.purge(row)
            self.stdout.write(f"{len(rows)} {rule.name}")
        if options["dry_run"]:
            self.stdout.write("Inget har ändrats.")
