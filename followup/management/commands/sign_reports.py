"""manage.py sign_reports"""

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
        if not can_sign():
            raise CommandError("ARCHIVE_SIGNING_KEY är inte satt. Skapa en nyckel med: openssl rand -base64 32")
        problems = [
            f"Länk {check.link}: {problem}."
            for check in check_chain()
            for problem in check.problems
            if problem != NOT_SIGNED
        ]
        problems += [*check_years(), *_anchor_problems()]
        if problems:
            raise CommandError("\n".join([*problems, "Inget signerades: red först ut det som skiljer."]), returncode=1)
        unsigned = list(DecidedReport.objects.filter(signature=None).only("number", "sha256").order_by("number"))
        for link in unsigned:
            store_signature(link)
        if path := anchor_file():
            try:
                add_to_anchor(unsigned, path)
            except OSError as error:
                raise CommandError(f"Ankarfilen {path} kunde inte skrivas: {error.strerror}.") from error
        self.stdout.write(f"{counted(len(unsigned), 'beslutad rapport', 'beslutade rapporter')} signerades.")
        self.stdout.write(f"Öppen nyckel, att spara utanför systemet: {public_key()}")


def _anchor_problems() -> list[str]:
    path = anchor_file()
    if path is None or not path.exists():
        return []
    checksums = dict(DecidedReport.objects.values_list("number", "sha256"))
    try:
        return list(anchor_problems(read_anchor(path), checksums, trusted_keys()))
    except (OSError, ValueError) as error:
        return [str(error)]
