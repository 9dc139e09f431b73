"""The reviewer's pages: who has delivered, one goal with its answers to approve or return, the year's own steps."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from followup.consistency import OF_YEAR, contradictions
from followup.models import Answer, FollowUp
from followup.permissions import can_follow_review, can_write_texts
from followup.review import goals_to_review
from followup.views.entries import attachments_of, entry_events, entry_or_404, last_year_of, measures_of
from followup.views.fetch import follow_up_or_404, user_of
from followup.workflow import YEAR_TRANSITIONS, Refused, available, perform, perform_all
from organisation.models import User


def _reviewer(request: HttpRequest) -> User:
    user = user_of(request)
    if not can_follow_review(user):
        raise PermissionDenied("Sidan är för granskare.")
    return user


def review_home(request: HttpRequest) -> HttpResponse:
    """The years, each with its list: those that are being worked on first."""
    _reviewer(request)
    years = FollowUp.objects.visible_to(request.user).current_first().select_related("programme")
    return render(request, "followup/review_home.html", {"follow_ups": years})


def review_list(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    user = _reviewer(request)
    follow_up = follow_up_or_404(request, slug, year)
    goals = goals_to_review(follow_up)
    chosen = {name: request.GET.get(name, "") for name in ("unit", "state", "q")}
    context = {
        "follow_up": follow_up,
        "goals": [goal for goal in goals if goal.matches(**chosen)],
        "units": sorted({name for goal in goals for name in goal.units}),
        "states": Answer.State.choices,
        "chosen": chosen,
        "counts": [
            (label, sum(answer.state == state for goal in goals for answer in goal.answers))
            for state, label in Answer.State.choices
        ],
        "warnings": contradictions(follow_up, [goal.entry for goal in goals], OF_YEAR),
        "may_write_texts": can_write_texts(user, follow_up),
        "area_entries": follow_up.areaentry_set.select_related("area"),
        "guideline_entries": follow_up.guidelineentry_set.select_related("guideline"),
        "transitions": available(follow_up, user),
        "events": follow_up.events.filter(sub_goal_entry=None, measure_entry=None).select_related("by"),
        "shows_example": any(goal.entry.sub_goal.is_example for goal in goals),
    }
    return render(request, "followup/review_list.html", context)


@require_POST
def review_year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """One step of the year's own workflow."""
    user = _reviewer(request)
    follow_up = follow_up_or_404(request, slug, year)
    action = request.POST.get("action", "")
    if action not in YEAR_TRANSITIONS:
        raise PermissionDenied("Det steget finns inte.")
    try:
        perform(follow_up, action, by=user, comment=request.POST.get("comment", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Uppföljningen för {year}: {follow_up.get_state_display().lower()}.")
    return redirect("followup:review_list", slug, year)


def review_entry(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    user = _reviewer(request)
    follow_up = follow_up_or_404(request, slug, year)
    entry = entry_or_404(follow_up, area, number)
    measures = measures_of(entry)
    answers: list[Answer] = [entry, *measures]
    if request.method == "POST":
        _review(request, user, answers)
        return redirect(request.path)
    last_year = last_year_of(entry)
    context = {
        "follow_up": follow_up,
        "entry": entry,
        "measures": [(measure, last_year.measures.get(measure.measure_id)) for measure in measures],
        "last_year": last_year,
        "events": entry_events(entry, measures),
        "attachments": attachments_of(entry),
        "may_approve": any("approve" in available(answer, user) for answer in answers),
        "may_return": any("return" in available(answer, user) for answer in answers),
        "shows_example": entry.sub_goal.is_example or entry.is_example,
    }
    return render(request, "followup/review_entry.html", context)


def _review(request: HttpRequest, user: User, answers: list[Answer]) -> None:
    """Approve or return all answers of the goal for which that is possible now."""
    action = request.POST.get("action", "")
    if action not in ("approve", "return"):
        raise PermissionDenied("Det steget finns inte.")
    chosen = [answer for answer in answers if action in available(answer, user)]
    try:
        if not chosen:
            raise Refused("Det finns inget svar som det går att göra så med nu.")
        perform_all(chosen, action, by=user, comment=request.POST.get("comment", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        word = {"approve": "godkända", "return": "återlämnade"}[action]
        messages.success(request, f"{len(chosen)} svar är {word}.")
