"""Search goals and measures in all years that a user may see: by words, status, unit, perspective and year."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Generic, TypeVar, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from followup.models import Answer, FollowUp, MeasureEntry, MeasureEntryWords, SubGoalEntry, SubGoalEntryWords
from followup.report.decided_rows import with_decided_values
from organisation.order import in_swedish_order
from programmes.fulltext import all_of, any_of, containing, has_index, words_of
from programmes.models import Measure, SubGoal

E = TypeVar("E", bound=Answer)

# Order of years. The id separates programmes with the same title.
YEAR_ORDER = ("-year", "-programme__first_year", in_swedish_order("programme__title"), "programme_id")
ENTRY_ORDER = (
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
    # Not a criterion: a caller that knows of no year under correction sets it to False, which saves a query.
    may_be_corrected: bool = True

    def lookups(self, **paths: str) -> dict[str, Any]:
        """Return a lookup for each criterion in `paths` that has a value."""
        return {path: getattr(self, name) for name, path in paths.items() if getattr(self, name)}

    @property
    def asks_about_answers(self) -> bool:
        """Return whether a criterion is set that only goals and measures have."""
        return any((self.unit, self.perspective, self.assessment, self.forecast, self.progress))


class EntryHits(Generic[E]):
    """Hits of a search, the latest year first. A slice reads one page.

    The hits are counted by year. A page reads and sorts only the entries of the years that it shows, so the last page
    costs no more than the first.
    """

    def __init__(
        self, entries: QuerySet[E], follow_ups: QuerySet[FollowUp], words: QuerySet[Any] | None = None
    ) -> None:
        """Take the ordered `entries` of `follow_ups`, and rows of the word index to restrict them to, if any."""
        self._entries = entries
        self._follow_ups = follow_ups
        self._words = words

    def __len__(self) -> int:
        return sum(self._count_by_year.values())

    def __iter__(self) -> Iterator[E]:
        return iter(self[:])

    def __getitem__(self, rows: slice) -> list[E]:
        """Return the hits of a slice. Years that end before it or begin after it are not read."""
        first, last, _ = rows.indices(len(self))
        years_in_slice: list[int] = []
        hits_of_earlier_years = 0
        position = 0
        for follow_up_id, count in self._count_by_year.items():
            if position + count <= first:
                hits_of_earlier_years += count
            elif position < last:
                years_in_slice.append(follow_up_id)
            position += count
        if not years_in_slice:
            return []
        hits = self._in(years_in_slice)
        return with_decided_values(hits[first - hits_of_earlier_years : last - hits_of_earlier_years])

    def up_to(self, limit: int) -> int:
        """Return the number of hits, or `limit` when there are at least as many: quicker than an exact count."""
        return self._countable[:limit].count()

    def _in(self, years: QuerySet[FollowUp] | list[int]) -> QuerySet[E]:
        entries = self._entries.filter(follow_up__in=years)
        if self._words is None:
            return entries
        return entries.filter(pk__in=self._words.filter(follow_up__in=years).values("pk"))

    @property
    def _countable(self) -> QuerySet[Any]:
        """Return a query with one row for each hit, on the word index alone when nothing else restricts the search."""
        if self._words is not None and not self._entries.query.has_filters():
            return self._words.filter(follow_up__in=self._follow_ups)
        return self._in(self._follow_ups).order_by().prefetch_related(None)

    @cached_property
    def _count_by_year(self) -> dict[int, int]:
        """Return the number of hits of each year by the id of its follow-up, in the order of the hits."""
        counts = dict(self._countable.values_list("follow_up").annotate(Count("pk")))
        ordered = self._follow_ups.order_by(*YEAR_ORDER).values_list("pk", flat=True)
        return {follow_up_id: counts[follow_up_id] for follow_up_id in ordered if follow_up_id in counts}


@dataclass(frozen=True)
class _EntrySearch(Generic[E]):
    """A search among the entries of one model.

    `entries` are in order and meet the criteria about the programme. `condition` is the criterion on stored judgements,
    and `is_met_by` the same criterion on an entry with its decided values.
    """

    entries: QuerySet[E]
    word_index: QuerySet[Any]
    text_fields: Sequence[str]
    condition: Q
    is_met_by: Callable[[E], bool]

    def hits(self, criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> EntryHits[E]:
        years = follow_ups.filter(**criteria.lookups(programme="programme__slug", year="year"))
        words = words_of(criteria.q)
        if criteria.may_be_corrected and (words or self.condition):
            corrected = _under_correction(years)
            if corrected:
                return self._hits_beside_corrections(years, words, corrected)
        if words and has_index():
            return EntryHits(self._meeting(self.condition), years, self.word_index.filter(words=all_of(words)))
        return EntryHits(self._meeting(self.condition & self._has_words(words)), years)

    def _hits_beside_corrections(
        self, years: QuerySet[FollowUp], words: Sequence[str], corrected: Sequence[int]
    ) -> EntryHits[E]:
        """Search the decided values of the years under correction, so that nobody finds a text being rewritten."""
        decided = [
            entry.pk
            for entry in with_decided_values(self.entries.filter(follow_up__in=corrected))
            if self.is_met_by(entry) and self._shows_words(entry, words)
        ]
        stored = self.condition & self._has_words(words) & ~Q(follow_up__in=corrected)
        return EntryHits(self.entries.filter(Q(pk__in=decided) | stored), years)

    def _meeting(self, condition: Q) -> QuerySet[E]:
        return self.entries.filter(condition) if condition else self.entries

    def _has_words(self, words: Sequence[str]) -> Q:
        """Return the condition that an entry has all of the words, each in one of its texts."""
        if words and has_index():
            return Q(pk__in=self.word_index.filter(words=all_of(words)).values("pk"))
        condition = Q()
        for word in words:
            condition &= containing(word, self.text_fields)
        return condition

    def _shows_words(self, entry: E, words: Iterable[str]) -> bool:
        """Return whether each word occurs in some form in one of the entry's texts, with its values as set."""
        texts: list[str] = [reduce(getattr, field.split("__"), cast(Any, entry)) for field in self.text_fields]
        return all(any(any_of([word]).search(text) for text in texts) for word in words)


