"""manage.py render_report SLUG YEAR --format pdf --output FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from followup.archive import report_of, stored_file
from followup.models import FollowUp
from followup.renderers import RENDERERS
from followup.renderers.pdf import PdfUnavailable
from followup.report import build_report
from programmes.models import Programme


class Command(BaseCommand):
    help = "Skriver rapporten för ett års uppföljning till en fil."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="programmets kortnamn")
        parser.add_argument("year", type=int, help="uppföljningens år")
        parser.add_argument("--format", choices=sorted(RENDERERS), default="pdf", help="filformat (standard: pdf)")
        parser.add_argument("--draft", action="store_true", help="året som det nu är, även om det är beslutat")
        parser.add_argument("--output", required=True, type=Path, help="fil att skriva till")

    def handle(self, *args: Any, slug: str, year: int, output: Path, **options: Any) -> None:
        follow_up = find_follow_up(slug, year)
        try:
            content = self.content(follow_up, options["format"], draft=options["draft"])
        except PdfUnavailable as error:
            raise CommandError(str(error)) from error
        try:
            output.write_bytes(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            raise CommandError(f"Filen {output} kunde inte skrivas: {error.strerror}.") from error
        self.stdout.write(f"{follow_up} skrevs till {output}.")

    def content(self, follow_up: FollowUp, suffix: str, *, draft: bool) -> str | bytes:
        if draft:
            return RENDERERS[suffix](build_report(follow_up))
        return stored_file(follow_up, suffix) or RENDERERS[suffix](report_of(follow_up))


def find_follow_up(slug: str, year: int) -> FollowUp:
    """CommandError that says what there is instead, when there is no such follow-up."""
    try:
        programme = Programme.objects.named(slug)
    except Programme.DoesNotExist as error:
        raise CommandError(str(error)) from error
    if year not in programme.years:
        raise CommandError(f"{year} ligger utanför programmets period {programme.period}.")
    follow_up = FollowUp.objects.filter(programme=programme, year=year).select_related("programme").first()
    if follow_up is None:
        raise CommandError(f"Uppföljningen för {year} har inte öppnats.")
    return follow_up
