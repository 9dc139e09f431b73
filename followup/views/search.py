"""Search over goals and measures of all the years that this person may see; the address carries what is asked for."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from followup.models import FollowUp
from followup.scales import Assessment, Forecast, Progress
from followup.search import Criteria, find_goals, find_measures
from organisation.models import Unit
from programmes.models import Perspective, Programme

ROWS = 25
Choices = list[tuple[Any, str]]


class SearchForm(forms.Form):
    """What can be asked for. A value that is not to be had is told of and asks for nothing."""

    q = forms.CharField(label="Sök i mål, åtgärder och kommentarer", max_length=200, required=False)
    programme = forms.ChoiceField(label="Program", required=False)
    year = forms.TypedChoiceField(label="År", required=False, coerce=int, empty_value=None)
    area = forms.TypedChoiceField(label="Ansvarsområde", required=False, coerce=int, empty_value=None)
    unit = forms.ChoiceField(label="Enhet", required=False)
    perspective = forms.ChoiceField(label="Perspektiv", required=False)
    assessment = forms.ChoiceField(label="Bedömning", required=False, choices=[("", "Alla"), *Assessment.choices])
    forecast = forms.ChoiceField(label="Prognos", required=False, choices=[("", "Alla"), *Forecast.choices])
    progress = forms.ChoiceField(label="Genomförande", required=False, choices=[("", "Alla"), *Progress.choices])

    def __init__(self, *args: Any, programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(programmes.prefetch_related("areas"))
        chosen = next((programme for programme in known if programme.slug == self.data.get("programme")), None)
        # A number of an area tells nothing until the programme is known.
        of_areas = [chosen] if chosen else known if len(known) == 1 else []
        self._offer("programme", [(programme.slug, str(programme)) for programme in known])
        self._offer("year", [(year, str(year)) for year in sorted({y for p in known for y in p.years}, reverse=True)])
        self._offer("area", [(area.number, str(area)) for programme in of_areas for area in programme.areas.all()])
        self._offer("unit", list(Unit.objects.values_list("slug", "name")))
        self._offer("perspective", list(Perspective.objects.values_list("slug", "name")))
        if not of_areas:
            del self.fields["area"]

    def _offer(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = [("", "Alla"), *choices]  # type: ignore[attr-defined]

    @property
    def criteria(self) -> Criteria:
        """What is asked for, as far as it can be."""
        self.is_valid()
        return Criteria(**self.cleaned_data)


def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET, programmes=Programme.objects.visible_to(request.user))
    follow_ups = FollowUp.objects.visible_to(request.user)
    goals, measures = find_goals(form.criteria, follow_ups), find_measures(form.criteria, follow_ups)
    shows_measures = request.GET.get("show") == "measures"
    found: QuerySet[Any] = measures if shows_measures else goals
    pages = Paginator(found, ROWS)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "shows_measures": shows_measures,
        "page": page,
        "goal_count": goals.count() if shows_measures else pages.count,
        "measure_count": pages.count if shows_measures else measures.count(),
        "shows_example": any(entry.is_example or entry.item.is_example for entry in page),
    }
    return render(request, "followup/search.html", context)
