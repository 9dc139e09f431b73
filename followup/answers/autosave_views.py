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
from followup.models import Answer, Contribution, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_report, can_review
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
        answer = _lock_answer(user, _answers_at(area, number, measure), slug, year)
        if answer is None:
            entry_or_404(follow_up_or_404(request, slug, year), area, number)
            raise PermissionDenied("Du rapporterar inte för någon enhet som ansvarar för svaret.")
        form = answer_form(answer, request.POST)
        status = autosave(form, by=user)
    return autosave_response(request, form, status, item=check_item(answer))


@autosave_view
def contribution_autosave(
    request: HttpRequest, slug: str, year: int, area: int, number: int, contribution: int
) -> HttpResponse:
    """Save one unit's contribution to the goal or one of its measures."""
    user = user_of(request)
    entry = entry_or_404(follow_up_or_404(request, slug, year), area, number)
    with transaction.atomic():
        # Locks the year before the contribution, in the same order as all other writers, to avoid deadlocks.
        FollowUp.objects.select_for_update().get(pk=entry.follow_up_id)
        contributions = Contribution.objects.filter(follow_up=entry.follow_up).of_goal(entry.sub_goal)
        stored = contributions.with_items().select_for_update(of=("self",)).filter(pk=contribution).first()
        if stored is None:
            raise Http404(f"{capfirst(entry.name)} har inget sådant bidrag.")
        if not can_report(user, stored):
            raise PermissionDenied(f"Du lämnar inte bidrag för {stored.unit}.")
        form = answer_form(stored, request.POST)
        status = autosave(form, by=user)
    return autosave_response(request, form, status, item=check_item(stored))


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


def _answers_at(area: int, number: int, measure: int | None) -> Any:
    """Return the answers of all years to a goal, or to one of its measures."""
    if measure is None:
        goals = SubGoalEntry.objects.filter(sub_goal__area__number=area, sub_goal__number=number)
        return goals.select_related("sub_goal__area")
    return MeasureEntry.objects.filter(
        measure__sub_goal__area__number=area, measure__sub_goal__number=number, measure__number=measure
    ).select_related("measure__sub_goal__area")


def _lock_answer(user: User, answers: Any, slug: str, year: int) -> Answer | None:
    """Lock and return the answer of a year that `user` writes, or None.

    The permissions of the user decide about drafts of programmes and the reviewers' answers. To check them takes more
    queries, so it comes last.
    """
    of_year = answers.filter(follow_up__programme__slug=slug, follow_up__year=year)
    reported = of_year.reported_by(user, timezone.localdate())
    if answer := _lock_first(reported, FollowUp.objects.visible_to_all()):
        return answer
    visible = FollowUp.objects.visible_to(user)
    if answer := _lock_first(reported, visible):
        return answer
    return _lock_first(of_year.written_by_reviewers(), visible) if can_review(user) else None


def _lock_first(answers: Any, years: QuerySet[FollowUp]) -> Answer | None:
    """Lock the year before the answer, in the same order as all other writers, to avoid deadlocks."""
    found: Answer | None = (
        answers.filter(follow_up__in=years)
        .select_related("follow_up__programme__framework")
        .select_for_update(of=("follow_up", "self"))
        .first()
    )
    return found
