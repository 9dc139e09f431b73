"""Pages about the site itself, most of them open to everybody."""

from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from organisation.accessibility_form import AccessibilityForm
from organisation.history import save_as
from organisation.models import AccessibilityStatement, User
from organisation.roles import ROLES

# Headings of the help pages. The key is the address and the name of the template.
HELP = {
    "handlaggare": "Du som rapporterar för en enhet",
    **{role.slug: role.audience for role in ROLES},
    "lasare": "Du som läser",
}


@login_not_required  # by law, also for a visitor who cannot use the login page
def accessibility(request: HttpRequest) -> HttpResponse:
    statement = AccessibilityStatement.objects.first()
    may_edit = request.user.has_perm("organisation.change_accessibilitystatement")
    return render(request, "organisation/accessibility.html", {"statement": statement, "may_edit": may_edit})


@permission_required("organisation.change_accessibilitystatement", raise_exception=True)
def accessibility_edit(request: HttpRequest) -> HttpResponse:
    """Write or change the accessibility statement."""
    statement = AccessibilityStatement.objects.first() or AccessibilityStatement()
    form = AccessibilityForm(request.POST if request.method == "POST" else None, instance=statement)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "organisation/accessibility_edit.html", {"form": form}, status=status)
    save_as(statement, by=cast(User, request.user))
    messages.success(request, "Tillgänglighetsredogörelsen är sparad.")
    return redirect("organisation:accessibility")


def about(request: HttpRequest) -> HttpResponse:
    """Show the version, for fault reports. Only to users, because it also reveals known weaknesses."""
    return render(request, "organisation/about.html", {"version": settings.VERSION})


@login_not_required  # a person who cannot log in needs help most
def help_list(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/help_list.html", {"topics": HELP})


@login_not_required
def help_detail(request: HttpRequest, topic: str) -> HttpResponse:
    if topic not in HELP:
        raise Http404("Det finns ingen hjälp med den adressen. Alla hjälpsidor står under Hjälp längst ner på sidan.")
    context = {
        "heading": HELP[topic],
        "text": f"organisation/help/_{topic}.html",
        "topics": HELP,
        "topic": topic,
        "roles": ROLES,
    }
    return render(request, "organisation/help_detail.html", context)


@require_POST
def introduction_seen(request: HttpRequest) -> HttpResponse:
    """Stop showing the introduction to this user."""
    User.objects.filter(username=request.user.get_username()).update(has_seen_introduction=True)
    return redirect(settings.LOGIN_REDIRECT_URL)
