"""The project's pages and a bare page: as large as the dashboard, from three queries."""

from itertools import cycle, islice

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from followup.models import FollowUp
from huddinge_safety.urls import *  # noqa: F403
from huddinge_safety.urls import urlpatterns as pages
from organisation.models import Unit
from programmes.models import Programme

ROW = "<tr><th>{{ row.title }}</th><td>{{ row.unit }}</td><td>{{ row.year }}</td></tr>\n"
PAGE = Template("<table>{% for row in rows %}" + ROW + "{% endfor %}</table>")


@login_not_required
def bare(request: HttpRequest, size: int) -> HttpResponse:
    """Return a table of three queries, with as many rows as fit into `size`."""
    titles = list(Programme.objects.values_list("title", flat=True))
    units = list(Unit.objects.values_list("name", flat=True))
    years = list(FollowUp.objects.values_list("year", flat=True))
    longest = len(ROW) + len(titles[0]) + max(map(len, units))
    rows = (
        {"title": row[0], "unit": row[1], "year": row[2]}
        for row in zip(cycle(titles), cycle(units), cycle(years), strict=False)
    )
    page = PAGE.render(Context({"rows": islice(rows, size // longest)}))
    return HttpResponse(page.encode().ljust(size))


urlpatterns = [path("bare/<int:size>/", bare), *pages]
