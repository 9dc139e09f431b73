"""The project's pages and beside them a bare one: as large as the dashboard, from three queries."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from followup.models import FollowUp
from huddinge_safety.urls import *  # noqa: F403
from huddinge_safety.urls import urlpatterns as pages
from organisation.models import Unit
from programmes.models import Programme

PAGE = Template("<ul>{% for name in names %}<li>{{ name }}</li>{% endfor %}</ul>")


@login_not_required
def bare(request: HttpRequest, size: int) -> HttpResponse:
    names = [*Programme.objects.all(), *FollowUp.objects.values_list("year", flat=True), *Unit.objects.all()]
    return HttpResponse(PAGE.render(Context({"names": names})).encode().ljust(size))


urlpatterns = [path("bare/<int:size>/", bare), *pages]
