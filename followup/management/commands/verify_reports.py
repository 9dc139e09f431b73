"""manage.py verify_reports"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from followup.models import DecidedReport, MaintenanceRun
from followup.report.anchor import add_to_anchor, anchor_file, anchor_problems, read_anchor
from followup.report.signing import can_sign, public_key, trusted_keys
from followup.report.verification import check_chain, check_years
from organisation.sentences import counted


class Command(BaseCommand):
    help = "Kontrollerar att alla beslutade rapporter är som de var när de beslutades. Slutar med 1 om något skiljer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect", type=Path, metavar="FIL", help="jämför med en ankarfil, till exempel en kopia på en annan dator"
        )
        parser.add_argument(
            "--write-anchor", action="store_true", help="anteckna i ankarfilen de rapporter som saknas i den"
        )

    def handle(self, *args: Any, expect: Path | None, write_anchor: bool, **options: Any) -> None:
        links, faults, unsigned, last = 0, 0, 0, ""
        for check in check_chain():
            links, last = links + 1, check.link.sha256
            unsigned += not check.is_signed
            for problem in check.problems:
                faults += 1
                self.stdout.write(f"Länk {check.link}: {problem}.")
        for problem in (*check_years(), *self.anchor_problems(expect)):
            faults += 1
            self.stdout.write(problem)
        if unsigned and not can_sign():
            signed = "signerad" if unsigned == 1 else "signerade"
            self.stdout.write(f"{unsigned} av {links} är ej {signed}: ARCHIVE_SIGNING_KEY är inte satt.")
        if write_anchor:
            self.write_anchor()
        if faults:
            reports = counted(links, "beslutad rapport", "beslutade rapporter")
            raise CommandError(f"{faults} fel i {reports}.", returncode=1)
        MaintenanceRun.record(MaintenanceRun.Task.VERIFICATION, timezone.now())
        checked = counted(links, "beslutad rapport kontrollerad", "beslutade rapporter kontrollerade")
        self.stdout.write(f"{checked}, inget skiljer.")
        if last:
            self.stdout.write(f"Kedjans senaste kontrollsumma: {last}")
        if options["verbosity"] > 1 and can_sign():
            self.stdout.write(f"Öppen nyckel: {public_key()}")

    def anchor_problems(self, expect: Path | None) -> Iterator[str]:
        """Compare the links with the installation's own anchor file and with the one to `expect`."""
        own = anchor_file()
        paths = [own] if own and own.exists() else []
        checksums = dict(DecidedReport.objects.values_list("number", "sha256"))
        for path in dict.fromkeys([*paths, *filter(None, [expect])]):
            try:
                lines = read_anchor(path)
            except OSError as error:
                raise CommandError(f"Ankarfilen {path} kan inte läsas: {error.strerror}.", returncode=1) from error
            except ValueError as error:
                yield str(error)
            else:
                yield from anchor_problems(lines, checksums, trusted_keys())

    def write_anchor(self) -> None:
        """Add the links that the anchor file lacks. What differs has been reported, and both checksums are kept."""
        path = anchor_file()
        if path is None:
            raise CommandError("ARCHIVE_ANCHOR_FILE är inte satt.", returncode=1)
        links = DecidedReport.objects.select_related("signature").order_by("number")
        try:
            added = add_to_anchor(links.only("number", "sha256", "signature__signature").iterator(), path)
        except (OSError, ValueError) as error:
            raise CommandError(f"Ankarfilen {path} kunde inte skrivas: {error}", returncode=1) from error
        self.stdout.write(f"{added} nya rader i ankarfilen {path}.")
