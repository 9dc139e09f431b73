"""manage.py import_programme FILE

The command belongs to followup, not programmes, because a file may hold follow-ups too.
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from followup.documents.report import pdf
from followup.intake.preview import RewordedItem, reworded_items
from followup.intake.removal import Surplus, remove_surplus, surplus_of
from followup.intake.workbook import read_workbook
from followup.intake.years import import_source, lock_follow_ups
from programmes.importing import ImportLog, name_with_kind
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import MappingChoices
from programmes.source import Node, Problem, SourceError, read_json

FACTS = {
    "title": "titel",
    "slug": "kortnamn",
    "first_year": "första år",
    "last_year": "sista år",
    "overarching_goal": "övergripande mål",
}


class Command(BaseCommand):
    help = "Läser in ett program, och de års uppföljningar som filen innehåller. Allt eller inget läses in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the file, an option for each fact that a workbook may lack, and the choices of the import."""
        parser.add_argument(
            "file",
            type=Path,
            help="programfil (.json), eller en fil med tabeller (.xlsx, .xls, .ods, .csv, .docx eller .pdf)",
        )
        for name, description in FACTS.items():
            parser.add_argument(
                f"--{name.replace('_', '-')}",
                type=int if name.endswith("year") else str,
                help=f"programmets {description}, om arbetsboken inte säger det",
            )
        parser.add_argument(
            "--without-pdf", action="store_true", help="spara beslutade rapporter utan PDF, vilket går fortare"
        )
        parser.add_argument(
            "--remove-missing",
            action="store_true",
            help="ta också bort det i programmet som inte finns i filen, om ingen har svarat på det",
        )

    def handle(self, *args: Any, file: Path, without_pdf: bool, remove_missing: bool, **options: Any) -> None:
        """Import the file in one transaction and print the changes. Raise CommandError when the file has faults."""
        log = ImportLog()
        with_pdf = self.can_store_pdf(without_pdf)
        try:
            with transaction.atomic():
                source, problems = self.read(file, options, log)
                lock_follow_ups(source)
                programme = import_source(source, log, problems, with_pdf=with_pdf)
                reworded = reworded_items(log)
                surplus = surplus_of(programme, log.missing)
                if remove_missing:
                    remove_surplus(surplus, log, by=None)
        except SourceError as error:
            number = f"{len(error.problems)} fel:\n" if len(error.problems) > 1 else ""
            raise CommandError(f"Inget lästes in. {number}{error}") from error
        self.report(str(programme), log, reworded)
        self.tell_surplus(surplus, removed=remove_missing)

    def can_store_pdf(self, without_pdf: bool) -> bool:
        """Return whether decided reports get a PDF; warn when the library that draws it is not installed."""
        if without_pdf:
            return False
        if not pdf.is_available():
            self.stderr.write(f"{pdf.PdfUnavailableError()} Beslutade rapporter sparas utan PDF.")
            return False
        return True

    def read(self, file: Path, options: dict[str, Any], log: ImportLog) -> tuple[Node, Sequence[Problem]]:
        """Return the content of the file, with the problems found in the cells of a workbook."""
        if file.suffix.lower() == ".json":
            return read_json(file), ()
        facts = self.facts(file, options)
        source, tables = read_workbook(_content(file), facts, MappingChoices(), self.show_progress)
        log.notes += map(str, tables.notes)
        return source, tables.problems

    def facts(self, file: Path, options: dict[str, Any]) -> ProgrammeFacts:
        given = {name: options.get(name) for name in FACTS}
        return ProgrammeFacts({name: value for name, value in given.items() if value}, fallback_title=file.stem)

    def show_progress(self, rows_read: int, rows_in_file: int) -> None:
        if rows_read:
            self.stderr.write(f"{rows_read} av {rows_in_file} rader är lästa.")

    def report(self, programme: str, log: ImportLog, reworded: Sequence[RewordedItem]) -> None:
        """Print the notes of the import, the answered items with new wording, and the number of changes by kind."""
        for line in [*log.notes, *log.kept]:
            self.stdout.write(line)
        for item in reworded:
            name = item.name[0].upper() + item.name[1:]
            self.stdout.write(f"{name}, som har svar, fick ny lydelse: ”{item.before}” blev ”{item.after}”.")
        if log.nothing_changed:
            self.stdout.write(f"Inget ändrades: {programme} stämmer redan med filen.")
            return
        self.stdout.write(f"{programme} är inläst.")
        numbers_by_change = {"Nya": log.created, "Ändrade": log.changed, "Borttagna": log.removed}
        for change, numbers in numbers_by_change.items():
            if numbers:
                self.stdout.write(f"{change}: {listing(numbers)}.")

    def tell_surplus(self, surplus: Surplus, *, removed: bool) -> None:
        """Print the items that the file lacks: left alone, or not removable and why."""
        if not removed and surplus.removable:
            self.stdout.write("Finns inte i filen och lämnades som det är; --remove-missing tar bort det:")
            for row in surplus.removable:
                self.stdout.write(f"  {name_with_kind(row)}")
        for row, reason in surplus.bound:
            self.stdout.write(f"Finns inte i filen och kan inte tas bort: {name_with_kind(row)}, som {reason}.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(f"Filen {file} kunde inte läsas: {error.strerror}.") from error


def listing(counter: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counter.items())
