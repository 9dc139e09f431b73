"""Pages about the site itself, open to everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from organisation.models import AccessibilityStatement


@login_not_required  # the law wants it read by whoever meets a shortcoming, the login page's among them
def accessibility(request: HttpRequest) -> HttpResponse:
    statement = AccessibilityStatement.objects.first()
    return render(request, "organisation/accessibility.html", {"statement": statement})
