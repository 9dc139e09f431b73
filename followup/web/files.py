"""Responses that stream a stored file, and the answer when storage has lost it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

from followup.models import DecidedReport
from followup.web.conditional import REVALIDATED

logger = logging.getLogger(__name__)


class StoredFileMissingError(Http404):
    """Storage cannot open a file named in the database. The message names the file and the remedy, in Swedish."""


def open_stored(file: FieldFile, belongs_to: Callable[[], str]) -> File:
    """Open a stored file, or raise StoredFileMissingError with the item that it `belongs_to`, asked for only then."""
    try:
        return file.open("rb")
    except OSError as error:
        logger.error("A stored file cannot be opened: %s (%s)", file.name, error)
        verb = "saknas i lagringen" if isinstance(error, FileNotFoundError) else "kan inte läsas ur lagringen"
        raise StoredFileMissingError(
            f"Filen {file.name} {verb}. Den hör till {belongs_to()}."
            " Be den som sköter systemet att lägga tillbaka filen från en säkerhetskopia."
        ) from error


def open_stored_pdf(decided: DecidedReport) -> File:
    """Open the stored PDF of a decided report. Raise StoredFileMissingError, with its decision, if it is gone."""
    return open_stored(decided.pdf, lambda: f"beslutet {decided.decision}")


def stored_pdf_response(decided: DecidedReport, name: str) -> FileResponse:
    """Stream the stored PDF of a decided report as a file called `name`. Raise StoredFileMissingError if it is gone."""
    headers = {"Cache-Control": REVALIDATED}
    return FileResponse(open_stored_pdf(decided), content_type="application/pdf", filename=name, headers=headers)
