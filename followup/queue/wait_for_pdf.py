"""The PDF that is to be stored or sent, and not only read: who needs it waits for the worker that makes it."""

from __future__ import annotations

import time

from django.utils import timezone

from followup.documents.minutes.extract import MinutesExtract
from followup.models import FollowUp, Rendering
from followup.queue.jobs import ask_again
from followup.queue.pdf_jobs import call_worker, rendering_of_value
from followup.report.report import Report

# Seconds: how long to wait, and how often to look.
WAIT, LOOK_EVERY = 30, 0.2


class NoFile(Exception):
    """There is no PDF, or not yet; says why in plain words."""


def file_of(follow_up: FollowUp, value: Report | MinutesExtract, document: Rendering.Document) -> bytes:
    """The PDF of `value`, made in the queue like all others, so that no request thread lays out pages.

    NoFile when it fails or takes longer than `WAIT`: then it is made all the same, and is there the next time.
    """
    rendering = rendering_of_value(follow_up, value, timezone.now(), document)
    ask_again(rendering, timezone.now())
    give_up = time.monotonic() + WAIT
    while True:
        rendering.refresh_from_db(fields=["state", "problem"])
        if rendering.is_done:
            return bytes(Rendering.objects.values_list("content", flat=True).get(pk=rendering.pk) or b"")
        if rendering.is_failed:
            raise NoFile(rendering.problem)
        if time.monotonic() > give_up:
            raise NoFile("PDF-filen är inte klar ännu, för servern har mycket att göra. Försök igen om en stund.")
        call_worker(timezone.now())
        time.sleep(LOOK_EVERY)
