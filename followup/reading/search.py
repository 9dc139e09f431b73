"""Searching goals and measures over all years that a person may see: by words, status, unit, perspective and year."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Generic, TypeVar, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from followup.documents.report.table import Table
from followup.documents.report.xlsx import EXAMPLE, TEXT, UNITS, Column, Value, yes
from followup.models import Answer, FollowUp, MeasureEntry, MeasureEntryWords, SubGoalEntry, SubGoalEntryWords
from followup.report.decided_rows import with_decided_values
from organisation.order import in_swedish_order
from programmes.fulltext import all_of, any_of, containing, has_index, words_of
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
    # No criterion: False saves asking which years are under correction, when the caller knows that none is.
    may_be_corrected: bool = True

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
        return with_decided_values(self._of(years)[first - before : last - before]) if years else []

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
    judgements = criteria.lookups(assessment="assessment", forecast="forecast")
    entries = SubGoalEntry.objects.all()
    of_goal = criteria.lookups(area="area__number", unit="units__slug", perspective="measures__perspectives__slug")
    if of_goal:
        entries = entries.filter(sub_goal__in=SubGoal.objects.filter(**of_goal))
    entries = (
        entries.select_related("follow_up__programme", "sub_goal__area")
        .prefetch_related("sub_goal__units")
        .order_by(*OF_YEARS, "sub_goal__area__number", "sub_goal__number")
    )
    words, fields = SubGoalEntryWords.objects.all(), ("sub_goal__text", *SubGoalEntry.text_names())
    return _found(criteria, follow_ups, entries, Q(**judgements), words, fields, lambda entry: _has(entry, judgements))


def find_measures(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> Found[MeasureEntry]:
    """A row for each measure and year. Assessment and forecast are those of its goal."""
    entries = MeasureEntry.objects.all()
    of_measure = criteria.lookups(area="sub_goal__area__number", unit="units__slug", perspective="perspectives__slug")
    if of_measure:
        entries = entries.filter(measure__in=Measure.objects.filter(**of_measure))
    progress = criteria.lookups(progress="progress")
    judgements = criteria.lookups(assessment="assessment", forecast="forecast")
    live = Q(**progress)
    if judgements:
        goal = SubGoalEntry.objects.filter(
            follow_up=OuterRef("follow_up"), sub_goal=OuterRef("measure__sub_goal"), **judgements
        )
        live &= Q(Exists(goal))

    def is_decided_so(entry: MeasureEntry) -> bool:
        return _has(entry, progress) and (not judgements or _has(_decided_goal_of(entry), judgements))

    entries = (
        entries.select_related("follow_up__programme", "measure__sub_goal__area")
        .prefetch_related("measure__units", "measure__perspectives")
        .order_by(*OF_YEARS, "measure__sub_goal__area__number", "measure__sub_goal__number", "measure__number")
    )
    words, fields = MeasureEntryWords.objects.all(), ("measure__text", *MeasureEntry.text_names())
    return _found(criteria, follow_ups, entries, live, words, fields, is_decided_so)


def _has(entry: Answer | None, wanted: Mapping[str, str]) -> bool:
    """Whether the entry has all of the `wanted` values."""
    return entry is not None and all(getattr(entry, name) == value for name, value in wanted.items())


def _decided_goal_of(entry: MeasureEntry) -> SubGoalEntry | None:
    goal = SubGoalEntry.objects.filter(follow_up=entry.follow_up_id, sub_goal=entry.measure.sub_goal_id)
    return next(iter(with_decided_values(goal.select_related("sub_goal__area"))), None)


def _found(
    criteria: Criteria,
    follow_ups: QuerySet[FollowUp],
    entries: QuerySet[E],
    live: Q,
    words: QuerySet[Any],
    fields: Sequence[str],
    is_decided_so: Callable[[E], bool],
) -> Found[E]:
    """Return those of `entries` that the rest of `criteria` asks for: year, programme, words in the texts `fields`.

    `live` asks the rows for a judgement. The rows of a year under correction are not for readers yet, so that nobody
    can search for what is being written: there the decided values are asked, by `is_decided_so` and for the words.
    """
    years = follow_ups.filter(**criteria.lookups(programme="programme__slug", year="year"))
    asked_for = words_of(criteria.q)
    corrected = _under_correction(years) if criteria.may_be_corrected and (asked_for or live) else []
    if asked_for and has_index():
        in_words = words.filter(words=all_of(asked_for))
        if not corrected:
            return Found(entries.filter(live) if live else entries, years, in_words)
        live &= Q(pk__in=in_words.values("pk"))
    else:
        for word in asked_for:
            live &= containing(word, fields)
    if not corrected:
        return Found(entries.filter(live) if live else entries, years)
    decided = [
        entry.pk
        for entry in with_decided_values(entries.filter(follow_up__in=corrected))
        if is_decided_so(entry) and _has_words(entry, asked_for, fields)
    ]
    return Found(entries.filter(Q(pk__in=decided) | live & ~Q(follow_up__in=corrected)), years)


def _under_correction(years: QuerySet[FollowUp]) -> list[int]:
    return list(FollowUp.objects.under_correction().filter(pk__in=years.values("pk")).values_list("pk", flat=True))


def _has_words(entry: Answer, words: Iterable[str], fields: Iterable[str]) -> bool:
    """Whether each of `words` stands in some form in one of the texts `fields` of the entry, as it is shown."""
    texts: list[str] = [reduce(getattr, field.split("__"), cast(Any, entry)) for field in fields]
    return all(any(any_of([word]).search(text) for text in texts) for word in words)


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
