"""Pages about the site itself, most of them open to everybody."""

import logging
from hashlib import sha256
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import condition, require_POST, require_safe

from organisation.appearance import colours, dark_colours, ratio
from organisation.models import AccessibilityStatement, Appearance, User
from organisation.roles import ROLES

logger = logging.getLogger(__name__)

SCHEME_COOKIE = "utseende"
# What the visitor may choose, and for which screens the dark colours are then.
SCHEMES = {
    "auto": ("Som din dator eller telefon är inställd", "screen and (prefers-color-scheme: dark)"),
    "ljust": ("Ljust", "not all"),
    "morkt": ("Mörkt", "screen"),
}


# Headings of the help pages. The key is the address and the name of the template.
HELP = {
    "handlaggare": "Du som rapporterar för en enhet",
    **{role.slug: role.audience for role in ROLES},
    "lasare": "Du som läser",
}


@login_not_required  # the law wants it read by whoever meets a shortcoming, the login page's among them
def accessibility(request: HttpRequest) -> HttpResponse:
    statement = AccessibilityStatement.objects.first()
    return render(request, "organisation/accessibility.html", {"statement": statement})


def about(request: HttpRequest) -> HttpResponse:
    """Which version runs, for those who report a fault. Not for everybody: it would tell of known weaknesses too."""
    return render(request, "organisation/about.html", {"version": settings.VERSION})


class SchemeForm(forms.Form):
    scheme = forms.ChoiceField(
        label="Färger", choices=[(key, word) for key, (word, _) in SCHEMES.items()], widget=forms.RadioSelect
    )


@login_not_required  # whoever reads a page reads it in light that suits them
def colour_scheme(request: HttpRequest) -> HttpResponse:
    """Light or dark, kept in the visitor's own browser."""
    back = request.POST.get("back") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    form = SchemeForm(request.POST or None, initial={"scheme": _scheme(request)})
    if request.method == "POST" and form.is_valid():
        # redirect() would take a word without a slash for the name of a view.
        response = HttpResponseRedirect(back)
        response.set_cookie(
            SCHEME_COOKIE,
            form.cleaned_data["scheme"],
            max_age=60 * 60 * 24 * 365,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
        return response
    return render(request, "organisation/colour_scheme.html", {"form": form, "back": back})


def _scheme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(SCHEME_COOKIE, "")
    return chosen if chosen in SCHEMES else "auto"


def _stylesheet_etag(request: HttpRequest) -> str:
    look = Appearance.objects.values_list("accent", "logotype", "logotype_has_name").first()
    return f'"{sha256(repr((look, _scheme(request), _dark_tokens())).encode()).hexdigest()[:20]}"'


def _dark_tokens() -> str:
    path: Any = finders.find("css/dark.css")
    return Path(path).read_text()


@login_not_required  # the login page looks like the others
@require_safe
@condition(etag_func=_stylesheet_etag)
def stylesheet(request: HttpRequest) -> HttpResponse:
    """The municipality's colours and logotype, and the dark colours as the visitor has chosen.

    The pages need not know of either: they stay the same, and a change shows at once.
    """
    appearance = Appearance.objects.first()
    context: dict[str, Any] = {"dark_tokens": _dark_tokens(), "dark_media": SCHEMES[_scheme(request)][1]}
    if appearance:
        context |= {"colours": colours(appearance.accent), "dark_colours": dark_colours(appearance.accent)}
        if content := _logotype_content(appearance):
            context |= {"appearance": appearance, "ratio": f"{ratio(content):.3f}"}
    response = HttpResponse(render_to_string("organisation/stylesheet.css", context), content_type="text/css")
    response["Cache-Control"] = "private, no-cache"
    return response


def _logotype_content(appearance: Appearance) -> bytes:
    """Return the logotype; no bytes where there is none, or where storage has lost it: pages do without."""
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
    """The one that is in use; its name tells its content, which therefore never changes."""
    appearance = Appearance.objects.filter(logotype=f"logotyp/{name}").first()
    if appearance is None:
        raise Http404("Logotypen finns inte, eller har bytts ut.")
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    try:
        file = appearance.logotype.open()
    except OSError as error:
        raise Http404("Logotypens fil saknas i lagringen. Välj logotypen igen under Utseende.") from error
    response = FileResponse(file, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    # A drawing may style itself, and do nothing more.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@login_not_required  # whoever cannot log in needs help most of all
def help_list(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/help_list.html", {"topics": HELP})


@login_not_required
def help_detail(request: HttpRequest, topic: str) -> HttpResponse:
    if topic not in HELP:
        raise Http404("Det finns ingen hjälp med den adressen. Alla hjälpsidor står under Hjälp längst ner på sidan.")
    context = {"heading": HELP[topic], "text": f"organisation/help/_{topic}.html", "topics": HELP, "topic": topic}
    return render(request, "organisation/help_detail.html", context)


@require_POST
def introduction_seen(request: HttpRequest) -> HttpResponse:
    User.objects.filter(username=request.user.get_username()).update(has_seen_introduction=True)
    return redirect(settings.LOGIN_REDIRECT_URL)
