"""manage.py render_report SLUG YEAR --format pdf --output FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from followup.documents.formats import FORMATS
from followup.documents.report.pdf import PdfUnavailableError
from followup.models import FollowUp
from followup.report.archive import redrawn, report_of, stored_file
from followup.report.building import build_report
from followup.report.selection import select
from followup.web.files import StoredFileMissingError
from programmes.models import Programme


class Command(BaseCommand):
    help = "Skriver rapporten för ett års uppföljning till en fil."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the report to render, the part and format of it, and the output file."""
        parser.add_argument("slug", help="programmets kortnamn")
        parser.add_argument("year", type=int, help="uppföljningens år")
        parser.add_argument("--format", choices=sorted(FORMATS), default="pdf", help="filformat (standard: pdf)")
        parser.add_argument("--draft", action="store_true", help="året som det nu är, även om det är beslutat")
        part = parser.add_mutually_exclusive_group()
        part.add_argument("--area", type=int, metavar="N", help="bara ansvarsområde N")
        part.add_argument("--unit", default="", metavar="NAMN", help="bara en enhets del, med enhetens namn")
        parser.add_argument("--without-measures", action="store_true", help="mål utan åtgärder")
        parser.add_argument("--short", action="store_true", help="kort rapport: första sidan och det som avviker")
        parser.add_argument("--since", type=int, metavar="ÅR", help="med det som har förändrats sedan ett tidigare år")
        parser.add_argument(
            "--redraw",
            action="store_true",
            help="rita en beslutad rapport vars lagrade PDF-fil saknas på nytt, märkt som inte den lagrade filen",
        )
        parser.add_argument("--output", required=True, type=Path, help="fil att skriva till")

    def handle(self, *args: Any, slug: str, year: int, output: Path, **options: Any) -> None:
        """Write the report of a year to `output`. Raise CommandError when it cannot be made or written."""
        follow_up = find_follow_up(slug, year)
        try:
            content = self.content(follow_up, **options)
        except StoredFileMissingError as missing:
            raise CommandError(f"{missing} Eller rita rapporten på nytt ur databasen med --redraw.") from missing
        except (PdfUnavailableError, ValueError) as error:
            raise CommandError(str(error)) from error
        try:
            output.write_bytes(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            raise CommandError(f"Filen {output} kunde inte skrivas: {error.strerror}.") from error
        self.stdout.write(f"{follow_up} skrevs till {output}.")

    def content(self, follow_up: FollowUp, *, draft: bool, **options: Any) -> str | bytes:
        """Return the content of the file. A whole decided report is returned exactly as it was stored at the decision.

        Raise ValueError when the report has no such part, StoredFileMissingError when the stored PDF is gone.
        """
        whole_report = build_report(follow_up) if draft else report_of(follow_up)
        report = select(
            whole_report,
            area=options["area"],
            unit=options["unit"],
            earlier_year=options["since"],
            measures=not options["without_measures"],
            short=options["short"],
        )
        file_format = options["format"]
        render = FORMATS[file_format].render
        if options["redraw"]:
            return render(redrawn(report) if report.is_decided else report)
        is_whole_and_stored = not draft and report == whole_report
        stored = stored_file(follow_up, file_format) if is_whole_and_stored else b""
        return stored or render(report)


def find_follow_up(slug: str, year: int) -> FollowUp:
    """Return the follow-up. Raise CommandError with the reason when there is none."""
    try:
        programme = Programme.objects.named(slug)
    except Programme.DoesNotExist as error:
        raise CommandError(str(error)) from error
    if year not in programme.years:
        raise CommandError(f"{year} ligger utanför programmets period {programme.period}.")
    follow_up = FollowUp.objects.filter(programme=programme, year=year).select_related("programme__framework").first()
    if follow_up is None:
        raise CommandError(f"Uppföljningen för {year} har inte öppnats.")
    return follow_up
