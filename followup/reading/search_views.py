"""Search pages: goals, measures and texts of all years that the user may see. The address holds the search."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from followup.documents.report.table import FORMATS, Table
from followup.models import FollowUp
from followup.reading.search import Criteria, find_goals, find_measures
from followup.reading.search_files import goals_table, measures_table, texts_table
from followup.reading.text_search import TextHits
from followup.web.conditional import NOT_STORED
from followup.web.fields import LongSelect
from followup.web.lookups import user_of
from organisation.fields import LineFormField
from organisation.models import Unit
from programmes.fulltext import words_of
from programmes.models import Perspective, Programme, ProgrammeQuerySet
from programmes.scales import Kind

ROWS_PER_PAGE = 25
# A larger file would keep a server busy for long, and nobody reads one.
ROWS_IN_FILE = 5_000
# The hits of the tabs that are not shown are counted up to this number.
COUNT_LIMIT = 1_000
SEARCH_LABEL = "Sök i mål, åtgärder, kommentarer, årets texter och beslut"
Choices = list[tuple[Any, str]]


@dataclass(frozen=True)
class Tab:
    """A kind of hits, with its search, and its table for download."""

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
        lambda criteria, request: TextHits(criteria, _visible(request), user_of(request)),
        texts_table,
    ),
}


def _word(field: forms.Field, value: Any) -> str:
    """Return the chosen or written `value` as it is shown in the form."""
    return str(dict(field.choices)[value] if isinstance(field, forms.ChoiceField) else value)  # type: ignore[arg-type]


def _steps_of(programmes: Iterable[Programme], kind: str) -> Choices:
    """Return key and word of each step that an answer to one of the programmes can have.

    Frameworks may use one key for different words, which are then offered together.
    """
    words: dict[str, dict[str, None]] = {}
    for framework in {programme.framework for programme in programmes}:
        for step in framework.scales.of(kind).steps:
            words.setdefault(step.key, {})[step.word] = None
    return [(key, " / ".join(of_key)) for key, of_key in words.items()]


class SearchForm(forms.Form):
    """Criteria of a search. An invalid value is reported and ignored."""

    q = LineFormField(label=SEARCH_LABEL, max_length=200, required=False)
    programme = forms.ChoiceField(label="Program", required=False, widget=LongSelect)
    year = forms.TypedChoiceField(label="År", required=False, coerce=int, empty_value=None)
    area = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    unit = forms.ChoiceField(label="Enhet", required=False)
    perspective = forms.ChoiceField(label="Perspektiv", required=False)
    assessment = forms.ChoiceField(label="Bedömning", required=False)
    forecast = forms.ChoiceField(label="Prognos", required=False)
    progress = forms.ChoiceField(label="Genomförande", required=False)

    def __init__(self, *args: Any, programmes: ProgrammeQuerySet, **kwargs: Any) -> None:
        """Offer the choices among `programmes`, the programmes that the user may see."""
        super().__init__(*args, **kwargs)
        corrected = FollowUp.objects.under_correction().filter(programme=OuterRef("pk"))
        visible = list(programmes.with_namesakes().annotate(is_corrected=Exists(corrected)).select_related("framework"))
        self.may_be_corrected = any(programme.is_corrected for programme in visible)
        years = {year for programme in visible for year in programme.years}
        self._offer("programme", [(programme.slug, programme.distinct_name) for programme in visible])
        self._offer("year", [(year, str(year)) for year in sorted(years, reverse=True)])
        self._offer("unit", list(Unit.objects.values_list("slug", "name")))
        self._offer("perspective", list(Perspective.objects.values_list("slug", "name")))
        self._offer_areas(visible)
        self._offer_steps(visible)

    def _offer_areas(self, programmes: Sequence[Programme]) -> None:
        """Offer the areas of the chosen or only programme; an area's number means nothing among several programmes."""
        chosen = [programme for programme in programmes if programme.slug == self.data.get("programme")]
        candidates = chosen or programmes
        if len(candidates) != 1:
            del self.fields["area"]
            return
        self.fields["area"].label = capfirst(candidates[0].terms.area.singular)
        self._offer("area", [(area.number, str(area)) for area in candidates[0].areas.all()])

    def _offer_steps(self, programmes: Sequence[Programme]) -> None:
        """Offer the steps of the scales that the chosen programme has, or all programmes if none is chosen."""
        chosen = [programme for programme in programmes if programme.slug == self.data.get("programme")]
        for kind in Kind:
            self._offer(kind, _steps_of(chosen or programmes, kind))

    def _offer(self, name: str, choices: Choices) -> None:
        """Set the choices of a field, after "Alla"."""
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
    """Return all hits of a tab as a file, in the format of the suffix; too many hits give the page with the limit."""
    if suffix not in FORMATS:
        raise Http404(f"Sökningen finns inte som .{suffix}. De format som finns är .xlsx och .csv.")
    form = _form(request)
    tab = TABS.get(request.GET.get("show", ""), TABS["goals"])
    hits = tab.find(form.criteria, request)
    if len(hits) > ROWS_IN_FILE:
        return _page(request, HTTPStatus.UNPROCESSABLE_ENTITY)
    table = tab.table(hits, form.in_words)
    headers = {
        "Content-Disposition": f'attachment; filename="sokning-{tab.file_name}.{suffix}"',
        "Cache-Control": NOT_STORED,
    }
    return HttpResponse(FORMATS[suffix].render(table), content_type=FORMATS[suffix].content_type, headers=headers)


def _page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Show the form with one page of the chosen tab's hits. The hits of the other tabs are only counted."""
    form = _form(request)
    hits = {name: tab.find(form.criteria, request) for name, tab in TABS.items()}
    shown = _shown_tab(request, hits)
    # A paginator needs only the length and slices.
    page = Paginator(hits[shown], ROWS_PER_PAGE).get_page(request.GET.get("page"))
    counts = {name: _count_in_words(hits[name].up_to(COUNT_LIMIT + 1)) for name in TABS if name != shown}
    counts[shown] = str(page.paginator.count)
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


def _shown_tab(request: HttpRequest, hits: dict[str, Any]) -> str:
    """Return the tab that the reader chose; before any choice the first tab with hits."""
    chosen = request.GET.get("show", "")
    if chosen in TABS:
        return chosen
    return next((name for name, hits_of_tab in hits.items() if len(hits_of_tab)), "goals")


def _count_in_words(count: int) -> str:
    """Return the number of hits; "fler än" the limit when counting stopped there."""
    return f"fler än {COUNT_LIMIT}" if count > COUNT_LIMIT else str(count)


def _form(request: HttpRequest) -> SearchForm:
    return SearchForm(request.GET, programmes=Programme.objects.visible_to(request.user))
