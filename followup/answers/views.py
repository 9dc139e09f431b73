"""Pages of officials: the work list, and the page where the answers to a goal are written."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst

from followup.answers.entry_page import EntryPage, entry_page_or_404
from followup.answers.forms import AnswerForms
from followup.answers.hand_in_views import hand_in
from followup.answers.worklist import work_of
from followup.models import FollowUp
from followup.web.lookups import user_of
from followup.writing.forms import Unsaved
from followup.writing.saving import conflict_page, posted_or_kept, save, text_outlives_session
from organisation.models import Unit


def work_list(request: HttpRequest) -> HttpResponse:
    """List the goals that the user's units answer for, in the open years."""
    user = user_of(request)
    today = timezone.localdate()
    work = work_of(user, today)
    context = {
        "work": work,
        "units": Unit.objects.with_member(user, today),
        "shows_example": any(task.entry.sub_goal.is_example for year in work for task in year.tasks),
    }
    return render(request, "followup/answers/work_list.html", context)


@text_outlives_session
def entry_edit(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Show the answers to a goal, fill them in from last year's texts, or save them and hand them in."""
    page = entry_page_or_404(request, slug, year, area, number)
    data, is_kept = posted_or_kept(request)
    forms = page.forms(data)
    unsaved = forms.unsaved(data or {})
    if not page.follow_up.takes_answers:
        return _refuse(request, page.follow_up, unsaved)
    if request.method == "POST" and not forms.is_proposal:
        return _save(request, page, forms, unsaved)
    has_errors = "saknas" in request.GET and forms.ask_for_missing()
    return _show(request, page, forms, unsaved=unsaved, is_kept=is_kept, has_errors=has_errors)


def _save(request: HttpRequest, page: EntryPage, forms: AnswerForms, unsaved: list[Unsaved]) -> HttpResponse:
    """Save the posted answers and hand them in if requested. Show the page again if they cannot be saved."""
    if unsaved:
        return _show(request, page, forms, unsaved=unsaved, status=HTTPStatus.CONFLICT)
    status = save(request, forms, page.user)
    if status == HTTPStatus.CONFLICT:
        return conflict_page(request, f"{capfirst(page.entry.name)}, {page.follow_up.year}", forms, page.user)
    if status != HTTPStatus.OK:
        return _show(request, page, forms, has_errors=True, status=status)
    if "submit" in request.POST:
        return hand_in(request, page)
    return redirect(page.entry)


def _show(
    request: HttpRequest, page: EntryPage, forms: AnswerForms, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> HttpResponse:
    return render(request, "followup/answers/entry_edit.html", page.context(forms) | context, status=status)


def _refuse(request: HttpRequest, follow_up: FollowUp, unsaved: list[Unsaved]) -> HttpResponse:
    """Refuse answers to a closed year. Show the posted texts, so that the user can copy them."""
    if not unsaved:
        raise PermissionDenied(follow_up.why_closed)
    context = {"follow_up": follow_up, "texts": unsaved}
    return render(request, "followup/writing/unsaved_texts.html", context, status=HTTPStatus.CONFLICT)
