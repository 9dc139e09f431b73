"""Search pages: goals, measures and texts of all years that the user may see. The address holds the search."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from followup.documents.report.table import FORMATS, Table
from followup.models import FollowUp
from followup.reading.search import Criteria, find_goals, find_measures, goals_table, measures_table
from followup.reading.text_search import FoundTexts, texts_table
from followup.scales import Assessment, Forecast, Progress
from followup.web.conditional import NOT_STORED
from followup.web.fields import LongSelect
from followup.web.lookups import user_of
from organisation.fields import LineFormField
from organisation.models import Unit
from programmes.fulltext import words_of
from programmes.models import Perspective, Programme

ROWS = 25
# A larger file would keep a server busy for long, and nobody reads one.
ROWS_IN_FILE = 5_000
# What stands on the other tab is counted no further.
COUNTED = 1_000
SEARCH_LABEL = "Sök i mål, åtgärder, kommentarer, årets texter och beslut"
Choices = list[tuple[Any, str]]


@dataclass(frozen=True)
class Tab:
    """One kind of hits: how they are found, and the file that they are downloaded as."""

    label: str
    file_name: str
    find: Callable[[Criteria, HttpRequest], Any]
    table: Callable[[Any, list[tuple[str, str]]], Table]


def _visible(request: HttpRequest) -> QuerySet[FollowUp]:
    return FollowUp.objects.visible_to(request.user)


# By the value of `show` in the address, in the order of the page.
TABS = {
    "goals": Tab("Mål", "mal", lambda criteria, request: find_goals(criteria, _visible(request)), goals_table),
    "measures": Tab(
        "Åtgärder", "atgarder", lambda criteria, request: find_measures(criteria, _visible(request)), measures_table
    ),
    "texts": Tab(
        "Texter",
        "texter",
        lambda criteria, request: FoundTexts(criteria, _visible(request), user_of(request)),
        texts_table,
    ),
}


def _word(field: forms.Field, value: Any) -> str:
    """Return the chosen or written `value` as it is shown in the form."""
    return str(dict(field.choices)[value] if isinstance(field, forms.ChoiceField) else value)  # type: ignore[arg-type]


class SearchForm(forms.Form):
    """Criteria of a search. An invalid value is reported and does not restrict the search."""

    q = LineFormField(label=SEARCH_LABEL, max_length=200, required=False)
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
        corrected = FollowUp.objects.under_correction().filter(programme=OuterRef("pk"))
        known = list(programmes.annotate(is_corrected=Exists(corrected)))
        self.may_be_corrected = any(programme.is_corrected for programme in known)
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
        """The valid criteria."""
        self.is_valid()
        return Criteria(**self.cleaned_data, may_be_corrected=self.may_be_corrected)

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """The search in words: pairs of label and value."""
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
    tab = TABS.get(request.GET.get("show", ""), TABS["goals"])
    found = tab.find(form.criteria, request)
    if len(found) > ROWS_IN_FILE:
        return _page(request, HTTPStatus.UNPROCESSABLE_ENTITY)
    table = tab.table(found, form.in_words)
    headers = {
        "Content-Disposition": f'attachment; filename="sokning-{tab.file_name}.{suffix}"',
        "Cache-Control": NOT_STORED,
    }
    return HttpResponse(FORMATS[suffix].render(table), content_type=FORMATS[suffix].content_type, headers=headers)


def _page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    form = _form(request)
    found = {name: tab.find(form.criteria, request) for name, tab in TABS.items()}
    shown = _shown_tab(request, found)
    # A paginator needs only the length and slices.
    page = Paginator(found[shown], ROWS).get_page(request.GET.get("page"))
    counts = {
        name: str(page.paginator.count) if name == shown else _in_words(hits.up_to(COUNTED + 1))
        for name, hits in found.items()
    }
    context = {
        "form": form,
        "words": words_of(form.criteria.q),
        "shown": shown,
        "has_chosen_tab": request.GET.get("show") == shown,
        "tabs": [(name, tab.label, counts[name]) for name, tab in TABS.items()],
        "tabs_with_hits": [(name, tab.label) for name, tab in TABS.items() if counts[name] != "0"],
        "page": page,
        "shows_example": any(hit.is_example or (shown != "texts" and hit.item.is_example) for hit in page),
        "formats": FORMATS,
        "rows_in_file": ROWS_IN_FILE,
    }
    return render(request, "followup/reading/search.html", context, status=status)


def _shown_tab(request: HttpRequest, found: dict[str, Any]) -> str:
    """Return the tab that the reader chose; before any choice the first tab with hits."""
    chosen = request.GET.get("show", "")
    if chosen in TABS:
        return chosen
    return next((name for name, hits in found.items() if len(hits)), "goals")


def _in_words(count: int) -> str:
    return f"fler än {COUNTED}" if count > COUNTED else str(count)


def _form(request: HttpRequest) -> SearchForm:
    return SearchForm(request.GET, programmes=Programme.objects.visible_to(request.user))
