"""Searching goals and measures over all years that a person may see: by words, status, unit, perspective and year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Count, Exists, OuterRef, QuerySet

from followup.documents.report.table import Table
from followup.documents.report.xlsx import EXAMPLE, TEXT, UNITS, Column, Value, yes
from followup.models import Answer, FollowUp, MeasureEntry, MeasureEntryWords, SubGoalEntry, SubGoalEntryWords
from organisation.order import in_swedish_order
from programmes.fulltext import all_of, containing, has_index, words_of
from programmes.models import Measure, SubGoal

E = TypeVar("E", bound=Answer)

# The order of years: two programmes of one name are told apart by their ids.
YEARS = ("-year", "-programme__first_year", in_swedish_order("programme__title"), "programme_id")
OF_YEARS = (
    "-follow_up__year",
    "-follow_up__programme__first_year",
    in_swedish_order("follow_up__programme__title"),
    "follow_up__programme_id",
)


@dataclass(frozen=True)
class Criteria:
    """Criteria of a search. An empty value does not restrict it."""

    q: str = ""
    programme: str = ""
    year: int | None = None
    area: int | None = None
    unit: str = ""
    perspective: str = ""
    assessment: str = ""
    forecast: str = ""
    progress: str = ""

    def lookups(self, **paths: str) -> dict[str, Any]:
        """Return a lookup for each criterion in `paths` that has a value."""
        return {path: value for name, path in paths.items() if (value := getattr(self, name))}

    @property
    def asks_about_answers(self) -> bool:
        """Whether a criterion is set that only goals and measures have."""
        return any((self.unit, self.perspective, self.assessment, self.forecast, self.progress))


class Found(Generic[E]):
    """Hits of a search, the latest year first.

    How many there are is known year by year. So what a page shows is looked for, and put in order, among the entries of
    the few years that it shows: the last page costs no more than the first.
    """

    def __init__(
        self, entries: QuerySet[E], follow_ups: QuerySet[FollowUp], words: QuerySet[Any] | None = None
    ) -> None:
        """Those of `entries`, which are in order, that are of `follow_ups` and that `words`, if given, are of."""
        self._entries, self._follow_ups, self._words = entries, follow_ups, words

    def __len__(self) -> int:
        return sum(self._numbers.values())

    def __iter__(self) -> Iterator[E]:
        return iter(self[:])

    def __getitem__(self, rows: slice) -> list[E]:
        first, last, _ = rows.indices(len(self))
        years, before, seen = [], 0, 0
        for follow_up, number in self._numbers.items():
            if seen + number <= first:
                before += number
            elif seen < last:
                years.append(follow_up)
            seen += number
        return list(self._of(years)[first - before : last - before]) if years else []

    def up_to(self, limit: int) -> int:
        """Return the number of hits, or `limit` when there are at least as many: quicker than an exact count."""
        return self._counted[:limit].count()

    def _of(self, years: QuerySet[FollowUp] | list[int]) -> QuerySet[E]:
        entries = self._entries.filter(follow_up__in=years)
        if self._words is None:
            return entries
        return entries.filter(pk__in=self._words.filter(follow_up__in=years).values("pk"))

    @property
    def _counted(self) -> QuerySet[Any]:
        """As many rows as there are entries, of as few tables as can tell."""
        if self._words is not None and not self._entries.query.has_filters():
            return self._words.filter(follow_up__in=self._follow_ups)
        return self._of(self._follow_ups).order_by().prefetch_related(None)

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """How many were found of each year, by its id, in order."""
        numbers = dict(self._counted.values_list("follow_up").annotate(Count("pk")))
        years = self._follow_ups.order_by(*YEARS).values_list("pk", flat=True)
        return {year: numbers[year] for year in years if year in numbers}


def find_goals(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> Found[SubGoalEntry]:
    """A row for each goal and year. A perspective is that of one of its measures."""
    entries = SubGoalEntry.objects.filter(**criteria.lookups(assessment="assessment", forecast="forecast"))
    of_goal = criteria.lookups(area="area__number", unit="units__slug", perspective="measures__perspectives__slug")
    if of_goal:
        entries = entries.filter(sub_goal__in=SubGoal.objects.filter(**of_goal))
    entries = (
        entries.select_related("follow_up__programme", "sub_goal__area")
        .prefetch_related("sub_goal__units")
        .order_by(*OF_YEARS, "sub_goal__area__number", "sub_goal__number")
    )
    fields = ("sub_goal__text", *SubGoalEntry.text_names())
    return _found(criteria, follow_ups, entries, SubGoalEntryWords.objects.all(), fields)


def find_measures(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> Found[MeasureEntry]:
    """A row for each measure and year. Assessment and forecast are those of its goal."""
    entries = MeasureEntry.objects.filter(**criteria.lookups(progress="progress"))
    of_measure = criteria.lookups(area="sub_goal__area__number", unit="units__slug", perspective="perspectives__slug")
    if of_measure:
        entries = entries.filter(measure__in=Measure.objects.filter(**of_measure))
    of_goal = criteria.lookups(assessment="assessment", forecast="forecast")
    if of_goal:
        goal = SubGoalEntry.objects.filter(
            follow_up=OuterRef("follow_up"), sub_goal=OuterRef("measure__sub_goal"), **of_goal
        )
        entries = entries.filter(Exists(goal))
    entries = (
        entries.select_related("follow_up__programme", "measure__sub_goal__area")
        .prefetch_related("measure__units", "measure__perspectives")
        .order_by(*OF_YEARS, "measure__sub_goal__area__number", "measure__sub_goal__number", "measure__number")
    )
    fields = ("measure__text", *MeasureEntry.text_names())
    return _found(criteria, follow_ups, entries, MeasureEntryWords.objects.all(), fields)


def _found(
    criteria: Criteria,
    follow_ups: QuerySet[FollowUp],
    entries: QuerySet[E],
    words: QuerySet[Any],
    fields: Iterable[str],
) -> Found[E]:
    """Those of `entries` that the rest of `criteria` asks for: year, programme, and words in the texts `fields`."""
    years = follow_ups.filter(**criteria.lookups(programme="programme__slug", year="year"))
    asked_for = words_of(criteria.q)
    if asked_for and has_index():
        return Found(entries, years, words.filter(words=all_of(asked_for)))
    return Found(entries.filter(*(containing(word, fields) for word in asked_for)), years)


_PLACE = (Column("Program", 40), Column("År", 8), Column("Område nr", 10), Column("Område", 32), Column("Mål nr", 8))
_GOALS = (
    *_PLACE,
    Column("Mål", TEXT),
    UNITS,
    Column("Bedömning", 20),
    Column("Prognos", 24),
    Column("Kommentar", TEXT),
    EXAMPLE,
)
_MEASURES = (
    *_PLACE,
    Column("Åtgärd nr", 10),
    Column("Åtgärd", TEXT),
    UNITS,
    Column("Genomförande", 18),
    Column("Vad som har gjorts", TEXT),
    Column("Skäl till avbrott", 32),
    Column("Perspektiv", 24),
    EXAMPLE,
)


def goals_table(entries: Iterable[SubGoalEntry], asked_for: Iterable[tuple[str, str]]) -> Table:
    """Return the goals found as the rows of a file; `asked_for` is the search in words."""
    rows = tuple(
        (
            *_place(entry),
            entry.sub_goal.text,
            ", ".join(map(str, entry.sub_goal.units.all())),
            entry.assessment_step,
            entry.forecast_step,
            entry.comment,
            _is_example(entry),
        )
        for entry in entries
    )
    return _table("Mål", asked_for, _GOALS, rows)


def measures_table(entries: Iterable[MeasureEntry], asked_for: Iterable[tuple[str, str]]) -> Table:
    """Return the measures found as the rows of a file; `asked_for` is the search in words."""
    rows = tuple(
        (
            *_place(entry),
            entry.measure.number,
            entry.measure.text,
            ", ".join(map(str, entry.measure.units.all())),
            entry.progress_step,
            entry.done,
            entry.stop_reason,
            ", ".join(map(str, entry.measure.perspectives.all())),
            _is_example(entry),
        )
        for entry in entries
    )
    return _table("Åtgärder", asked_for, _MEASURES, rows)


def _place(entry: Answer) -> tuple[Value, ...]:
    area = entry.goal.area
    return (str(entry.follow_up.programme), entry.follow_up.year, area.number, area.name, entry.goal.number)


def _is_example(entry: Answer) -> str:
    return yes(entry.is_example or entry.item.is_example)


def _table(
    title: str, asked_for: Iterable[tuple[str, str]], columns: tuple[Column, ...], rows: tuple[tuple[Value, ...], ...]
) -> Table:
    return Table(title, facts=(*asked_for, ("Antal rader", len(rows))), columns=columns, rows=rows)
