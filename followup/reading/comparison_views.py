"""Pages that compare two years or two programmes, and the page of perspectives."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from followup.models import FollowUp
from followup.reading.comparison_forms import ProgrammeForm, YearsForm
from followup.report.archive import report_of
from followup.report.report import Report
from followup.report.selection import compared_with
from followup.report.side_by_side import count_report, pair_years, perspectives_of
from followup.web.conditional import rendered_when_changed
from followup.web.lookups import follow_up_or_404, programme_or_404
from programmes.models import Perspective, Programme


@rendered_when_changed
def compare_years(request: HttpRequest, slug: str) -> HttpResponse:
    """Show two years side by side, goal by goal."""
    programme = programme_or_404(request, slug)
    follow_ups = (
        FollowUp.objects.visible_to(request.user).filter(programme=programme).select_related("programme__framework")
    )
    by_year = {follow_up.year: follow_up for follow_up in follow_ups.order_by("year")}
    if len(by_year) < 2:
        raise Http404(f"{programme} har följts upp för mindre än två år, så det finns inga år att jämföra ännu.")
    form = YearsForm(request.GET.dict(), list(by_year))
    earlier, later = (report_of(by_year[year]) for year in form.years)
    comparison = compared_with(later, earlier.year).comparison if earlier.year != later.year else None
    context = {
        "programme": programme,
        "form": form,
        "sides": [count_report(earlier), count_report(later)],
        "areas": pair_years(earlier, later),
        "earlier": earlier,
        "later": later,
        "comparison": comparison,
        "terms": later.terms,
        "shows_example": earlier.shows_example or later.shows_example,
    }
    return render(request, "followup/reading/compare_years.html", context)


@rendered_when_changed
def compare_programmes(request: HttpRequest, slug: str) -> HttpResponse:
    """Show two programmes side by side, each by its latest year."""
    programme = programme_or_404(request, slug)
    others = Programme.objects.visible_to(request.user).with_namesakes().exclude(pk=programme.pk)
    form = ProgrammeForm(request.GET or None, others)
    other = next((candidate for candidate in others if candidate.slug == form.slug), None)
    chosen = [programme, other] if other else [programme]
    latest_reports = [_latest_report(request, one) for one in chosen]
    reports = [report for report in latest_reports if report]
    context = {
        "programme": programme,
        "other": other,
        "form": form,
        "sides": [count_report(report) for report in reports] if len(reports) == 2 else [],
        "has_others": others.exists(),
        "shows_example": any(report.shows_example for report in reports),
    }
    return render(request, "followup/reading/compare_programmes.html", context)


def _latest_report(request: HttpRequest, programme: Programme) -> Report | None:
    follow_ups = FollowUp.objects.visible_to(request.user).filter(programme=programme)
    latest = follow_ups.select_related("programme__framework").order_by("year").last()
    return report_of(latest) if latest else None


@rendered_when_changed
def perspective_list(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show the measures of each perspective and their progress."""
    follow_up = follow_up_or_404(request, slug, year)
    report = report_of(follow_up)
    context = {
        "follow_up": follow_up,
        "report": report,
        "perspectives": perspectives_of(report),
        "goal_column": f"{capfirst(report.terms.goal.definite)} som {report.terms.measure.definite} ska bidra till",
        "slugs": dict(Perspective.objects.values_list("name", "slug")),
        "shows_example": report.shows_example,
    }
    return render(request, "followup/reading/perspective_list.html", context)
