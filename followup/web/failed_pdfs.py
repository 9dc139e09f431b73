"""PDFs that could not be made: the texts behind the failure, each with a link to the page that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from followup.models import FollowUp, Rendering


@dataclass(frozen=True)
class FailingText:
    """A text that makes a rendering fail: "Mål 1.2, kommentaren", and the address of its goal or chapter."""

    name: str
    address: str


@dataclass(frozen=True)
class FailedPdf:
    """The latest attempt at a kind of document of a year, which failed."""

    document: str
    failed_at: datetime
    problem: str
    texts: tuple[FailingText, ...]


def failing_texts_of(
    texts: Iterable[dict[str, str]], follow_up: FollowUp, page_address: str = ""
) -> tuple[FailingText, ...]:
    """Return the stored `texts` of a failed rendering with links. `page_address` shows the document as a page."""
    slug, year = follow_up.programme.slug, follow_up.year
    page = page_address or reverse("followup:report", args=[slug, year])
    return tuple(FailingText(text["name"], _address(slug, page, text)) for text in texts)


def _address(slug: str, page: str, text: dict[str, str]) -> str:
    if text["goal"]:
        area, _, number = text["goal"].partition(".")
        return reverse("followup:sub_goal_detail", args=[slug, area, number])
    return f"{page}#{text['anchor']}" if text["anchor"] else page


def failed_pdfs(follow_up: FollowUp) -> list[FailedPdf]:
    """Return the kinds of document of the year whose latest PDF could not be made, in one query."""
    latest: dict[str, Rendering] = {}
    for rendering in Rendering.objects.light().filter(follow_up=follow_up).finished():
        latest.setdefault(rendering.document, rendering)
    return [
        FailedPdf(
            document=str(rendering.get_document_display()),
            failed_at=rendering.finished_at,
            problem=rendering.problem,
            texts=failing_texts_of(rendering.failing_texts, follow_up),
        )
        for rendering in latest.values()
        if rendering.is_failed and rendering.finished_at
    ]
