"""Pages on which reviewers and the secretary mark secret texts of a report, and remove a mark."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from followup.models import FollowUp, Withholding
from followup.permissions import can_follow_review, can_withhold
from followup.publication.forms import PublishAgainForm, WithholdingForm
from followup.publication.hidden_figures import affected_by
from followup.publication.withholding import (
    FIGURES_LEFT_OUT,
    TEXT_LEFT_OUT,
    misplaced,
    notice,
    publish_again,
    withhold,
    withholdable_texts,
)
from followup.report.archive import report_of
from followup.report.report import Report
from followup.web.lookups import follow_up_or_404, user_of


def withholding_list(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """List the texts that are marked not to be published, with a form to mark another, which is shown first."""
    follow_up = _year(request, slug, year)
    may_withhold = can_withhold(user_of(request), follow_up)
    if request.method == "POST" and not may_withhold:
        raise PermissionDenied("Texter märks när uppföljningen granskas och efteråt.")
    report = report_of(follow_up)
    marks = list(follow_up.withholdings.select_related("by"))
    marked = {mark.place for mark in marks}
    all_texts = list(withholdable_texts(report))
    offered = [text for text in all_texts if text.key not in marked]
    data = request.POST if request.method == "POST" else None
    form = WithholdingForm(data, instance=Withholding(follow_up=follow_up), offered=offered)
    if form.is_valid() and "confirm" not in request.POST:
        return _preview(request, form, report)
    if form.is_valid():
        withhold(form.instance, by=user_of(request))
        messages.success(request, f"Märkt att inte publiceras: {form.instance.about}.")
        return redirect("followup:withholding_list", slug, year)
    texts = {text.key: text.text for text in all_texts}
    context = {
        "follow_up": follow_up,
        "marks": [(mark, texts.get(mark.place, "")) for mark in marks],
        "misplaced": misplaced(report, marks),
        "form": form,
        "may_withhold": may_withhold,
        "shows_example": report.shows_example,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "followup/publication/withholding_list.html", context, status=status)


def _preview(request: HttpRequest, form: WithholdingForm, report: Report) -> HttpResponse:
    """Show what the public will see instead, and in which reports, before the mark is saved."""
    mark = form.instance
    is_figure = mark.place.startswith(Withholding.FIGURES)
    context = {
        "follow_up": mark.follow_up,
        "mark": mark,
        "form": form,
        "text": _text_of(report, mark.place),
        "replacement": notice(mark.ground, FIGURES_LEFT_OUT if is_figure else TEXT_LEFT_OUT),
        "is_whole_report": mark.place == Withholding.ALL,
        "affected": affected_by(mark, pages_are_public=settings.PUBLIC_REPORTS),
    }
    return render(request, "followup/publication/withholding_preview.html", context)


def _text_of(report: Report, key: str) -> str:
    return next((text.text for text in withholdable_texts(report) if text.key == key), "")


def withholding_remove(request: HttpRequest, slug: str, year: int, pk: int) -> HttpResponse:
    """Show the text that becomes public, and in which reports; ask for a reason, and remove the mark."""
    follow_up = _year(request, slug, year)
    mark = follow_up.withholdings.select_related("follow_up__programme__framework").filter(pk=pk).first()
    if mark is None:
        raise Http404("Märkningen finns inte, eller är redan borttagen.")
    form = PublishAgainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        publish_again(mark, form.cleaned_data["reason"], by=user_of(request))
        messages.success(request, f"Märkningen är borttagen: {mark.about}.")
        return redirect("followup:withholding_list", slug, year)
    report = report_of(follow_up)
    context = {
        "follow_up": follow_up,
        "mark": mark,
        "form": form,
        "text": _text_of(report, mark.place),
        "affected": affected_by(mark, pages_are_public=settings.PUBLIC_REPORTS),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "followup/publication/withholding_remove.html", context, status=status)


def _year(request: HttpRequest, slug: str, year: int) -> FollowUp:
    follow_up = follow_up_or_404(request, slug, year)
    if not can_follow_review(user_of(request)):
        raise PermissionDenied("Sidan är för granskare och nämndsekreterare.")
    return follow_up
