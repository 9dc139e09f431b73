"""The pages where the reviewer writes: an area's summary, a guideline's follow-up, and the year as a whole.

Each page has an address for its autosave, which saves the same form.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from followup.models import AreaEntry, FollowUp, GuidelineEntry, SubGoalEntry
from followup.permissions import can_review
from followup.review.consistency import contradictions, names_of_area, names_of_year
from followup.review.forms import AreaEntryForm, GuidelineEntryForm, YearForm
from followup.web.lookups import follow_up_or_404, user_of
from followup.writing.autosave import autosave, autosave_response, autosave_view
from followup.writing.forms import EntryForm, PageForms, fields_with_last_year, unsaved_texts
from followup.writing.saving import conflict_page, posted_or_kept, save, text_outlives_session


@text_outlives_session
def review_texts(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Edit the texts of the year as a whole."""
    follow_up = _reviewed_year(request, slug, year)
    goals = SubGoalEntry.objects.filter(follow_up=follow_up)
    last = FollowUp.objects.filter(programme=follow_up.programme, year=year - 1).first()
    context = {
        "follow_up": follow_up,
        "autosave_url": reverse("followup:review_texts_autosave", args=[slug, year]),
        "warnings": contradictions(follow_up.scales, follow_up, goals, names_of_year(follow_up.terms)),
        "shows_example": follow_up.is_example,
    }
    return _edit(request, YearForm, follow_up, last, "followup/review/review_texts.html", context)


@autosave_view
def review_texts_autosave(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    return _autosave(request, YearForm, _reviewed_year(request, slug, year))


@text_outlives_session
def review_area(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Edit the text of one area, above the answers of its goals."""
    entry = _area_entry(request, slug, year, number)
    goals = (
        SubGoalEntry.objects.filter(follow_up=entry.follow_up, sub_goal__area=entry.area)
        .select_related("sub_goal__area", "follow_up__programme__framework")
        .in_order()
    )
    context = {
        "follow_up": entry.follow_up,
        "entry": entry,
        "autosave_url": reverse("followup:review_area_autosave", args=[slug, year, number]),
        "goals": goals,
        "warnings": contradictions(entry.follow_up.scales, entry, goals, names_of_area(entry.follow_up.terms)),
        "shows_example": entry.is_example or any(goal.is_example or goal.sub_goal.is_example for goal in goals),
    }
    last = AreaEntry.objects.filter(follow_up__year=year - 1, area=entry.area).first()
    return _edit(request, AreaEntryForm, entry, last, "followup/review/review_area.html", context)


@autosave_view
def review_area_autosave(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    return _autosave(request, AreaEntryForm, _area_entry(request, slug, year, number))


@text_outlives_session
def review_guideline(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Edit the text of one guideline."""
    entry = _guideline_entry(request, slug, year, number)
    context = {
        "follow_up": entry.follow_up,
        "entry": entry,
        "autosave_url": reverse("followup:review_guideline_autosave", args=[slug, year, number]),
        "shows_example": entry.is_example or entry.guideline.is_example,
    }
    last = GuidelineEntry.objects.filter(follow_up__year=year - 1, guideline=entry.guideline).first()
    return _edit(request, GuidelineEntryForm, entry, last, "followup/review/review_guideline.html", context)


@autosave_view
def review_guideline_autosave(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    return _autosave(request, GuidelineEntryForm, _guideline_entry(request, slug, year, number))


def _reviewed_year(request: HttpRequest, slug: str, year: int) -> FollowUp:
    if not can_review(user_of(request)):
        raise PermissionDenied("Sidan är för granskare.")
    return follow_up_or_404(request, slug, year)


def _area_entry(request: HttpRequest, slug: str, year: int, number: int) -> AreaEntry:
    follow_up = _reviewed_year(request, slug, year)
    entries = AreaEntry.objects.select_related("area", "follow_up__programme__framework")
    entry = entries.filter(follow_up=follow_up, area__number=number).first()
    if entry is None:
        raise Http404(f"Uppföljningen för {year} har {follow_up.terms.area.negated} {number}.")
    return entry


def _guideline_entry(request: HttpRequest, slug: str, year: int, number: int) -> GuidelineEntry:
    follow_up = _reviewed_year(request, slug, year)
    entries = GuidelineEntry.objects.select_related("guideline", "follow_up__programme__framework")
    entry = entries.filter(follow_up=follow_up, guideline__number=number).first()
    if entry is None:
        raise Http404(f"Uppföljningen för {year} har ingen riktlinje {number}.")
    return entry


def _edit(
    request: HttpRequest,
    form_class: type[EntryForm],
    item: FollowUp | AreaEntry | GuidelineEntry,
    last: Any,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show the form of `item` next to the text of `last`, the same item a year ago; or save the form."""
    follow_up: FollowUp = context["follow_up"]
    data, is_kept = posted_or_kept(request)
    if item.why_locked:
        return _refused(request, follow_up, form_class(instance=item), data or {})
    form = form_class(data, instance=item)
    forms = PageForms([form])
    user = user_of(request)
    status = save(request, forms, user) if request.method == "POST" else HTTPStatus.OK
    if status == HTTPStatus.CONFLICT:
        return conflict_page(request, form.place, forms, user)
    if request.method == "POST" and status == HTTPStatus.OK:
        return redirect(request.path)
    context |= {
        "forms": forms,
        "form": form,
        "fields": fields_with_last_year(form, last),
        "last_year": follow_up.year - 1,
        "has_last": last is not None,
        "is_kept": is_kept,
        "has_errors": status == HTTPStatus.UNPROCESSABLE_ENTITY,
    }
    return render(request, template, context, status=status)


def _refused(request: HttpRequest, follow_up: FollowUp, form: EntryForm, data: Mapping[str, str]) -> HttpResponse:
    """Explain why the year is closed for texts, and show the texts that were sent, for copying."""
    texts = unsaved_texts(form, data)
    if not texts:
        raise PermissionDenied(follow_up.why_closed)
    context = {"follow_up": follow_up, "texts": texts}
    return render(request, "followup/writing/unsaved_texts.html", context, status=HTTPStatus.CONFLICT)


@transaction.atomic
def _autosave(
    request: HttpRequest, form_class: type[EntryForm], item: FollowUp | AreaEntry | GuidelineEntry
) -> HttpResponse:
    """Lock the item with its year, and save its form."""
    form = form_class(request.POST, instance=_locked(item))
    status = autosave(form, by=user_of(request))
    return autosave_response(request, form, status)


def _locked(item: FollowUp | AreaEntry | GuidelineEntry) -> Any:
    """Lock the stored item. Lock its year first, as everywhere, to avoid deadlocks."""
    if isinstance(item, FollowUp):
        return FollowUp.objects.select_for_update().get(pk=item.pk)
    entries: Any = type(item)._default_manager
    return entries.select_related("follow_up").select_for_update(of=("follow_up", "self")).get(pk=item.pk)
