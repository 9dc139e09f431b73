"""manage.py verify_reports"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from followup.report.archive import check_chain, unfrozen


class Command(BaseCommand):
    help = "Kontrollerar att alla beslutade rapporter är som de var när de beslutades. Slutar med 1 om något skiljer."

    def handle(self, *args: Any, **options: Any) -> None:
        links, faults, last = 0, 0, ""
        for check in check_chain():
            links, last = links + 1, check.link.sha256
            for problem in check.problems:
                faults += 1
                self.stdout.write(f"Länk {check.link}: {problem}.")
        for problem in unfrozen():
            faults += 1
            self.stdout.write(problem)
        if faults:
            raise CommandError(f"{faults} fel i {links} beslutade rapporter.", returncode=1)
        self.stdout.write(f"{links} beslutade rapporter kontrollerade, inget skiljer.")
        if last:
            self.stdout.write(f"Kedjans senaste kontrollsumma: {last}")
