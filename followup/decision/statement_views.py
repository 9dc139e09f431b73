"""The draft of the officials' statement (tjänsteutlåtande): proposal and summary as text to copy, and the whole as a
Word document.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from followup.documents.formats import DOCX
from followup.documents.statement import docx as drawn
from followup.documents.statement.draft import build_statement
from followup.models import FollowUp
from followup.permissions import can_follow_review
from followup.report.archive import report_of
from followup.web.lookups import follow_up_or_404, user_of


def statement(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    follow_up = _follow_up_for_its_drafters(request, slug, year)
    report = report_of(follow_up)
    draft = build_statement(report)
    context = {"follow_up": follow_up, "report": report, "statement": draft, "shows_example": draft.is_example}
    return render(request, "followup/decision/statement.html", context)


def statement_docx(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    follow_up = _follow_up_for_its_drafters(request, slug, year)
    disposition = f'attachment; filename="tjansteutlatande-{slug}-{year}.docx"'
    content = drawn.render(build_statement(report_of(follow_up)))
    return HttpResponse(content, content_type=DOCX, headers={"Content-Disposition": disposition})


def _follow_up_for_its_drafters(request: HttpRequest, slug: str, year: int) -> FollowUp:
    follow_up = follow_up_or_404(request, slug, year)
    if not can_follow_review(user_of(request)):
        raise PermissionDenied("Utkastet till tjänsteutlåtande är till för granskare och nämndsekreterare.")
    return follow_up
