"""Comments on a goal's answers, exchanged by officials and reviewers."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from followup.answers.goal_year import entry_or_404, goal_year_of
from followup.answers.thread import remarks_of, thread_of
from followup.answers.worklist import reported_answers
from followup.models import Comment, FollowUp
from followup.permissions import can_comment, can_follow_review
from followup.review.forms import CommentForm
from followup.web.lookups import follow_up_or_404, user_of
from followup.writing.saving import posted_or_kept, text_outlives_session


@text_outlives_session
def comment_list(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Show the comments with a form. After saving, return to the page that the comment was sent from."""
    user = user_of(request)
    follow_up = follow_up_or_404(request, slug, year)
    entry = entry_or_404(follow_up, area, number)
    goal_year = goal_year_of(entry)
    if not can_follow_review(user) and not reported_answers(user, goal_year):
        raise PermissionDenied(f"Kommentarerna är för dem som fyller i eller granskar {entry.term.definite}.")
    may_comment = can_comment(user, goal_year.answers)
    data, is_kept = posted_or_kept(request)
    form = CommentForm(data, instance=Comment(entry=entry, by=user))
    if request.method == "POST" and _save_comment(request, form, follow_up, may_comment):
        page = "review_entry" if "review" in request.POST else "entry_edit"
        return redirect(f"followup:{page}", slug, year, area, number)
    context = {
        "follow_up": follow_up,
        "entry": entry,
        "thread": remarks_of(thread_of(entry, goal_year.measures)),
        "comment_form": form,
        "may_comment": may_comment or form.is_bound,
        "from_review": can_follow_review(user),
        "is_kept": is_kept,
        "shows_example": entry.sub_goal.is_example,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "followup/review/comment_list.html", context, status=status)


def _save_comment(request: HttpRequest, form: CommentForm, follow_up: FollowUp, may_comment: bool) -> bool:
    """Save a valid comment. Return False when the form must be shown again, with the reason as its error."""
    if not may_comment:
        if follow_up.takes_answers:
            raise PermissionDenied("Du läser kommentarerna men skriver inte själv.")
        form.add_error(None, follow_up.why_closed)
    if not form.is_valid():
        return False
    form.save()
    messages.success(request, "Kommentaren är skriven.")
    return True
