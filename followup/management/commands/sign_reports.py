"""manage.py sign_reports"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from followup.models import DecidedReport
from followup.report.anchor import add_to_anchor, anchor_file, anchor_problems, read_anchor
from followup.report.signing import can_sign, public_key, store_signature, trusted_keys
from followup.report.verification import NOT_SIGNED, check_chain, check_years
from organisation.sentences import counted


class Command(BaseCommand):
    help = "Signerar de beslutade rapporter som inte är signerade, om allt annat stämmer. Körs när nyckeln är ny."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Sign the decided reports that lack a signature. Raise CommandError and sign none when any report is faulty.

        A signature on a faulty report would vouch for the fault.
        """
        if not can_sign():
            raise CommandError("ARCHIVE_SIGNING_KEY är inte satt. Skapa en nyckel med: openssl rand -base64 32")
        problems = [*_chain_problems(), *check_years(), *_anchor_problems()]
        if problems:
            raise CommandError("\n".join([*problems, "Inget signerades: red först ut det som skiljer."]), returncode=1)

        unsigned = list(DecidedReport.objects.filter(signature=None).only("number", "sha256").order_by("number"))
        for decided_report in unsigned:
            store_signature(decided_report)
        _add_to_anchor(unsigned)
        self.stdout.write(f"{counted(len(unsigned), 'beslutad rapport', 'beslutade rapporter')} signerades.")
        self.stdout.write(f"Öppen nyckel, att spara utanför systemet: {public_key()}")


def _chain_problems() -> Iterator[str]:
    """Yield each fault in the chain of decided reports, except that a signature is missing."""
    for check in check_chain():
        for problem in check.problems:
            if problem != NOT_SIGNED:
                yield f"Länk {check.link}: {problem}."


def _add_to_anchor(reports: Sequence[DecidedReport]) -> None:
    """Add the reports to the anchor file, the list of checksums outside the database, when one is configured."""
    path = anchor_file()
    if path is None:
        return
    try:
        add_to_anchor(reports, path)
    except OSError as error:
        raise CommandError(f"Ankarfilen {path} kunde inte skrivas: {error.strerror}.") from error


def _anchor_problems() -> list[str]:
    path = anchor_file()
    if path is None or not path.exists():
        return []
    checksums = dict(DecidedReport.objects.values_list("number", "sha256"))
    try:
        return list(anchor_problems(read_anchor(path), checksums, trusted_keys()))
    except (OSError, ValueError) as error:
        return [str(error)]
