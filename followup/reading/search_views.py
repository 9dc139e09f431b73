"""Search over goals and measures of all the years that this person may see; the address carries what is asked for."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from followup.documents.report.table import FORMATS
from followup.models import Answer, FollowUp
from followup.reading.search import Criteria, Found, find_goals, find_measures, goals_table, measures_table
from followup.scales import Assessment, Forecast, Progress
from followup.web.conditional import NOT_STORED
from followup.web.fields import LongSelect
from organisation.fields import LineFormField
from organisation.models import Unit
from programmes.fulltext import words_of
from programmes.models import Perspective, Programme

ROWS = 25
# A larger file would keep a server busy for long, and nobody reads one.
ROWS_IN_FILE = 5_000
# What stands on the other tab is counted no further.
COUNTED = 1_000
Choices = list[tuple[Any, str]]


def _word(field: forms.Field, value: Any) -> str:
    """What the reader chose by `value`, or wrote."""
    return str(dict(field.choices)[value] if isinstance(field, forms.ChoiceField) else value)  # type: ignore[arg-type]


class SearchForm(forms.Form):
    """What can be asked for. A value that is not to be had is told of and asks for nothing."""

    q = LineFormField(label="Sök i mål, åtgärder och kommentarer", max_length=200, required=False)
    programme = forms.ChoiceField(label="Program", required=False, widget=LongSelect)
    year = forms.TypedChoiceField(label="År", required=False, coerce=int, empty_value=None)
    area = forms.TypedChoiceField(label="Ansvarsområde", required=False, coerce=int, empty_value=None)
    unit = forms.ChoiceField(label="Enhet", required=False)
    perspective = forms.ChoiceField(label="Perspektiv", required=False)
    assessment = forms.ChoiceField(label="Bedömning", required=False, choices=[("", "Alla"), *Assessment.choices])
    forecast = forms.ChoiceField(label="Prognos", required=False, choices=[("", "Alla"), *Forecast.choices])
    progress = forms.ChoiceField(label="Genomförande", required=False, choices=[("", "Alla"), *Progress.choices])

    def __init__(self, *args: Any, programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(programmes)
        chosen = next((programme for programme in known if programme.slug == self.data.get("programme")), None)
        # A number of an area tells nothing until the programme is known.
        of_areas = chosen or (known[0] if len(known) == 1 else None)
        self._offer("programme", [(programme.slug, str(programme)) for programme in known])
        self._offer("year", [(year, str(year)) for year in sorted({y for p in known for y in p.years}, reverse=True)])
        self._offer("area", [(area.number, str(area)) for area in of_areas.areas.all()] if of_areas else [])
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

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """What is asked for, as its reader would say it."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return [(str(self.fields[name].label), _word(self.fields[name], value)) for name, value in chosen.items()]


def search(request: HttpRequest) -> HttpResponse:
    return _page(request, HTTPStatus.OK)


def search_file(request: HttpRequest, suffix: str) -> HttpResponse:
    """All that was found, in the format that the address ends with; the page says why where that is too much."""
    if suffix not in FORMATS:
        raise Http404(f"Sökningen finns inte som .{suffix}. De format som finns är .xlsx och .csv.")
    form = _form(request)
    found = _found(form, request, _shows_measures(request))
    if len(found) > ROWS_IN_FILE:
        return _page(request, HTTPStatus.UNPROCESSABLE_ENTITY)
    name, table_of = ("atgarder", measures_table) if _shows_measures(request) else ("mal", goals_table)
    table = table_of(found, form.in_words)
    headers = {
        "Content-Disposition": f'attachment; filename="sokning-{name}.{suffix}"',
        "Cache-Control": NOT_STORED,
    }
    return HttpResponse(FORMATS[suffix].render(table), content_type=FORMATS[suffix].content_type, headers=headers)


def _page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    form = _form(request)
    shows_measures = _shows_measures(request)
    # All that it asks for are slices.
    pages: Paginator[Answer] = Paginator(_found(form, request, shows_measures), ROWS)  # type: ignore[arg-type]
    page = pages.get_page(request.GET.get("page"))
    count, others = str(pages.count), _in_words(_found(form, request, not shows_measures).up_to(COUNTED + 1))
    context = {
        "form": form,
        "words": words_of(form.criteria.q),
        "shows_measures": shows_measures,
        "page": page,
        "goal_count": others if shows_measures else count,
        "measure_count": count if shows_measures else others,
        "shows_example": any(entry.is_example or entry.item.is_example for entry in page),
        "formats": FORMATS,
        "rows_in_file": ROWS_IN_FILE,
    }
    return render(request, "followup/reading/search.html", context, status=status)


def _in_words(count: int) -> str:
    return f"fler än {COUNTED}" if count > COUNTED else str(count)


def _form(request: HttpRequest) -> SearchForm:
    return SearchForm(request.GET, programmes=Programme.objects.visible_to(request.user))


def _shows_measures(request: HttpRequest) -> bool:
    return request.GET.get("show") == "measures"


def _found(form: SearchForm, request: HttpRequest, measures: bool) -> Found[Any]:
    find = find_measures if measures else find_goals
    return find(form.criteria, FollowUp.objects.visible_to(request.user))