def find_goals(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> EntryHits[SubGoalEntry]:
    """Find the entries of goals, one for each goal and year. A goal has the perspectives of its measures."""
    entries = SubGoalEntry.objects.select_related("follow_up__programme__framework", "sub_goal__area")
    of_goal = criteria.lookups(area="area__number", unit="units__slug", perspective="measures__perspectives__slug")
    if of_goal:
        entries = entries.filter(sub_goal__in=SubGoal.objects.filter(**of_goal))
    judgements = criteria.lookups(assessment="assessment", forecast="forecast")
    search = _EntrySearch(
        entries=entries.prefetch_related("sub_goal__units").order_by(
            *ENTRY_ORDER, "sub_goal__area__number", "sub_goal__number"
        ),
        word_index=SubGoalEntryWords.objects.all(),
        text_fields=("sub_goal__text", *SubGoalEntry.text_names()),
        condition=Q(**judgements),
        is_met_by=lambda entry: _has_values(entry, judgements),
    )
    return search.hits(criteria, follow_ups)


def find_measures(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> EntryHits[MeasureEntry]:
    """Find the entries of measures, one for each measure and year. Assessment and forecast are those of its goal."""
    entries = MeasureEntry.objects.select_related("follow_up__programme__framework", "measure__sub_goal__area")
    of_measure = criteria.lookups(area="sub_goal__area__number", unit="units__slug", perspective="perspectives__slug")
    if of_measure:
        entries = entries.filter(measure__in=Measure.objects.filter(**of_measure))
    progress = criteria.lookups(progress="progress")
    judgements = criteria.lookups(assessment="assessment", forecast="forecast")

    def is_met_by(entry: MeasureEntry) -> bool:
        """Apply the criteria in Python, to entries whose decided values differ from the stored ones."""
        if not _has_values(entry, progress):
            return False
        return not judgements or _has_values(_decided_goal_of(entry), judgements)

    search = _EntrySearch(
        entries=entries.prefetch_related("measure__units", "measure__perspectives").order_by(
            *ENTRY_ORDER, "measure__sub_goal__area__number", "measure__sub_goal__number", "measure__number"
        ),
        word_index=MeasureEntryWords.objects.all(),
        text_fields=("measure__text", *MeasureEntry.text_names()),
        condition=Q(**progress) & _goal_condition(judgements),
        is_met_by=is_met_by,
    )
    return search.hits(criteria, follow_ups)


def _goal_condition(judgements: Mapping[str, str]) -> Q:
    """Return the condition that the entry of a measure's goal, the same year, has the judgements."""
    if not judgements:
        return Q()
    goal = SubGoalEntry.objects.filter(
        follow_up=OuterRef("follow_up"), sub_goal=OuterRef("measure__sub_goal"), **judgements
    )
    return Q(Exists(goal))


def _has_values(entry: Answer | None, values: Mapping[str, str]) -> bool:
    return entry is not None and all(getattr(entry, name) == value for name, value in values.items())


def _decided_goal_of(entry: MeasureEntry) -> SubGoalEntry | None:
    goal = SubGoalEntry.objects.filter(follow_up=entry.follow_up_id, sub_goal=entry.measure.sub_goal_id)
    return next(iter(with_decided_values(goal.select_related("sub_goal__area"))), None)


def _under_correction(years: QuerySet[FollowUp]) -> list[int]:
    corrected = FollowUp.objects.under_correction().filter(pk__in=years.values("pk"))
    return list(corrected.values_list("pk", flat=True))
