"""The state of a year at a glance, and the area and goal pages below it. All are drawn from a `Report`."""

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from followup.archive import report_of
from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.views.fetch import follow_up_or_404, goal_or_404, programme_or_404
from programmes.models import Programme


def home(request: HttpRequest) -> HttpResponse:
    """The year that is being worked on, or the latest one; a welcome where there is none yet."""
    current = FollowUp.objects.visible_to(request.user).current_first().select_related("programme").first()
    if current is None:
        return render(request, "followup/home.html", {"programmes": Programme.objects.visible_to(request.user)})
    return _dashboard(request, current)


def follow_up_detail(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    return _dashboard(request, follow_up_or_404(request, slug, year))


def _dashboard(request: HttpRequest, follow_up: FollowUp) -> HttpResponse:
    report = report_of(follow_up)
    overdue = follow_up.is_overdue(timezone.localdate())
    context = {
        "follow_up": follow_up,
        "report": report,
        "years": FollowUp.objects.visible_to(request.user).filter(programme=follow_up.programme).order_by("year"),
        "overdue": [goal for goal in report.sub_goals if not goal.is_filled_in] if overdue else [],
        "shows_example": report.shows_example,
    }
    return render(request, "followup/follow_up_detail.html", context)


def area_detail(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    follow_up = follow_up_or_404(request, slug, year)
    report = report_of(follow_up)
    area = next((area for area in report.areas if area.number == number), None)
    if area is None:
        raise Http404(f"Uppföljningen har inget ansvarsområde {number}.")
    context = {
        "follow_up": follow_up,
        "report": report,
        "area": area,
        "shows_example": area.shows_example,
    }
    return render(request, "followup/area_detail.html", context)


def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    programme = programme_or_404(request, slug)
    areas = programme.areas.prefetch_related("sub_goals").order_by("number")
    context = {
        "programme": programme,
        "areas": areas,
        "guidelines": programme.guidelines.order_by("number"),
        "follow_ups": FollowUp.objects.visible_to(request.user).filter(programme=programme).order_by("year"),
        "shows_example": any(
            area.is_example or any(goal.is_example for goal in area.sub_goals.all()) for area in areas
        ),
    }
    return render(request, "followup/programme_detail.html", context)


def sub_goal_detail(request: HttpRequest, slug: str, area: int, number: int) -> HttpResponse:
    """One goal through all its years."""
    programme = programme_or_404(request, slug)
    goal = goal_or_404(programme, area, number)
    follow_ups = FollowUp.objects.visible_to(request.user).filter(programme=programme)
    entries = (
        SubGoalEntry.objects.filter(sub_goal=goal, follow_up__in=follow_ups)
        .select_related("follow_up")
        .order_by("-follow_up__year")
    )
    measures = goal.measures.order_by("number").prefetch_related(
        "units",
        "perspectives",
        Prefetch(
            "entries",
            MeasureEntry.objects.filter(follow_up__in=follow_ups)
            .select_related("follow_up")
            .order_by("-follow_up__year"),
            to_attr="visible_entries",
        ),
    )
    context = {
        "programme": programme,
        "goal": goal,
        "units": goal.units.all(),
        "entries": entries,
        "measures": measures,
        "shows_example": goal.is_example
        or any(entry.is_example for entry in entries)
        or any(measure.is_example for measure in measures),
    }
    return render(request, "followup/sub_goal_detail.html", context)
