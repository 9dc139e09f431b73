"""Shared steps of the pages for writing: save, show a conflict, keep a text when the session has ended."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import requires_csrf_token

from followup.web.errors import error_page
from followup.web.lookups import user_of
from followup.workflow import StaleEntryError
from followup.writing.forms import PageForms
from followup.writing.kept_texts import keep_until_login, pop_kept_text, remember_writer
from followup.writing.texts import save_texts
from organisation.models import User


class PageData(NamedTuple):
    """Data for the forms of a page, and whether it was posted in a session that had ended."""

    data: QueryDict | None
    is_kept: bool


def posted_or_kept(request: HttpRequest) -> PageData:
    """Return the posted data, or the data that was kept for this page while the user logged in."""
    if request.method == "POST":
        return PageData(_with_chosen_values(request.POST), is_kept=False)
    kept = pop_kept_text(request, user_of(request))
    return PageData(kept, is_kept=kept is not None)


def _with_chosen_values(data: QueryDict) -> QueryDict:
    """Return a copy of the posted `data` with the stored values that the user chose on the conflict page."""
    result = data.copy()
    for key, choice in data.items():
        name = key.removeprefix("pick-")
        if name != key and choice == "theirs":
            result[name] = data.get(f"theirs-{name}", "")
    return result


def text_outlives_session(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that requires login. A text that is posted after the session has ended is kept until login."""

    @login_not_required  # the wrapper asks for login itself, after it has kept the text
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return keep_until_login(request)
        response = view(request, *args, **kwargs)
        remember_writer(request, response, user_of(request))
        return response

    wrapper.keeps_text = True  # type: ignore[attr-defined]
    return wrapper


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a request with an outdated CSRF token, but keep its text.

    The token of an open page becomes outdated when the user logs in again in another tab. A request from another site
    is only refused.
    """
    is_from_own_page = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if is_from_own_page and "HX-Request" in request.headers:
        # The response has a new token, which other sites cannot read.
        return render(request, "followup/writing/_autosave_csrf_refresh.html", status=HTTPStatus.CONFLICT)
    if is_from_own_page and request.resolver_match and getattr(request.resolver_match.func, "keeps_text", False):
        return keep_until_login(request)
    text = "Sidan hade blivit för gammal, och inget har ändrats. Gå tillbaka, ladda om sidan och försök igen."
    return error_page(request, HTTPStatus.FORBIDDEN, "Ladda om sidan", text)


def save(request: HttpRequest, forms: PageForms, user: User) -> HTTPStatus:
    """Save all forms and show a message. The status says if nothing was saved: invalid (422) or in conflict (409)."""
    if not forms.are_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        save_texts(forms.all, by=user)
    except StaleEntryError:
        return HTTPStatus.CONFLICT
    messages.success(request, f"Sparad {timezone.localtime():%H.%M}.")
    for form in forms.all:
        for warning in form.print_warnings:
            messages.warning(request, warning)
    return HTTPStatus.OK


def conflict_page(request: HttpRequest, subject: str, forms: PageForms, user: User) -> HttpResponse:
    """Show both values of each field in conflict. The user chooses, and posts to the same address again."""
    conflicts = forms.conflicts(user)
    context = {
        "subject": subject,
        "conflicts": conflicts,
        "unchanged": forms.unchanged(conflicts),
        "is_own_save": bool(conflicts) and all(conflict.writer == user for conflict in conflicts),
    }
    return render(request, "followup/writing/conflict.html", context, status=HTTPStatus.CONFLICT)
