"""Pages about the site itself, most of them open to everybody."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

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
    return render(request, "organisation/accessibility.html", {"statement": statement})


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
