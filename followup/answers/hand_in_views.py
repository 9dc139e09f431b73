"""Hand in the answers to one goal, or all complete answers of a unit, and take them back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from followup.answers.entry_page import EntryPage, entry_page_or_404
from followup.answers.returns import Return, returns_of
from followup.answers.worklist import UnitWork, work_of
from followup.models import Answer, FollowUp
from followup.permissions import is_written_by_reviewers
from followup.web.lookups import follow_up_or_404, user_of
from followup.workflow import RefusedError, perform_all
from organisation.models import User
from organisation.sentences import counted, listing


def hand_in(request: HttpRequest, page: EntryPage) -> HttpResponse:
    """Hand in the user's answers on the page, if all are complete and every returned one has been changed."""
    if not page.writable:
        messages.info(request, "Det finns inget att lämna in: svaret är redan inlämnat.")
        return redirect(page.entry)
    if any(answer.missing for answer in page.writable):
        return redirect(f"{page.entry.get_absolute_url()}?saknas=1")
    if _unanswered(page):
        return redirect("followup:entry_submit", *page.address)
    return _hand_in(request, page)


def entry_submit(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Ask for confirmation before returned answers are handed in unchanged.

    The user may have replied in a comment instead, or the reviewer may be wrong.
    """
    page = entry_page_or_404(request, slug, year, area, number)
    if not page.follow_up.takes_answers:
        raise PermissionDenied(page.follow_up.why_closed)
    unanswered = _unanswered(page)
    if not unanswered or any(answer.missing for answer in page.writable):
        return hand_in(request, page) if request.method == "POST" else redirect(page.entry)
    if request.method == "POST":
        return _hand_in(request, page)
    context = {"entry": page.entry, "returns": [(one, _names_of(one.answers)) for one in unanswered]}
    return render(request, "followup/answers/entry_submit.html", context)


def _unanswered(page: EntryPage) -> list[Return]:
    """Return the returns for which no answer on the page has been changed."""
    return [one for one in returns_of(page.writable) if not one.is_answered]


def _hand_in(request: HttpRequest, page: EntryPage) -> HttpResponse:
    try:
        perform_all(page.writable, "submit", by=page.user)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect(page.entry)
    handed_in = page.entry.term.agree("inlämnad", "inlämnat")
    messages.success(request, f"{capfirst(page.entry.name)} är {handed_in} för granskning.")
    if any(is_written_by_reviewers(answer) for answer in page.own):
        return redirect("followup:review_entry", *page.address)
    return redirect("followup:work_list")


@require_POST
def entry_withdraw(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Take back the answers that are handed in and not yet approved, so that they can be changed."""
    page = entry_page_or_404(request, slug, year, area, number)
    submitted = [answer for answer in page.own if answer.state == Answer.State.SUBMITTED]
    try:
        perform_all(submitted, "withdraw", by=page.user)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    return redirect(page.entry)


@require_POST
def work_submit(request: HttpRequest, slug: str, year: int, unit: str) -> HttpResponse:
    """Hand in all complete answers of one of the user's units, except unchanged returned ones."""
    user = user_of(request)
    follow_up = follow_up_or_404(request, slug, year)
    work = _unit_work(user, follow_up, unit)
    if work is None or not (work.ready or work.unchanged):
        raise PermissionDenied("Det finns inget färdigt att lämna in för den enheten.")
    try:
        perform_all(work.ready, "submit", by=user)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("followup:work_list")
    if work.ready:
        handed_in = counted(len(work.ready), "svar är inlämnat", "svar är inlämnade")
        messages.success(request, f"{handed_in} för granskning.")
    if work.unchanged:
        messages.warning(
            request,
            f"Inte inlämnat: {_names_of(work.unchanged)}. Granskaren har lämnat tillbaka det, och inget är ändrat "
            "sedan dess. Läs granskarens kommentar nedan och ändra svaret först.",
        )
    return redirect("followup:work_list")


def _unit_work(user: User, follow_up: FollowUp, slug: str) -> UnitWork | None:
    """Return the work of the user's unit with this slug; None if the unit has nothing to answer in the year."""
    for work_year in work_of(user, timezone.localdate()):
        if work_year.follow_up == follow_up:
            return next((work for work in work_year.units if work.unit.slug == slug), None)
    return None


def _names_of(answers: tuple[Answer, ...]) -> str:
    """Name the answers in a sentence: "Mål 1.5, åtgärd 1.5.1 och åtgärd 1.5.2"."""
    return capfirst(listing([answer.name for answer in answers]))
