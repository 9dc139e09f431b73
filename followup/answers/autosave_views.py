"""Saving the entry page while it is being written: one answer at a time, answered by what to say of it."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from followup.answers.autosave import autosave
from followup.answers.forms import answer_form
from followup.answers.outcome_forms import outcomes_of_year
from followup.answers.views import entry_or_404, indicators_of
from followup.answers.worklist import check_item
from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_report
from followup.web.fetch import follow_up_or_404, user_of
from followup.workflow import StaleEntry
from followup.writing.forms import PageForms
from followup.writing.texts import save_texts
from organisation.models import User


@require_POST
@login_not_required  # says itself that the session has run out, in the page that is being written
def entry_autosave(
    request: HttpRequest, slug: str, year: int, area: int, number: int, measure: int | None = None
) -> HttpResponse:
    if not request.user.is_authenticated:
        return _say(request, HTTPStatus.UNAUTHORIZED, {})
    user = user_of(request)
    with transaction.atomic():
        answer = _answer_of(user, FollowUp.objects.visible_to_all(), slug, year, area, number, measure)
        if answer is None:  # asked again for those who see more than others do: programmes in draft
            answer = _answer_of(user, FollowUp.objects.visible_to(user), slug, year, area, number, measure)
        if answer is None:
            entry_or_404(follow_up_or_404(request, slug, year), area, number)
            raise PermissionDenied("Du rapporterar inte för någon enhet som ansvarar för svaret.")
        if not answer.is_writable:
            return _say(request, HTTPStatus.CONFLICT, {"why_locked": answer.why_locked})
        form = answer_form(answer, request.POST)
        if not form.is_valid():
            return _say(request, HTTPStatus.UNPROCESSABLE_ENTITY, {"errors": PageForms([form]).errors})
        try:
            autosave(form, by=user)
        except StaleEntry:
            return _say(request, HTTPStatus.CONFLICT, {})
    context = {"at": timezone.localtime(), "prefix": form.prefix, "version": answer.version, "item": check_item(answer)}
    return _say(request, HTTPStatus.OK, context)


@require_POST
@login_not_required  # as above
def outcome_autosave(
    request: HttpRequest, slug: str, year: int, area: int, number: int, indicator: int
) -> HttpResponse:
    """One indicator's outcome, as soon as a figure of it has been written."""
    if not request.user.is_authenticated:
        return _say(request, HTTPStatus.UNAUTHORIZED, {})
    user = user_of(request)
    entry = entry_or_404(follow_up_or_404(request, slug, year), area, number)
    if not can_report(user, entry):
        raise PermissionDenied("Du rapporterar inte för någon enhet som ansvarar för målet.")
    if not entry.is_writable:
        return _say(request, HTTPStatus.CONFLICT, {"why_locked": entry.why_locked})
    indicators = indicators_of(entry.sub_goal).filter(number=indicator)
    outcomes = outcomes_of_year(indicators, entry, request.POST, may_write=True, today=timezone.localdate())
    if not outcomes:
        raise Http404(f"Mål {area}.{number} har ingen indikator {indicator}.")
    [outcome] = outcomes
    form = outcome.form
    if form is None or not form.is_valid():
        errors = PageForms([form] if form else []).errors
        return _say(request, HTTPStatus.UNPROCESSABLE_ENTITY, {"errors": errors})
    try:
        save_texts([form], by=user)
    except StaleEntry:
        return _say(request, HTTPStatus.CONFLICT, {})
    context = {"prefix": form.prefix, "version": outcome.outcome.version, "outcome": outcome}
    return _say(request, HTTPStatus.OK, context | {"at": timezone.localtime()})


def _say(request: HttpRequest, status: HTTPStatus, context: dict[str, Any]) -> HttpResponse:
    return render(request, "followup/answers/_autosave.html", context | {"status": status}, status=status)


def _answer_of(
    user: User, years: QuerySet[FollowUp], slug: str, year: int, area: int, number: int, measure: int | None
) -> Answer | None:
    """The answer at an address in one of the `years`, if `user` reports it; it and its year locked."""
    answers: Any
    if measure is None:
        answers = SubGoalEntry.objects.filter(sub_goal__area__number=area, sub_goal__number=number)
        answers = answers.select_related("sub_goal__area")
    else:
        answers = MeasureEntry.objects.filter(
            measure__sub_goal__area__number=area, measure__sub_goal__number=number, measure__number=measure
        ).select_related("measure__sub_goal__area")
    return (
        answers.reported_by(user, timezone.localdate())
        .filter(follow_up__in=years, follow_up__programme__slug=slug, follow_up__year=year)
        .select_related("follow_up")
        # The year first, as everywhere, so that nobody waits in a ring.
        .select_for_update(of=("follow_up", "self"))
        .first()
    )
