"""Overview of a year, with its area and goal pages. All are rendered from a `Report`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from followup.models import FollowUp
from followup.permissions import can_edit_programmes, can_follow_review
from followup.reading.other_periods import other_periods
from followup.report.archive import report_of
from followup.report.goal_years import measure_lines, years_of
from followup.report.indicators import indicators_by_goal
from followup.report.overview import overview_of, period_of, period_position
from followup.review.contacts import responsible_people
from followup.review.deliveries import by_unit, goals_to_review, is_late
from followup.web.conditional import cached, rendered_when_changed
from followup.web.lookups import follow_up_or_404, goal_or_404, programme_or_404, user_of
from programmes.models import Programme

# Number of other programmes linked from the start page.
OTHER_PROGRAMMES = 8


class WithExample(Protocol):
    """An item of a page, whose text may be an example of the demonstration."""

    @property
    def is_example(self) -> bool: ...


@dataclass(frozen=True)
class RenderedBody:
    """The part of a page that is the same for all readers, rendered and cached."""

    aim: str
    body: SafeString
    shows_example: bool


@rendered_when_changed
def home(request: HttpRequest) -> HttpResponse:
    """Show the current or latest year; without any year a welcome."""
    visible = FollowUp.objects.visible_to(request.user).current_first()
    of_programme = visible.filter(programme=visible.values("programme")[:1])
    years = list(of_programme.select_related("programme__framework__deciding_body"))
    programmes = Programme.objects.visible_to(request.user).with_namesakes()
    if not years:
        context = {"programmes": programmes, "may_edit_programmes": can_edit_programmes(request.user)}
        return render(request, "followup/reading/home.html", context)
    others = programmes.exclude(state=Programme.State.CLOSED).exclude(pk=years[0].programme_id)
    return _year_page(request, years[0], years, other_programmes=others[:OTHER_PROGRAMMES])


@rendered_when_changed
def follow_up_detail(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show a year of a programme."""
    years = list(
        FollowUp.objects.visible_to(request.user)
        .filter(programme__slug=slug)
        .select_related("programme__framework__deciding_body")
    )
    follow_up = next((one for one in years if one.year == year), None) or follow_up_or_404(request, slug, year)
    return _year_page(request, follow_up, years)


def _year_page(
    request: HttpRequest, follow_up: FollowUp, years: Iterable[FollowUp], **more_context: object
) -> HttpResponse:
    """Show the page of one of the programme's `years`."""
    overdue = follow_up.is_overdue(timezone.localdate())
    overview = cached(request, "overview", follow_up.pk, overdue, make=lambda: _render_overview(follow_up, overdue))
    context = {
        "follow_up": follow_up,
        "programme": follow_up.programme,
        "overview": overview,
        "delivery_progress": _delivery_progress(request, follow_up),
        **_period(follow_up.programme, years),
        "shows_example": overview.shows_example,
    }
    return render(request, "followup/reading/follow_up_detail.html", context | more_context)


def _render_overview(follow_up: FollowUp, overdue: bool) -> RenderedBody:
    """Render the year's figures; `overdue` adds the list of goals that are not filled in."""
    report = report_of(follow_up)
    context = {
        "follow_up": follow_up,
        "report": report,
        "overview": overview_of(report),
        "overdue": [goal for goal in report.sub_goals if not goal.is_filled_in] if overdue else [],
    }
    body = render_to_string("followup/reading/_overview.html", context)
    return RenderedBody(report.overarching_goal, body, report.shows_example)


def _delivery_progress(request: HttpRequest, follow_up: FollowUp) -> str:
    """Return the progress of the hand-ins for users that follow the review; empty for others."""
    if not (follow_up.takes_answers and can_follow_review(user_of(request))):
        return ""
    late = is_late(follow_up, timezone.localdate())
    return cached(
        request, "delivery_progress", follow_up.pk, late, make=lambda: _render_delivery_progress(follow_up, late)
    )


