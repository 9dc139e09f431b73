"""Autosave: saves a form while it is being written, without a history row for every pause in the typing.

An autosave that only adds to the previous autosave, by the same person and within ten minutes, overwrites the history
row of that one: the row still says who and when, and its text contains everything that was saved before. An autosave
that removes or changes something gets a row of its own. So does one that follows another person's save or an ordinary
save.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from followup.workflow import StaleEntry
from followup.writing.forms import EntryForm, PageForms
from followup.writing.textdiff import only_adds
from followup.writing.texts import is_up_to_date, last_writer, mark_rewritten

if TYPE_CHECKING:
    from organisation.models import User

REASON = "Sparades automatiskt"
FOLDED_WITHIN = timedelta(minutes=10)


def autosave_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that saves one form of an open page. A lost session is reported there, without a redirect."""

    @require_POST
    @login_not_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            status = HTTPStatus.UNAUTHORIZED
            return render(request, "followup/writing/_autosave.html", {"status": status}, status=status)
        return view(request, *args, **kwargs)

    return wrapper


def autosave(form: EntryForm, *, by: User, save: Callable[..., object] | None = None) -> HTTPStatus:
    """Save the form if its item may be changed. Return the status to report in the page.

    The caller has locked the item and its year, unless it gives a `save` that locks them.
    """
    if form.why_locked:
        return HTTPStatus.CONFLICT
    if not form.is_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        (save or _save)(form, by=by)
    except StaleEntry:
        return HTTPStatus.CONFLICT
    return HTTPStatus.OK


def autosave_response(request: HttpRequest, form: EntryForm, status: HTTPStatus, **context: Any) -> HttpResponse:
    """Report in the page how the save went. `context` has more to bring up to date in the page after a save."""
    context |= {"status": status, "form": form, "at": timezone.localtime()}
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        context["errors"] = PageForms([form]).errors
    elif status == HTTPStatus.CONFLICT and not form.why_locked:
        context["is_own_save"] = last_writer(form.stored()) == request.user
    return render(request, "followup/writing/_autosave.html", context, status=status)


def _save(form: EntryForm, *, by: User) -> None:
    """Save the changed item of a valid form. Raise StaleEntry when another writer has saved it since it was fetched."""
    item = form.instance
    if not form.is_rewritten:
        return
    if not is_up_to_date(form, item, by=by):
        raise StaleEntry
    mark_rewritten(item, by=by, page_save=form.page_save)
    if _only_adds(form) and _overwrite_latest_history(form, by):
        item.save_without_historical_record()
    else:
        item._change_reason = REASON
        item.save()


def _only_adds(form: EntryForm) -> bool:
    """Return whether every field of the form contains all that it had before."""
    return all(_has_grown(form.instance, name, form.initial[name]) for name in form.field_names)


def _has_grown(item: Any, name: str, before: Any) -> bool:
    now = getattr(item, name)
    if isinstance(item._meta.get_field(name), models.TextField):
        return only_adds(before, now)
    return before in (None, "", now)


def _overwrite_latest_history(form: EntryForm, by: User) -> bool:
    """Write the item into its latest history row, if that is a recent autosave by the same person."""
    item, now = form.instance, timezone.now()
    history: Any = type(item).history
    # Ordered by number, because the clock may have been set back.
    latest = history.filter(id=item.pk).order_by("-history_id").values("history_id")[:1]
    own = history.filter(
        history_id=Subquery(latest),
        history_user=by,
        history_change_reason=REASON,
        history_date__gte=now - FOLDED_WITHIN,
    )
    names = (*form.field_names, "version", "is_example")
    return bool(own.update(history_date=now, **{name: getattr(item, name) for name in names}))
