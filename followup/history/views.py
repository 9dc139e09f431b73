"""History pages. They differ only in their subject and share one template."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst

from followup.answers.goal_year import entry_or_404, goal_year_of
from followup.answers.thread import thread_of
from followup.answers.worklist import reported_answers
from followup.history.subjects import (
    history_of_area,
    history_of_entry,
    history_of_goal,
    history_of_guideline,
    history_of_measure,
    history_of_year,
)
from followup.history.timeline import Timeline
from followup.models import AreaEntry, FollowUp, GuidelineEntry
from followup.permissions import can_follow_review
from followup.web.lookups import follow_up_or_404, goal_or_404, programme_or_404, user_of

PER_PAGE = 30


@dataclass(frozen=True)
class Subject:
    """Subject of a history page: its name, its text, and the page to go back to."""

    name: str
    text: str
    page: str
    is_example: bool


def sub_goal_history(request: HttpRequest, slug: str, area: int, number: int) -> HttpResponse:
    """Show the history of a goal, its measures and all its years."""
    programme = programme_or_404(request, slug)
    goal = goal_or_404(programme, area, number)
    follow_ups = FollowUp.objects.visible_to(request.user).filter(programme=programme)
    page = reverse("followup:sub_goal_detail", args=[slug, area, number])
    subject = Subject(programme.terms.goal.numbered(goal.code), goal.text, page, goal.is_example)
    return _history(request, subject, history_of_goal(goal, follow_ups))


def measure_history(request: HttpRequest, slug: str, area: int, number: int, measure: int) -> HttpResponse:
    """Show the history of a measure and all its years."""
    programme = programme_or_404(request, slug)
    goal = goal_or_404(programme, area, number)
    found = goal.measures.filter(number=measure).select_related("sub_goal__area__programme__framework").first()
    if found is None:
        name = capfirst(programme.terms.goal.numbered(goal.code))
        raise Http404(f"{name} har {programme.terms.measure.negated} {measure}.")
    follow_ups = FollowUp.objects.visible_to(request.user).filter(programme=programme)
    page = reverse("followup:sub_goal_detail", args=[slug, area, number])
    subject = Subject(programme.terms.measure.numbered(found.code), found.text, page, found.is_example)
    return _history(request, subject, history_of_measure(found, follow_ups))


def entry_history(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Show the history of a year's answers to a goal; the comments only to users that take part in them."""
    user = user_of(request)
    entry = entry_or_404(follow_up_or_404(request, slug, year), area, number)
    goal_year = goal_year_of(entry)
    takes_part = can_follow_review(user) or reported_answers(user, goal_year)
    thread = thread_of(entry, goal_year.measures) if takes_part else []
    goal = entry.sub_goal
    page = reverse("followup:sub_goal_detail", args=[slug, area, number])
    subject = Subject(f"{entry.name}, {year}", goal.text, page, goal.is_example or entry.is_example)
    return _history(request, subject, history_of_entry(goal_year, thread))


def area_history(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Show the history of the reviewer's text on an area."""
    follow_up = follow_up_or_404(request, slug, year)
    entries = AreaEntry.objects.filter(follow_up=follow_up, area__number=number)
    entry = entries.select_related("area", "follow_up__programme__framework").first()
    if entry is None:
        raise Http404(f"Uppföljningen för {year} har {follow_up.terms.area.negated} {number}.")
    page = reverse("followup:area_detail", args=[slug, year, number])
    subject = Subject(f"{entry.name}, {year}", entry.area.name, page, entry.is_example)
    return _history(request, subject, history_of_area(entry))


def guideline_history(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Show the history of the reviewer's text on a guideline."""
    entries = GuidelineEntry.objects.filter(follow_up=follow_up_or_404(request, slug, year), guideline__number=number)
    entry = entries.select_related("guideline", "follow_up__programme__framework").first()
    if entry is None:
        raise Http404(f"Uppföljningen för {year} har ingen riktlinje {number}.")
    page = reverse("followup:report", args=[slug, year])
    subject = Subject(f"riktlinje {number}, {year}", entry.guideline.title, page, entry.is_example)
    return _history(request, subject, history_of_guideline(entry))


def follow_up_history(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show the history of the year itself: dates, state and texts."""
    follow_up = follow_up_or_404(request, slug, year)
    subject = Subject(
        f"uppföljningen {year}", follow_up.programme.title, follow_up.get_absolute_url(), follow_up.is_example
    )
    return _history(request, subject, history_of_year(follow_up))


def _history(request: HttpRequest, subject: Subject, timeline: Timeline) -> HttpResponse:
    page = Paginator(timeline, PER_PAGE).get_page(request.GET.get("page"))
    context = {"subject": subject, "moments": page.object_list, "page": page, "shows_example": subject.is_example}
    return render(request, "followup/history/history.html", context)
