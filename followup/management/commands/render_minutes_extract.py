"""manage.py render_minutes_extract SLUG YEAR --output FILE"""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from followup.documents.minutes import docx as minutes_docx
from followup.documents.minutes import html as minutes_html
from followup.documents.minutes import pdf as minutes_pdf
from followup.documents.minutes import text as minutes_text
from followup.documents.minutes.extract import MinutesExtract, build_minutes_extract
from followup.documents.report.pdf import PdfUnavailableError
from followup.management.commands.render_report import find_follow_up
from followup.models import Decision

RENDERERS: dict[str, Callable[[MinutesExtract], str | bytes]] = {
    ".pdf": minutes_pdf.render,
    ".docx": minutes_docx.render,
    ".html": minutes_html.render,
    ".txt": minutes_text.render,
}


class Command(BaseCommand):
    help = "Skriver protokollsutdraget för det senaste beslutet om ett års uppföljning. Filändelsen väljer format."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="programmets kortnamn")
        parser.add_argument("year", type=int, help="uppföljningens år")
        parser.add_argument("--output", required=True, type=Path, help="fil att skriva till (.pdf, .docx, .html, .txt)")

    def handle(self, *args: Any, slug: str, year: int, output: Path, **options: Any) -> None:
        """Write the minutes extract of the latest recorded decision on a year to the file `output`."""
        render = RENDERERS.get(output.suffix.lower())
        if render is None:
            raise CommandError(f"Filen {output} har en okänd ändelse. Välj någon av {', '.join(RENDERERS)}.")
        decisions = Decision.objects.recorded().select_related("follow_up__programme__framework").order_by("number")
        decision = decisions.filter(follow_up=find_follow_up(slug, year)).last()
        if decision is None:
            raise CommandError(f"Inget beslut är infört om uppföljningen för {year}.")
        try:
            content = render(build_minutes_extract(decision))
        except PdfUnavailableError as error:
            raise CommandError(str(error)) from error
        try:
            output.write_bytes(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            raise CommandError(f"Filen {output} kunde inte skrivas: {error.strerror}.") from error
        self.stdout.write(f"Protokollsutdraget ({decision.meeting}) skrevs till {output}.")
