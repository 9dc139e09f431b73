"""What all pages where texts are written have in common: save, show a conflict, keep a text past a lost session."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import requires_csrf_token

from followup.web.errors import error_page
from followup.web.lookups import user_of
from followup.workflow import StaleEntry
from followup.writing.forms import PageForms, settled
from followup.writing.kept_texts import keep_for_after_login, remember_writer, take_kept_text
from followup.writing.texts import save_texts
from organisation.models import User


def sent_or_kept(request: HttpRequest) -> tuple[QueryDict | None, bool]:
    """What the forms are to show, and whether it comes from a session that ran out."""
    if request.method == "POST":
        return settled(request.POST), False
    kept = take_kept_text(request, user_of(request))
    return kept, kept is not None


def text_outlives_session(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for those who are logged in, where what was sent after the session ran out is not lost."""

    @login_not_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return keep_for_after_login(request)
        response = view(request, *args, **kwargs)
        remember_writer(request, response, user_of(request))
        return response

    checked.keeps_text = True  # type: ignore[attr-defined]
    return checked


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The key in a page grows old when one logs in anew in another tab: what was written there is not lost for that.

    A request that does not come from our own pages gets nothing but the refusal.
    """
    if request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}":
        if "HX-Request" in request.headers:
            # Brings a fresh key along, which other sites cannot read.
            return render(request, "followup/writing/_autosave_csrf_refresh.html", status=HTTPStatus.CONFLICT)
        if request.resolver_match and getattr(request.resolver_match.func, "keeps_text", False):
            return keep_for_after_login(request)
    text = "Sidan hade blivit för gammal, och inget har ändrats. Gå tillbaka, ladda om sidan och försök igen."
    return error_page(request, HTTPStatus.FORBIDDEN, "Ladda om sidan", text)


def save(request: HttpRequest, forms: PageForms, user: User) -> HTTPStatus:
    """Save what was sent and say so; otherwise nothing is saved, and the status says why."""
    if not forms.are_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        save_texts(forms.all, by=user)
    except StaleEntry:
        return HTTPStatus.CONFLICT
    messages.success(request, f"Sparad {timezone.localtime():%H.%M}.")
    for form in forms.all:
        for warning in form.print_warnings:
            messages.warning(request, warning)
    return HTTPStatus.OK


def conflict_page(request: HttpRequest, what: str, forms: PageForms, user: User) -> HttpResponse:
    """Show both answers of each field that another page has saved, to be sent to this same address again."""
    conflicts = forms.conflicts(user)
    context = {
        "what": what,
        "conflicts": conflicts,
        "unchanged": forms.unchanged(conflicts),
        "is_own_save": bool(conflicts) and all(conflict.writer == user for conflict in conflicts),
    }
    return render(request, "followup/writing/conflict.html", context, status=HTTPStatus.CONFLICT)
