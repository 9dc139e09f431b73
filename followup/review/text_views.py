"""The pages where the reviewer writes: an area's summary, a guideline's follow-up, and the year as a whole."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from followup.models import AreaEntry, FollowUp, GuidelineEntry, SubGoalEntry
from followup.permissions import can_review
from followup.review.consistency import OF_AREA, OF_YEAR, contradictions
from followup.review.forms import AreaEntryForm, GuidelineEntryForm, YearForm
from followup.web.fetch import follow_up_or_404, user_of
from followup.writing.forms import EntryForm, PageForms, beside_last, texts_sent
from followup.writing.saving import conflict_page, save, sent_or_kept, text_outlives_session


@text_outlives_session
def review_texts(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    follow_up = _reviewed_year(request, slug, year)
    goals = SubGoalEntry.objects.filter(follow_up=follow_up)
    last = FollowUp.objects.filter(programme=follow_up.programme, year=year - 1).first()
    context = {
        "follow_up": follow_up,
        "warnings": contradictions(follow_up, goals, OF_YEAR),
        "shows_example": follow_up.is_example,
    }
    return _write(request, follow_up, YearForm, follow_up, last, "followup/review/review_texts.html", context)


@text_outlives_session
def review_area(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    follow_up = _reviewed_year(request, slug, year)
    entries = AreaEntry.objects.select_related("area", "follow_up__programme")
    entry = entries.filter(follow_up=follow_up, area__number=number).first()
    if entry is None:
        raise Http404(f"Uppföljningen för {year} har inget ansvarsområde {number}.")
    goals = (
        SubGoalEntry.objects.filter(follow_up=follow_up, sub_goal__area=entry.area)
        .select_related("sub_goal__area", "follow_up")
        .in_order()
    )
    context = {
        "follow_up": follow_up,
        "entry": entry,
        "goals": goals,
        "warnings": contradictions(entry, goals, OF_AREA),
        "shows_example": entry.is_example or any(goal.is_example or goal.sub_goal.is_example for goal in goals),
    }
    last = entries.filter(follow_up__year=year - 1, area=entry.area).first()
    return _write(request, follow_up, AreaEntryForm, entry, last, "followup/review/review_area.html", context)


@text_outlives_session
def review_guideline(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    follow_up = _reviewed_year(request, slug, year)
    entries = GuidelineEntry.objects.select_related("guideline", "follow_up__programme")
    entry = entries.filter(follow_up=follow_up, guideline__number=number).first()
    if entry is None:
        raise Http404(f"Uppföljningen för {year} har ingen riktlinje {number}.")
    context = {
        "follow_up": follow_up,
        "entry": entry,
        "shows_example": entry.is_example or entry.guideline.is_example,
    }
    last = entries.filter(follow_up__year=year - 1, guideline=entry.guideline).first()
    return _write(request, follow_up, GuidelineEntryForm, entry, last, "followup/review/review_guideline.html", context)


def _reviewed_year(request: HttpRequest, slug: str, year: int) -> FollowUp:
    if not can_review(user_of(request)):
        raise PermissionDenied("Sidan är för granskare.")
    return follow_up_or_404(request, slug, year)


def _write(
    request: HttpRequest,
    follow_up: FollowUp,
    form_class: type[EntryForm],
    item: Any,
    last: Any,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The form of `item`, which belongs to `follow_up`, beside what `last` said a year ago: shown, or saved."""
    data, is_kept = sent_or_kept(request)
    if not follow_up.takes_texts:
        return _refused(request, follow_up, form_class(instance=item), data or {})
    form = form_class(data, instance=item)
    forms = PageForms([form])
    status = HTTPStatus.OK
    if request.method == "POST":
        status = save(request, forms, user_of(request))
        if status == HTTPStatus.OK:
            return redirect(request.path)
        if status == HTTPStatus.CONFLICT:
            return conflict_page(request, form.place, forms)
    context |= {
        "forms": forms,
        "form": form,
        "fields": beside_last(form, last),
        "last_year": follow_up.year - 1,
        "has_last": last is not None,
        "is_kept": is_kept,
        "has_errors": status == HTTPStatus.UNPROCESSABLE_ENTITY,
    }
    return render(request, template, context, status=status)


def _refused(request: HttpRequest, follow_up: FollowUp, form: EntryForm, data: Any) -> HttpResponse:
    """The reason, and what had been written when the year was moved on, to be copied from the page."""
    texts = texts_sent(form, data)
    if not texts:
        raise PermissionDenied(follow_up.why_closed)
    context = {"follow_up": follow_up, "texts": texts}
    return render(request, "followup/writing/unsaved_texts.html", context, status=HTTPStatus.CONFLICT)
