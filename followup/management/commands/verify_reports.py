"""manage.py verify_reports"""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from followup.models import DecidedReport, MaintenanceRun
from followup.report.anchor import add_to_anchor, anchor_file, anchor_problems, read_anchor
from followup.report.signing import can_sign, public_key, trusted_keys
from followup.report.verification import check_chain, check_years
from organisation.sentences import counted


@dataclass
class ChainResult:
    """The totals of a check of the chain of decided reports."""

    links: int = 0
    faults: int = 0
    unsigned: int = 0
    last_checksum: str = ""


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
        """Check all decided reports, print each fault, and exit with status 1 when there is any.

        The anchor file is written even when there are faults: it only ever gains lines.
        """
        chain = self.check_links()
        other_faults = self.print_problems([*check_years(), *self.anchor_problems(expect)])
        self.print_unsigned(chain)
        if write_anchor:
            self.write_anchor()

        faults = chain.faults + other_faults
        if faults:
            reports = counted(chain.links, "beslutad rapport", "beslutade rapporter")
            raise CommandError(f"{faults} fel i {reports}.", returncode=1)
        MaintenanceRun.record(MaintenanceRun.Task.VERIFICATION, timezone.now())
        self.print_success(chain, with_public_key=options["verbosity"] > 1 and can_sign())

    def check_links(self) -> ChainResult:
        """Check the chain of checksums, print each fault, and return the totals.

        A link is a decided report. Its checksum covers that of the report before it, so a link cannot be changed
        unnoticed.
        """
        result = ChainResult()
        for check in check_chain():
            result.links += 1
            result.last_checksum = check.link.sha256
            if not check.is_signed:
                result.unsigned += 1
            result.faults += self.print_problems(f"Länk {check.link}: {problem}." for problem in check.problems)
        return result

    def print_problems(self, problems: Iterable[str]) -> int:
        """Print each problem on a line, and return their number."""
        number = 0
        for problem in problems:
            number += 1
            self.stdout.write(problem)
        return number

    def print_unsigned(self, chain: ChainResult) -> None:
        """Print the number of unsigned reports when there is no signing key; with a key, each is a fault."""
        if chain.unsigned and not can_sign():
            signed = "signerad" if chain.unsigned == 1 else "signerade"
            self.stdout.write(f"{chain.unsigned} av {chain.links} är ej {signed}: ARCHIVE_SIGNING_KEY är inte satt.")

    def print_success(self, chain: ChainResult, *, with_public_key: bool) -> None:
        checked = counted(chain.links, "beslutad rapport kontrollerad", "beslutade rapporter kontrollerade")
        self.stdout.write(f"{checked}, inget skiljer.")
        if chain.last_checksum:
            self.stdout.write(f"Kedjans senaste kontrollsumma: {chain.last_checksum}")
        if with_public_key:
            self.stdout.write(f"Öppen nyckel: {public_key()}")

    def anchor_problems(self, expect: Path | None) -> Iterator[str]:
        """Yield the differences between the decided reports and each anchor file: the configured one, and `expect`.

        An anchor file holds the checksums of the decided reports outside the database. Raise CommandError when a file
        cannot be read.
        """
        configured = anchor_file()
        paths = [configured] if configured and configured.exists() else []
        if expect and expect not in paths:
            paths.append(expect)
        checksums = dict(DecidedReport.objects.values_list("number", "sha256"))
        for path in paths:
            try:
                lines = read_anchor(path)
            except OSError as error:
                raise CommandError(f"Ankarfilen {path} kan inte läsas: {error.strerror}.", returncode=1) from error
            except ValueError as error:
                yield str(error)
                continue
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
