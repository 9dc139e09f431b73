"""manage.py import_programme FILE

It stands here and not in `programmes` because a file may hold years of follow-up too."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from followup.importing import import_follow_ups
from followup.renderers import pdf
from programmes.importing import ImportLog, import_programme
from programmes.source import SourceError, read_json


class Command(BaseCommand):
    help = "Läser in ett program, och de års uppföljningar som filen innehåller. Allt eller inget läses in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="programfil (.json)")
        parser.add_argument(
            "--without-pdf", action="store_true", help="spara beslutade rapporter utan PDF, vilket går fortare"
        )

    def handle(self, *args: Any, file: Path, without_pdf: bool, **options: Any) -> None:
        if file.suffix.lower() != ".json":
            raise CommandError(f"Filen {file} har en filändelse som inte kan läsas in. Använd .json.")
        log = ImportLog()
        with_pdf = not without_pdf and pdf.is_available()
        if not with_pdf and not without_pdf:
            self.stderr.write(f"{pdf.PdfUnavailable()} Beslutade rapporter sparas utan PDF.")
        try:
            with transaction.atomic():
                source = read_json(file)
                programme = import_programme(source, log)
                import_follow_ups(source, programme, log, with_pdf=with_pdf)
        except SourceError as error:
            many = f"{len(error.problems)} fel:\n" if len(error.problems) > 1 else ""
            raise CommandError(f"Inget lästes in. {many}{error}") from error
        self.report(str(programme), log)

    def report(self, programme: str, log: ImportLog) -> None:
        for line in log.kept:
            self.stdout.write(line)
        if log.nothing_changed:
            self.stdout.write(f"Inget ändrades: {programme} stämmer redan med filen.")
            return
        self.stdout.write(f"{programme} är inläst.")
        for word, counter in (("Nya", log.created), ("Ändrade", log.changed)):
            if counter:
                self.stdout.write(f"{word}: {listing(counter)}.")


def listing(counter: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counter.items())
