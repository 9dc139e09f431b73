"""Autosave of the answer page: one answer or one outcome at a time."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst

from followup.answers.forms import answer_form, check_item
from followup.answers.goal_year import entry_or_404, indicators_of
from followup.answers.outcome_forms import OutcomeOfYear, outcome_form
from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_report
from followup.web.lookups import follow_up_or_404, user_of
from followup.writing.autosave import autosave, autosave_response, autosave_view
from followup.writing.forms import EntryForm
from followup.writing.texts import save_texts
from organisation.models import User


@autosave_view
def entry_autosave(
    request: HttpRequest, slug: str, year: int, area: int, number: int, measure: int | None = None
) -> HttpResponse:
    """Save the answer to a goal, or to one of its measures."""
    user = user_of(request)
    with transaction.atomic():
        answer = _answer_of(user, FollowUp.objects.visible_to_all(), slug, year, area, number, measure)
        if answer is None:  # Drafts of programmes: the check of the user's permissions is slower, so it comes last.
            answer = _answer_of(user, FollowUp.objects.visible_to(user), slug, year, area, number, measure)
        if answer is None:
            entry_or_404(follow_up_or_404(request, slug, year), area, number)
            raise PermissionDenied("Du rapporterar inte för någon enhet som ansvarar för svaret.")
        form = answer_form(answer, request.POST)
        status = autosave(form, by=user)
    return autosave_response(request, form, status, item=check_item(answer))


@autosave_view
def outcome_autosave(
    request: HttpRequest, slug: str, year: int, area: int, number: int, indicator: int
) -> HttpResponse:
    """Save the outcome of one indicator of the goal."""
    user = user_of(request)
    entry = entry_or_404(follow_up_or_404(request, slug, year), area, number)
    if not can_report(user, entry):
        raise PermissionDenied(f"Du rapporterar inte för någon enhet som ansvarar för {entry.term.definite}.")
    goal_indicator = indicators_of(entry.sub_goal).filter(number=indicator).first()
    if goal_indicator is None:
        raise Http404(f"{capfirst(entry.name)} har ingen indikator {indicator}.")
    form = outcome_form(goal_indicator, entry, request.POST, today=timezone.localdate())
    status = autosave(form, by=user, save=_save_outcome)
    outcome = OutcomeOfYear(goal_indicator, form.instance, form, earlier=())
    return autosave_response(request, form, status, outcome=outcome)


def _save_outcome(form: EntryForm, *, by: User) -> None:
    """Save an outcome with a separate history row: unlike a text, a figure is not written in many small steps."""
    save_texts([form], by=by)


def _answer_of(
    user: User, years: QuerySet[FollowUp], slug: str, year: int, area: int, number: int, measure: int | None
) -> Answer | None:
    """Lock and return the answer at an address in one of the `years`; None if `user` does not report it."""
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
        .select_related("follow_up__programme__framework")
        # Locks the year before the answer, in the same order as all other writers, to avoid deadlocks.
        .select_for_update(of=("follow_up", "self"))
        .first()
    )
