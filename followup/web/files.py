"""Responses that stream a stored file."""

from django.http import FileResponse

from followup.models import DecidedReport
from followup.web.conditional import REVALIDATED


def stored_pdf_response(decided: DecidedReport, name: str) -> FileResponse:
    """Stream the stored PDF of a decided report under the file name `name`."""
    headers = {"Cache-Control": REVALIDATED}
    return FileResponse(decided.pdf.open("rb"), content_type="application/pdf", filename=name, headers=headers)
