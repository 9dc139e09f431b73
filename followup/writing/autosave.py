"""Autosave: save a form while the user writes, without a history row for every pause.

An autosave that only adds text to the user's previous autosave, within ten minutes, overwrites the history row of that
one. The row still has the user and the time, and its text contains everything that was saved before. A separate row is
created when an autosave removes or changes text, and after a save by another user or an ordinary save.
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

from followup.workflow import StaleEntryError
from followup.writing.forms import EntryForm, PageForms
from followup.writing.textdiff import only_adds
from followup.writing.texts import is_up_to_date, last_writer, mark_rewritten

if TYPE_CHECKING:
    from organisation.models import User

REASON = "Sparades automatiskt"
FOLDED_WITHIN = timedelta(minutes=10)


def autosave_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that saves one form of an open page. An ended session is reported in the page with 401."""

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
    """Save the form if its item can be changed. Return the status to report in the page.

    The caller must lock the item and its year, or pass a `save` function that locks them.
    """
    if form.why_locked:
        return HTTPStatus.CONFLICT
    if not form.is_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    save = save or _save
    try:
        save(form, by=by)
    except StaleEntryError:
        return HTTPStatus.CONFLICT
    return HTTPStatus.OK


def autosave_response(request: HttpRequest, form: EntryForm, status: HTTPStatus, **context: Any) -> HttpResponse:
    """Render the result of the save, and the other parts of the page that change with it, from `context`."""
    context |= {"status": status, "form": form, "at": timezone.localtime()}
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        context["errors"] = PageForms([form]).errors
    elif status == HTTPStatus.CONFLICT and not form.why_locked:
        context["is_own_save"] = last_writer(form.fetch_stored()) == request.user
    return render(request, "followup/writing/_autosave.html", context, status=status)


def _save(form: EntryForm, *, by: User) -> None:
    """Save the changed item of a valid form.

    Raise StaleEntryError when another writer has saved it since it was fetched.
    """
    item = form.instance
    if not form.is_rewritten:
        return
    if not is_up_to_date(form, item, by=by):
        raise StaleEntryError
    mark_rewritten(item, by=by, page_save=form.page_save)
    if _only_adds(form) and _overwrite_latest_history(form, by):
        item.save_without_historical_record()
    else:
        item._change_reason = REASON
        item.save()


def _only_adds(form: EntryForm) -> bool:
    """Return whether every field of the form still contains its earlier value."""
    return all(_has_grown(form.instance, name, form.initial[name]) for name in form.field_names)


def _has_grown(item: Any, name: str, before: Any) -> bool:
    """Return whether a text still contains its earlier value, and another field is unchanged or was empty."""
    now = getattr(item, name)
    if isinstance(item._meta.get_field(name), models.TextField):
        return only_adds(before, now)
    return before in (None, "", now)


def _overwrite_latest_history(form: EntryForm, by: User) -> bool:
    """Overwrite the latest history row with the item if it is a recent autosave by the same user.

    Return whether it was overwritten.
    """
    item = form.instance
    now = timezone.now()
    history: Any = type(item).history
    # Ordered by key instead of time, because the clock may have been set back.
    latest = history.filter(id=item.pk).order_by("-history_id").values("history_id")[:1]
    recent_autosave = history.filter(
        history_id=Subquery(latest),
        history_user=by,
        history_change_reason=REASON,
        history_date__gte=now - FOLDED_WITHIN,
    )
    saved_values = {name: getattr(item, name) for name in (*form.field_names, "version", "is_example")}
    number_overwritten = recent_autosave.update(history_date=now, **saved_values)
    return bool(number_overwritten)
