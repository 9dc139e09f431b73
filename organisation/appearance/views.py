"""The municipality's colours and logotype, and the choice of light or dark."""

import logging
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import condition, require_safe

from organisation.appearance.forms import AppearanceForm
from organisation.appearance.logotype import aspect_ratio
from organisation.colours import dark_page_colours, light_page_colours
from organisation.history import save_as
from organisation.models import Appearance, User

logger = logging.getLogger(__name__)


class ColourScheme(NamedTuple):
    label: str
    dark_media: str  # the media query of the dark colours


COLOUR_SCHEMES = {
    "auto": ColourScheme("Som din dator eller telefon är inställd", "screen and (prefers-color-scheme: dark)"),
    "ljust": ColourScheme("Ljust", "not all"),
    "morkt": ColourScheme("Mörkt", "screen"),
}
COLOUR_SCHEME_COOKIE = "utseende"
YEAR_IN_SECONDS = 60 * 60 * 24 * 365


class ColourSchemeForm(forms.Form):
    scheme = forms.ChoiceField(
        label="Färger",
        choices=[(name, scheme.label) for name, scheme in COLOUR_SCHEMES.items()],
        widget=forms.RadioSelect,
    )


@login_not_required
def colour_scheme(request: HttpRequest) -> HttpResponse:
    """Show the choice of light or dark; store it in a cookie and return to the page that the visitor came from."""
    next_page = _next_page(request)
    form = ColourSchemeForm(request.POST or None, initial={"scheme": _chosen_scheme(request)})
    if request.method != "POST" or not form.is_valid():
        may_edit = request.user.has_perm("organisation.change_appearance")
        context = {"form": form, "back": next_page, "may_edit_appearance": may_edit}
        return render(request, "organisation/appearance/colour_scheme.html", context)

    # Not redirect(): it would take a word without a slash for the name of a view.
    response = HttpResponseRedirect(next_page)
    response.set_cookie(
        COLOUR_SCHEME_COOKIE,
        form.cleaned_data["scheme"],
        max_age=YEAR_IN_SECONDS,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    return response


@permission_required("organisation.change_appearance", raise_exception=True)
def appearance_edit(request: HttpRequest) -> HttpResponse:
    """Change the municipality's colour and logotype."""
    appearance = Appearance.objects.first() or Appearance()
    is_sent = request.method == "POST"
    form = AppearanceForm(request.POST if is_sent else None, request.FILES if is_sent else None, instance=appearance)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "organisation/appearance/appearance_edit.html", {"form": form}, status=status)
    save_as(appearance, by=cast(User, request.user))
    messages.success(request, "Utseendet är sparat.")
    return redirect("organisation:appearance_edit")


def _next_page(request: HttpRequest) -> str:
    """Return the address of the page that the visitor came from, or of the home page if it is not on this site."""
    address = request.POST.get("back") or request.headers.get("Referer", "")
    is_own = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if is_own else "/"


def _chosen_scheme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COLOUR_SCHEME_COOKIE, "")
    return chosen if chosen in COLOUR_SCHEMES else "auto"


def _stylesheet_etag(request: HttpRequest) -> str:
    appearance = Appearance.objects.values_list("accent", "logotype", "logotype_has_name").first()
    content = (appearance, _chosen_scheme(request), _dark_variables())
    return f'"{sha256(repr(content).encode()).hexdigest()[:20]}"'


def _dark_variables() -> str:
    path: Any = finders.find("css/dark.css")
    return Path(path).read_text()


@login_not_required  # the login page uses it too
@require_safe
@condition(etag_func=_stylesheet_etag)
def stylesheet(request: HttpRequest) -> HttpResponse:
    """Serve the municipality's colours and logotype, and the dark colours for the scheme that the visitor chose.

    A file of its own, so that cached pages stay valid when a colour or the scheme changes.
    """
    scheme = COLOUR_SCHEMES[_chosen_scheme(request)]
    context = {"dark_tokens": _dark_variables(), "dark_media": scheme.dark_media, **_appearance_context()}
    response = HttpResponse(
        render_to_string("organisation/appearance/stylesheet.css", context), content_type="text/css"
    )
    response["Cache-Control"] = "private, no-cache"
    return response


def _appearance_context() -> dict[str, Any]:
    """Return the values of the stylesheet that follow from the chosen appearance; none for the default one."""
    appearance = Appearance.objects.first()
    if appearance is None:
        return {}
    context: dict[str, Any] = {
        "colours": light_page_colours(appearance.accent),
        "dark_colours": dark_page_colours(appearance.accent),
    }
    content = _logotype_content(appearance)
    if content:
        context |= {"appearance": appearance, "ratio": f"{aspect_ratio(content):.3f}"}
    return context


def _logotype_content(appearance: Appearance) -> bytes:
    """Return the bytes of the logotype, or none where storage has lost the file: pages do without it."""
    if not appearance.logotype:
        return b""
    try:
        with appearance.logotype.open() as file:
            content: bytes = file.read()
    except OSError:
        logger.exception("The logotype cannot be read")
        return b""
    return content


@login_not_required  # the login page shows it too
@require_safe
def logotype(request: HttpRequest, name: str) -> FileResponse:
    """Serve the current logotype. Its name is a checksum of its content, so browsers may keep it for ever."""
    appearance = Appearance.objects.filter(logotype=f"logotyp/{name}").first()
    if appearance is None:
        raise Http404("Logotypen finns inte, eller har bytts ut.")
    try:
        file = appearance.logotype.open()
    except OSError as error:
        raise Http404("Logotypens fil saknas i lagringen. Välj logotypen igen under Utseende.") from error

    response = FileResponse(file, content_type="image/svg+xml" if name.endswith(".svg") else "image/png")
    response["X-Content-Type-Options"] = "nosniff"
    # An SVG that is opened as a page may style itself, and nothing more.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
