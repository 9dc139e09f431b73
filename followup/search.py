"""Searching goals and measures over all years that a person may see: by words, status, unit, perspective and year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from followup.renderers.table import Table
from followup.renderers.xlsx import EXAMPLE, TEXT, UNITS, Column, Value, yes
from programmes.fulltext import containing, words_of
from programmes.models import Measure, SubGoal


@dataclass(frozen=True)
class Criteria:
    """What is asked for; an empty value asks for nothing."""

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
        """What is asked for of the criteria in `paths`, each under the lookup given there."""
        return {path: value for name, path in paths.items() if (value := getattr(self, name))}


def find_goals(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> QuerySet[SubGoalEntry]:
    """A row for each goal and year, the latest year first. A perspective is that of one of its measures."""
    goals = SubGoal.objects.filter(
        **criteria.lookups(area="area__number", unit="units__slug", perspective="measures__perspectives__slug")
    )
    entries = SubGoalEntry.objects.filter(
        follow_up__in=_years(criteria, follow_ups),
        sub_goal__in=goals,
        **criteria.lookups(assessment="assessment", forecast="forecast"),
    )
    for word in words_of(criteria.q):
        entries = entries.filter(pk__in=_ids(entries, "sub_goal", containing(goals, "text", word), ("comment",), word))
    return (
        entries.select_related("follow_up__programme", "sub_goal__area")
        .prefetch_related("sub_goal__units")
        .order_by("-follow_up__year", "follow_up__programme", "sub_goal__area__number", "sub_goal__number")
    )


def find_measures(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> QuerySet[MeasureEntry]:
    """A row for each measure and year, the latest year first. Assessment and forecast are those of its goal."""
    measures = Measure.objects.filter(
        **criteria.lookups(area="sub_goal__area__number", unit="units__slug", perspective="perspectives__slug")
    )
    entries = MeasureEntry.objects.filter(
        follow_up__in=_years(criteria, follow_ups), measure__in=measures, **criteria.lookups(progress="progress")
    )
    of_goal = criteria.lookups(assessment="assessment", forecast="forecast")
    if of_goal:
        goal = SubGoalEntry.objects.filter(
            follow_up=OuterRef("follow_up"), sub_goal=OuterRef("measure__sub_goal"), **of_goal
        )
        entries = entries.filter(Exists(goal))
    for word in words_of(criteria.q):
        found = containing(measures, "text", word)
        entries = entries.filter(pk__in=_ids(entries, "measure", found, ("done", "stop_reason"), word))
    return (
        entries.select_related("follow_up__programme", "measure__sub_goal__area")
        .prefetch_related("measure__units", "measure__perspectives")
        .order_by(
            "-follow_up__year",
            "follow_up__programme",
            "measure__sub_goal__area__number",
            "measure__sub_goal__number",
            "measure__number",
        )
    )


def _years(criteria: Criteria, follow_ups: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    return follow_ups.filter(**criteria.lookups(programme="programme__slug", year="year"))


def _ids(
    entries: QuerySet[Any], item: str, items: QuerySet[Any], fields: tuple[str, ...], word: str
) -> QuerySet[Any, Any]:
    """Ids of the entries that have `word` in a field of their own or whose `item` is among `items`.

    A union and not an OR, so that PostgreSQL can use an index for each side.
    """
    entries = entries.order_by()
    of_item = entries.filter(**{f"{item}__in": items}).values("pk")
    return of_item.union(*(containing(entries, field, word).values("pk") for field in fields))


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
    """What `find_goals` found, as the rows of a file; `asked_for` is the search in words."""
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
    """What `find_measures` found, as the rows of a file; `asked_for` is the search in words."""
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