def _render_delivery_progress(follow_up: FollowUp, late: bool) -> SafeString:
    review = reverse("followup:review_list", args=[follow_up.programme.slug, follow_up.year])
    context = {"deliveries": by_unit(goals_to_review(follow_up), late), "review": review}
    return render_to_string("followup/reading/_delivery_progress.html", context)


def _period(programme: Programme, follow_ups: Iterable[FollowUp]) -> dict[str, object]:
    """Return the context of the programme period: its years, linked where this reader may see them."""
    this_year = timezone.localdate().year
    return {
        "period": period_of(programme, follow_ups, this_year),
        "period_position": period_position(programme, this_year),
    }


@rendered_when_changed
def area_detail(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Show one area of responsibility in a year's report."""
    follow_up = follow_up_or_404(request, slug, year)
    report = report_of(follow_up)
    area = next((area for area in report.areas if area.number == number), None)
    if area is None:
        raise Http404(f"Uppföljningen har {report.terms.area.negated} {number}.")
    context = {
        "follow_up": follow_up,
        "report": report,
        "area": area,
        "shows_example": area.shows_example,
    }
    return render(request, "followup/reading/area_detail.html", context)


@rendered_when_changed
def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a programme: its goals and measures, and the goals' assessments year by year."""
    programme = programme_or_404(request, slug)
    follow_ups = list(FollowUp.objects.visible_to(request.user).filter(programme=programme).order_by("year"))
    latest = follow_ups[-1] if follow_ups else None
    latest_id = latest.pk if latest else None
    contents = cached(request, "contents", programme.pk, latest_id, make=lambda: _render_contents(programme, latest))
    context = {
        "programme": programme,
        "follow_ups": follow_ups,
        "latest": latest,
        "contents": contents,
        "may_edit_programmes": can_edit_programmes(request.user),
        **_period(programme, follow_ups),
        "shows_example": contents.shows_example,
    }
    return render(request, "followup/reading/programme_detail.html", context)


def _render_contents(programme: Programme, latest: FollowUp | None) -> RenderedBody:
    """Render the programme's areas and guidelines, with the results of its latest year."""
    if latest:
        latest.programme = programme  # it has the framework already
    report = report_of(latest) if latest else None
    areas = programme.areas.prefetch_related("sub_goals").order_by("number")
    context = {
        "programme": programme,
        "areas": areas,
        "guidelines": programme.guidelines.order_by("number"),
        "report": report,
    }
    body = render_to_string("followup/reading/_programme_contents.html", context)
    items: list[WithExample] = [*areas, *(goal for area in areas for goal in area.sub_goals.all())]
    shows_example = any(item.is_example for item in items) or bool(report and report.shows_example)
    return RenderedBody(programme.overarching_goal, body, shows_example)


@rendered_when_changed
def sub_goal_detail(request: HttpRequest, slug: str, area: int, number: int) -> HttpResponse:
    """Show a goal through all its years."""
    programme = programme_or_404(request, slug)
    goal = goal_or_404(programme, area, number)
    follow_ups = list(FollowUp.objects.visible_to(request.user).filter(programme=programme).order_by("year"))
    years = years_of(goal, follow_ups)
    measures = measure_lines(goal, follow_ups)
    latest = follow_ups[-1].year if follow_ups else programme.last_year
    indicators = indicators_by_goal(programme, latest).get(goal.pk, [])
    shown: list[WithExample] = [
        goal,
        *(year.entry for year in years),
        *(line.measure for line in measures),
        *indicators,
    ]
    context = {
        "programme": programme,
        "goal": goal,
        "responsible_people": responsible_people(user_of(request), goal),
        "years": years,
        "measures": measures,
        "measure_years": [follow_up.year for follow_up in follow_ups],
        "indicators": indicators,
        "indicator_pages": goal.indicators.order_by("number"),
        "other_periods": other_periods(goal, request.user),
        "shows_example": any(item.is_example for item in shown),
    }
    return render(request, "followup/reading/sub_goal_detail.html", context)
