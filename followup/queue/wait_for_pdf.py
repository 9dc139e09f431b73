"""Wait for a PDF that is to be stored or sent, and not only read."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.utils import timezone

from followup.documents.minutes.extract import MinutesExtract
from followup.models import FollowUp, Rendering
from followup.queue.pdf_jobs import call_worker, request_pdf_of, retry_pdf
from followup.queue.requester import BOARD
from followup.report.report import Report

# Seconds: the longest wait, and the pause between two looks.
WAIT, LOOK_EVERY = 30, 0.2


class NoPdfError(Exception):
    """There is no PDF, or not yet. The message says why, in Swedish; `texts` are those that make it fail."""

    def __init__(self, problem: str, texts: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(problem)
        self.texts = texts


def finished_pdf(follow_up: FollowUp, value: Report | MinutesExtract, document: Rendering.Document) -> bytes:
    """Let a worker make the PDF of `value`, wait for it and return it.

    Raise NoPdfError when it fails or takes longer than WAIT seconds. The worker goes on then, so that the next attempt
    finds the file.
    """
    rendering = request_pdf_of(follow_up, value, timezone.now(), BOARD, document)
    retry_pdf(rendering, BOARD, timezone.now())
    deadline = time.monotonic() + WAIT
    while True:
        rendering.refresh_from_db(fields=["state", "problem", "failing_texts"])
        if rendering.is_done:
            return _content(rendering)
        if rendering.is_failed:
            raise NoPdfError(rendering.problem, rendering.failing_texts)
        if time.monotonic() > deadline:
            raise NoPdfError("PDF-filen är inte klar ännu, för servern har mycket att göra. Försök igen om en stund.")
        call_worker(timezone.now())
        time.sleep(LOOK_EVERY)


def pdf_if_finished(follow_up: FollowUp, value: Report, document: Rendering.Document) -> bytes:
    """Return the PDF of `value` if it has been made by now, or empty bytes without waiting for it."""
    rendering = request_pdf_of(follow_up, value, timezone.now(), BOARD, document)
    return _content(rendering) if rendering.is_done else b""


def _content(rendering: Rendering) -> bytes:
    return bytes(Rendering.objects.values_list("content", flat=True).get(pk=rendering.pk) or b"")
