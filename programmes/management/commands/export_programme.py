"""manage.py export_programme SLUG --format xlsx or json --output FILE"""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmes.exporting import export_programme, to_json
from programmes.models import Programme
from programmes.sheets.writing import programme_workbook

FORMATS: dict[str, Callable[[Programme], bytes]] = {
    "json": lambda programme: to_json(export_programme(programme)).encode(),
    "xlsx": lambda programme: programme_workbook(export_programme(programme), programme.terms),
}


class Command(BaseCommand):
    help = "Skriver ett program till en fil som import_programme läser tillbaka oförändrat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="programmets kortnamn")
        parser.add_argument("--format", choices=list(FORMATS), default="json", help="filformat")
        parser.add_argument("--output", required=True, type=Path, help="fil att skriva till")

    def handle(self, *args: Any, slug: str, output: Path, **options: Any) -> None:
        try:
            programme = Programme.objects.named(slug)
        except Programme.DoesNotExist as error:
            raise CommandError(str(error)) from error
        try:
            output.write_bytes(FORMATS[options["format"]](programme))
        except OSError as error:
            raise CommandError(f"Filen {output} kunde inte skrivas: {error.strerror}.") from error
        self.stdout.write(f"{programme} skrevs till {output}.")
