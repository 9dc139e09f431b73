"""manage.py export_programme SLUG --format json --output FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmes.exporting import export_programme, to_json
from programmes.models import Programme


class Command(BaseCommand):
    help = "Skriver ett program till en fil som import_programme läser tillbaka oförändrat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="programmets kortnamn")
        parser.add_argument("--format", choices=["json"], default="json", help="filformat")
        parser.add_argument("--output", required=True, type=Path, help="fil att skriva till")

    def handle(self, *args: Any, slug: str, output: Path, **options: Any) -> None:
        try:
            programme = Programme.objects.named(slug)
        except Programme.DoesNotExist as error:
            raise CommandError(str(error)) from error
        try:
            output.write_text(to_json(export_programme(programme)), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Filen {output} kunde inte skrivas: {error.strerror}.") from error
        self.stdout.write(f"{programme} skrevs till {output}.")
